//! The flow engine without its pages: flows that a test makes, driven over real stores. What is shown comes as the
//! executor's JSON, what a page's browser would be told beside as members of the same object.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws::Ports as _;
use http::header::{COOKIE, HOST, SET_COOKIE};
use http::{Method, StatusCode};
use protocol::{Slug, TenantId, Timestamp};
use provider::executor::{Executor, Outcome as Came, Parts, Passage, Visit};
use provider::flow::answer::Answer;
use provider::flow::stage::{Parts as Inner, Settings, Stage};
use provider::flow::{
    Bound, DeniedAction, Designation, Flow, InvalidResponse, Layout, Requirement,
};
use provider::http::{Call, Endpoint, Face, Response, Service, cookie, encode};
use provider::policy::PolicySet;
use provider::ports::{FlowStore, Outcome};
use provider::session::PLAN_LIFETIME;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{self, Bench, HOST_NAME};

/// A flow of these stages.
pub(super) fn flow(slug: &str, designation: Designation, stages: Vec<Settings>) -> Flow {
    let bound = |(n, settings): (u128, Settings)| Bound {
        id: Uuid::from_u128(n),
        evaluate_on_plan: false,
        re_evaluate_policies: false,
        invalid_response_action: InvalidResponse::Retry,
        policies: PolicySet::default(),
        stage: Stage {
            id: Uuid::from_u128(100 + n),
            name: format!("{slug}-{n}"),
            settings,
            parts: Inner::default(),
        },
    };
    Flow {
        id: Uuid::nil(),
        slug: Slug::parse(slug).expect("a slug"),
        name: slug.to_owned(),
        title: slug.to_owned(),
        designation,
        authentication: Requirement::None,
        denied_action: DeniedAction::Message,
        layout: Layout::Stacked,
        background: String::new(),
        policies: PolicySet::default(),
        stages: (1..).zip(stages).map(bound).collect(),
    }
}

struct Told(BTreeMap<String, Arc<Flow>>);

#[async_trait]
impl FlowStore for Told {
    async fn by_slug(&self, _: &TenantId, slug: &Slug, _: Timestamp) -> Outcome<Option<Arc<Flow>>> {
        Ok(self.0.get(slug.as_str()).cloned())
    }
}

struct Bare {
    executor: Executor,
    page: bool,
}

#[async_trait]
impl Endpoint for Bare {
    fn function(&self) -> &'static str {
        "flow"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET, Method::POST]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let slug = call.slug.as_ref().expect("a slug");
        let visit = Visit {
            slug,
            query: call.query().expect("a query"),
            page: self.page,
        };
        let passage = if call.is_post() {
            let answer = Answer::of_form(&call.form().expect("a form"));
            self.executor.answer(call, visit, &answer).await
        } else {
            self.executor.look(call, visit).await
        };
        match passage {
            Ok(passage) => told(call, &passage),
            Err(fault) => encode::fault_json(&fault, false),
        }
    }
}

fn told(call: &Call<'_>, passage: &Passage<'_>) -> Response {
    let run = &passage.run;
    let body = match &passage.outcome {
        Came::Show(shown) => {
            let mut body = serde_json::to_value(shown).expect("JSON");
            if let provider::flow::challenge::Challenge::Email(email) = &shown.challenge {
                body["to"] = email.to.as_str().into();
            }
            body["action"] = run.here().into();
            body
        }
        Came::Stay => json!({ "stay": run.here() }),
        Came::Go(to) => json!({ "go": to }),
        Came::Ended => json!({ "ended": true }),
    };
    let mut response = encode::json(StatusCode::OK, &body);
    for set in &run.cookies {
        encode::set_cookie(&mut response, set);
    }
    if !call.is_post() && run.cookies.is_empty() {
        let set = cookie::write(
            &call.tenant,
            cookie::Name::Flow,
            run.token.raw(),
            PLAN_LIFETIME,
        );
        encode::set_cookie(&mut response, &set);
    }
    response
}

