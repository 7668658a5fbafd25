//! The API with a superuser, somebody else and nobody, each of whom can call it. Every good answer is held against its
//! shape by itself.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use protocol::Secret;
use provider::event::Action;
use provider::group::{Group, GroupId};
use provider::http::Response;
use provider::ports::{Intent, UserToken};
use provider::user::{Membership, User};
use serde_json::Value;
use uuid::Uuid;

use super::fits;
use crate::claims::events;
use crate::harness::{Bench, HOST_NAME, people, request, text};

/// The key of the superuser's API token.
pub(crate) const ROOT_KEY: &str = "the-key-of-the-superuser";
/// The key of the other user's.
pub(crate) const USER_KEY: &str = "the-key-of-somebody-else";

/// The group of superusers.
pub(crate) const SUPERUSERS: &str = "superusers of the test";

/// Status and body; null where there is none, text where it is no JSON.
pub(crate) type Answer = (StatusCode, Value);

/// A running API. Its own methods call as the superuser.
pub(crate) struct Api {
    pub(crate) bench: Bench,
    /// The superuser: ada of the fixture.
    pub(crate) root: User,
    /// Somebody else: bob of the fixture.
    pub(crate) user: User,
}

/// Somebody who calls.
#[derive(Clone)]
pub(crate) struct Client<'a> {
    bench: &'a Bench,
    headers: Vec<(HeaderName, String)>,
}

impl Api {
    /// Over the embedded DynamoDB.
    pub(crate) async fn start() -> Self {
        Box::pin(Self::over(Bench::embedded().await)).await
    }

    /// Over DynamoDB Local: where many write at once.
    pub(crate) async fn on_dynamodb_local() -> Self {
        Box::pin(Self::over(Bench::on_dynamodb_local().await)).await
    }

    /// Over this installation.
    pub(crate) async fn over(bench: Bench) -> Self {
        promote(&bench, "ada").await;
        let root = people::user(&bench, "ada").await;
        let user = people::user(&bench, "bob").await;
        token(&bench, "root-api", &root, ROOT_KEY).await;
        token(&bench, "user-api", &user, USER_KEY).await;
        bench.forget_calls();
        Self { bench, root, user }
    }

    /// The superuser.
    pub(crate) fn as_root(&self) -> Client<'_> {
        self.with_key(ROOT_KEY)
    }

    /// Somebody who is no superuser.
    pub(crate) fn as_user(&self) -> Client<'_> {
        self.with_key(USER_KEY)
    }

    /// Nobody.
    pub(crate) fn as_nobody(&self) -> Client<'_> {
        Client {
            bench: &self.bench,
            headers: Vec::new(),
        }
    }

    /// Whoever has this token.
    pub(crate) fn with_key(&self, key: &str) -> Client<'_> {
        self.as_nobody()
            .with(AUTHORIZATION, format!("Bearer {key}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.as_root().get(path).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.as_root().post(path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.as_root().put(path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.as_root().patch(path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.as_root().delete(path).await
    }

    /// What POST makes, which has to be good.
    pub(crate) async fn made(&self, path: &str, body: Value) -> Value {
        let (status, made) = self.post(path, body).await;
        assert_eq!(status, 201, "{made}");
        made
    }

    /// What was recorded of a removal, as the event names it; there has to be one.
    pub(crate) async fn removed(&self) -> Value {
        let recorded = events(&self.bench).await;
        let mut recorded = recorded.into_iter();
        let removal = recorded.find(|event| event.action == Action::ModelDeleted);
        removal.expect("recorded").context["model"].clone()
    }

    /// What GET shows, which has to be there.
    pub(crate) async fn shown(&self, path: &str) -> Value {
        let (status, shown) = self.get(path).await;
        assert_eq!(status, 200, "{shown}");
        shown
    }

    /// What GET shows once configuration is in memory, and the calls that it costs beside finding out who calls, in order.
    pub(crate) async fn cost(&self, path: &str) -> (Value, Vec<String>) {
        self.shown(path).await; // warm
        self.bench.forget_calls();
        self.get("/core/users/impersonate_end/").await;
        let caller = self.bench.take_calls().0.len();
        let shown = self.shown(path).await;
        let (calls, kms) = self.bench.take_calls();
        assert!(kms.is_empty());
        (shown, calls.into_iter().skip(caller).collect())
    }
}

impl Client<'_> {
    /// With this header beside.
    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// At another host.
    pub(crate) fn at(self, host: &str) -> Self {
        self.with(HOST, host)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// Calls with a JSON body or none.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let kind = body.as_ref().map(|_| "application/json");
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let response = self.send(method, path, kind, &body).await;
        let body = match text(&response) {
            text if text.is_empty() => Value::Null,
            text => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        };
        (response.status(), body)
    }

    /// Sends a body as it is, and hands back the whole response. `path` is what follows `/api/v3`.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        kind: Option<&str>,
        body: &str,
    ) -> Response {
        let mut request: Request<Bytes> = request(method.clone(), &format!("/api/v3{path}"), body);
        let headers = request.headers_mut();
        let host = HeaderValue::from_static(HOST_NAME);
        headers.insert(HOST, host);
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, kind.parse().expect("a header"));
        }
        for (name, value) in &self.headers {
            headers.insert(name, value.parse().expect("a header"));
        }
        let response = self.bench.send(request).await;
        fits::assert_answer(&method, path, &response);
        response
    }
}

/// Makes somebody a superuser.
pub(crate) async fn promote(bench: &Bench, login: &str) {
    let group = Group {
        id: GroupId(Uuid::new_v4()),
        name: SUPERUSERS.to_owned(),
        is_superuser: true,
        parent: None,
        attributes: serde_json::Map::new(),
        version: 1,
    };
    let groups = bench.backend.stores.groups();
    let written = groups.put(&bench.seeded.tenant.id, &group, None).await;
    assert_eq!(written, Ok(true));
    let membership = Membership {
        id: group.id,
        name: group.name,
    };
    people::change(bench, login, |user| user.subject.groups.push(membership)).await;
}

/// Gives somebody an API token that does not end.
pub(crate) async fn token(bench: &Bench, name: &str, user: &User, key: &str) {
    let token = UserToken::new(name, Intent::Api, user.subject.id, &Secret::new(key));
    write(bench, &token).await;
}

/// Writes a token.
pub(crate) async fn write(bench: &Bench, token: &UserToken) {
    let tokens = bench.backend.stores.user_tokens();
    let written = tokens.put(&bench.seeded.tenant.id, token, None).await;
    assert_eq!(written, Ok(true));
}
