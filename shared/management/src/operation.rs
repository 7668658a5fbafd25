//! The table of all operations: which method of which path does what, for whom, with what body and answer. Requests are
//! sent by it, and the schema is made of it, so that the two cannot differ.

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use http::{Method, StatusCode};
use provider::http::{Call, Response, encode};
use serde_json::Value;

use crate::caller::Caller;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Filter;
use crate::form::Mode;
use crate::resources;
use crate::shape::Shape;

/// Something the API does.
pub struct Operation {
    /// authentik's name of it, such as `core_users_list`: generated clients are called after it.
    pub id: String,
    /// How it is called.
    pub method: Method,
    /// Where, below `/api/v3`: `/core/users/{id}/`. There is at most one placeholder.
    pub path: String,
    /// Who may.
    pub access: Access,
    /// What narrows its answer down, beside what every list takes.
    pub filters: &'static [Filter],
    /// Other parameters of its query.
    pub parameters: &'static [&'static str],
    /// What it takes.
    pub body: Body,
    /// What it answers.
    pub answer: Answer,
    /// The type of the file that it answers instead where the query asks for one.
    pub file: Option<&'static str>,
    /// Statuses that it answers with beside those that follow from the rest: 405 and 501.
    pub also: &'static [u16],
    /// Its work.
    pub run: Run,
}

/// The work of an operation.
pub type Run = for<'a> fn(&'a Api, &'a Ask<'a>) -> Pending<'a>;

/// An answer in the making.
pub type Pending<'a> = Pin<Box<dyn Future<Output = Result<Reply, Refusal>> + Send + 'a>>;

/// Who may call an operation. What they see of it may be less: the resource says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Anyone,
    /// Whoever said who they are.
    Caller,
    /// Superusers.
    Superuser,
}

/// What an operation takes.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Nothing.
    None,
    /// An object of this shape.
    Json(&'static Shape, Mode),
    /// A file in a form (`multipart/form-data`).
    File,
}