/// Flows over a bench.
pub(super) struct Probe<'a> {
    pub(super) bench: &'a Bench,
    pages: Service,
    programs: Service,
}

impl<'a> Probe<'a> {
    /// With these flows, and means that `change` may replace.
    pub(super) fn with(bench: &'a Bench, flows: Vec<Flow>, change: impl Fn(&mut Parts)) -> Self {
        let backend = &bench.backend;
        let flows = flows
            .into_iter()
            .map(|flow| (flow.slug.to_string(), Arc::new(flow)));
        let flows = Arc::new(Told(flows.collect()));
        let scripts = backend.scripts(Arc::clone(&backend.engine));
        let service = |page| {
            let mut parts = backend.executor_parts(&scripts, backend.outside());
            parts.flows = Arc::clone(&flows) as _;
            change(&mut parts);
            let executor = Executor::new(parts);
            Service::new(Bare { executor, page }, backend.stores.tenants())
        };
        Self {
            bench,
            pages: service(true),
            programs: service(false),
        }
    }

    pub(super) fn new(bench: &'a Bench, flows: Vec<Flow>) -> Self {
        Self::with(bench, flows, |_| {})
    }

    /// A browser without cookies.
    pub(super) fn visitor(&self) -> Visitor<'_> {
        Visitor {
            probe: self,
            page: true,
            cookies: BTreeMap::new(),
        }
    }

    /// A client of the JSON executor, without cookies.
    pub(super) fn program(&self) -> Visitor<'_> {
        Visitor {
            page: false,
            ..self.visitor()
        }
    }
}

/// A browser or program on its way through a flow.
#[derive(Clone)]
pub(super) struct Visitor<'a> {
    probe: &'a Probe<'a>,
    page: bool,
    pub(super) cookies: BTreeMap<String, String>,
}

impl Visitor<'_> {
    async fn send(&mut self, mut request: http::Request<bytes::Bytes>) -> Value {
        let jar: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        let headers = request.headers_mut();
        headers.insert(HOST, HOST_NAME.parse().expect("a host"));
        headers.insert(COOKIE, jar.join("; ").parse().expect("a header"));
        let service = if self.page {
            &self.probe.pages
        } else {
            &self.probe.programs
        };
        let response = service.call(request, self.probe.bench.now(), "id").await;
        for set in response.headers().get_all(SET_COOKIE) {
            let (pair, _) = set
                .to_str()
                .expect("text")
                .split_once(';')
                .expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        harness::json(&response)
    }

    /// GET, following where the flow goes on.
    pub(super) async fn get(&mut self, path: &str) -> Value {
        let mut shown = self.send(harness::request(Method::GET, path, "")).await;
        for _ in 0..4 {
            let Some(on) = shown["stay"].as_str().map(str::to_owned) else {
                return shown;
            };
            shown = self.send(harness::request(Method::GET, &on, "")).await;
        }
        panic!("goes round in circles: {shown}")
    }

    /// POST, and what is said to that very request.
    pub(super) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Value {
        self.send(harness::form_post(path, form)).await
    }

    /// POST, following where the flow goes on.
    pub(super) async fn answer(&mut self, path: &str, form: &[(&str, &str)]) -> Value {
        let said = self.post(path, form).await;
        match said["stay"].as_str().map(str::to_owned) {
            Some(on) => self.get(&on).await,
            None => said,
        }
    }

    /// Says who they are at this flow.
    pub(super) async fn identify(&mut self, path: &str, name: &str) -> Value {
        self.get(path).await;
        let form = [
            ("component", "ak-stage-identification"),
            ("uid_field", name),
        ];
        self.answer(path, &form).await
    }
}

/// What is asked.
pub(super) fn component(shown: &Value) -> &str {
    shown["component"]
        .as_str()
        .unwrap_or_else(|| panic!("nothing is asked: {shown}"))
}