/// What an operation answers where all is well.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// An object.
    One(StatusCode, &'static Shape),
    /// A page of objects.
    Page(&'static Shape),
    /// All objects.
    Several(&'static Shape),
    /// Nothing.
    Empty(StatusCode),
    /// Text of another kind, such as a file.
    Raw(&'static str),
}

/// A good answer.
#[derive(Debug)]
pub enum Reply {
    /// JSON.
    Json(StatusCode, Value),
    /// Nothing.
    Empty(StatusCode),
    /// Something else.
    Other(Box<Response>),
}

/// A request, as an operation sees it.
pub struct Ask<'a> {
    /// The request, its tenant and its moment.
    pub call: &'a Call<'a>,
    /// Who calls; nobody only where [`Access::Anyone`] may.
    pub caller: Option<Caller>,
    /// What stands for the path's placeholder; empty where there is none.
    pub key: String,
    /// What stands behind `?`.
    pub query: Query,
}

/// The parameters behind `?`.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Of the text behind `?`.
    pub fn parse(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The last value of a parameter (Django's `QueryDict`).
    pub fn one(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter().rev();
        let (_, value) = pairs.find(|(its, _)| its == name)?;
        Some(value)
    }

    /// All values of a parameter.
    pub fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        let pairs = self.0.iter();
        pairs
            .filter(move |(its, _)| its == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that is true or false.
    pub fn flag(&self, name: &str, otherwise: bool) -> bool {
        let value = self.one(name).map(|text| Value::String(text.to_owned()));
        value
            .and_then(|value| crate::form::truth(&value))
            .unwrap_or(otherwise)
    }
}

impl Ask<'_> {
    /// Who calls.
    ///
    /// # Errors
    /// Where nobody said so: a mistake in the table of operations.
    pub fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller
            .as_ref()
            .ok_or(Refusal::Denied(crate::caller::NOBODY))
    }

    /// Whether a superuser calls.
    pub fn is_superuser(&self) -> bool {
        self.caller
            .as_ref()
            .is_some_and(|caller| caller.is_superuser)
    }
}

impl Reply {
    /// 200 with this.
    ///
    /// # Errors
    /// Never.
    #[allow(clippy::unnecessary_wraps, reason = "an operation ends with it")]
    pub const fn ok(value: Value) -> Result<Self, Refusal> {
        Ok(Self::Json(StatusCode::OK, value))
    }

    /// 204.
    ///
    /// # Errors
    /// Never.
    #[allow(clippy::unnecessary_wraps, reason = "an operation ends with it")]
    pub const fn done() -> Result<Self, Refusal> {
        Ok(Self::Empty(StatusCode::NO_CONTENT))
    }

    /// As an answer.
    pub fn respond(self) -> Response {
        match self {
            Self::Json(status, value) => encode::json(status, &value),
            Self::Empty(status) => {
                let mut response = Response::default();
                *response.status_mut() = status;
                response
            }
            Self::Other(response) => *response,
        }
    }
}

impl Operation {
    /// An operation for superusers that takes and answers nothing.
    pub fn new(id: impl Into<String>, method: Method, path: impl Into<String>, run: Run) -> Self {
        Self {
            id: id.into(),
            method,
            path: path.into(),
            access: Access::Superuser,
            filters: &[],
            parameters: &[],
            body: Body::None,
            answer: Answer::Empty(StatusCode::NO_CONTENT),
            file: None,
            also: &[],
            run,
        }
    }

    /// For others than superusers.
    #[must_use]
    pub const fn open_to(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// It takes this.
    #[must_use]
    pub const fn takes(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// It answers this.
    #[must_use]
    pub const fn answers(mut self, answer: Answer) -> Self {
        self.answer = answer;
        self
    }

    /// It answers a file of this type where the query asks for one.
    #[must_use]
    pub const fn or_file(mut self, kind: &'static str) -> Self {
        self.file = Some(kind);
        self
    }

    /// It may answer with these statuses beside.
    #[must_use]
    pub const fn refuses_with(mut self, also: &'static [u16]) -> Self {
        self.also = also;
        self
    }

    /// It is narrowed down by these.
    #[must_use]
    pub const fn narrowed_by(mut self, filters: &'static [Filter]) -> Self {
        self.filters = filters;
        self
    }

    /// It has these parameters beside.
    #[must_use]
    pub const fn with(mut self, parameters: &'static [&'static str]) -> Self {
        self.parameters = parameters;
        self
    }
}

/// All of them.
pub static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(resources::operations);

/// What a path below `/api/v3` leads to.
pub enum Found {
    /// This operation, with what stands for the placeholder.
    One(&'static Operation, String),
    /// There are operations here, with these methods.
    Other(Vec<Method>),
    /// Nothing.
    None,
}

/// Finds the operation for a path. A path without placeholder wins. One without its trailing slash is another, as in
/// authentik.
pub fn find(method: &Method, path: &str) -> Found {
    let matching = OPERATIONS
        .iter()
        .filter_map(|operation| Some((operation, key(&operation.path, path)?)));
    let mut here: Vec<(&'static Operation, String)> = matching.collect();
    if here.iter().any(|(_, key)| key.is_empty()) {
        here.retain(|(_, key)| key.is_empty());
    }
    let methods: Vec<Method> = here.iter().map(|(it, _)| it.method.clone()).collect();
    match here.into_iter().find(|(it, _)| it.method == *method) {
        Some((operation, key)) => Found::One(operation, key),
        None if methods.is_empty() => Found::None,
        None => Found::Other(methods),
    }
}

/// What stands for the placeholder, which is never nothing; empty for the very path.
fn key(pattern: &str, path: &str) -> Option<String> {
    if pattern == path {
        return Some(String::new());
    }
    let (before, rest) = pattern.split_once('{')?;
    let (_, after) = rest.split_once('}')?;
    let key = path.strip_prefix(before)?.strip_suffix(after)?;
    if key.is_empty() || key.contains('/') {
        return None;
    }
    let key = percent_encoding::percent_decode_str(key).decode_utf8();
    Some(key.ok()?.into_owned())
}
