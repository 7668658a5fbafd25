//! `/api/v3/flows/executor/{slug}/` and the addresses that lead to flows (API reference C), and the rules of the
//! engine behind both faces.

mod forgery;
mod inspector;
mod journeys;
mod leads;
mod login;
mod rules;
mod stages;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws::Ports as _;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::{Method, Request};
use protocol::{Slug, TenantId, Timestamp};
use provider::endpoints::Flow as FlowEndpoint;
use provider::flow::stage::{Parts, Settings, Stage};
use provider::flow::{
    Bound, DeniedAction, Designation, Flow, InvalidResponse, Layout, Requirement,
};
use provider::http::{ClientAddress, Response, Service};
use provider::policy::PolicySet;
use provider::ports::{FlowStore, Outcome};
use serde_json::{Value, json as value};
use uuid::Uuid;

use crate::harness::{Bench, HOST_NAME, encode, form_post, json, request};

/// The flow that signs people in.
pub(crate) const SIGN_IN: &str = "default-authentication-flow";

/// The cookies on localhost.
pub(crate) const FLOW: &str = "latchkey_flow";
pub(crate) const SESSION: &str = "latchkey_session";
pub(crate) const CSRF: &str = "authentik_csrf";
pub(crate) const KNOWN: &str = "latchkey_known";

/// Flows as a test wants them, before those that are stored.
struct Made {
    flows: Vec<Flow>,
    stored: Arc<dyn FlowStore>,
}

#[async_trait]
impl FlowStore for Made {
    async fn by_slug(
        &self,
        tenant: &TenantId,
        slug: &Slug,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Flow>>> {
        match self.flows.iter().find(|flow| flow.slug == *slug) {
            Some(flow) => Ok(Some(Arc::new(flow.clone()))),
            None => self.stored.by_slug(tenant, slug, now).await,
        }
    }
}

/// A program that speaks to the executor, and keeps cookies.
#[derive(Clone)]
pub(crate) struct Program<'a> {
    bench: &'a Bench,
    service: Option<Arc<Service>>,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Where it calls from.
    pub(crate) address: Option<&'static str>,
    /// What stands behind `?` in the flow's address.
    query: String,
}

impl<'a> Program<'a> {
    pub(crate) fn new(bench: &'a Bench) -> Self {
        Self {
            bench,
            service: None,
            cookies: BTreeMap::new(),
            address: None,
            query: String::new(),
        }
    }

    /// Where there are these flows, too.
    pub(crate) fn with(bench: &'a Bench, flows: Vec<Flow>) -> Self {
        let backend = &bench.backend;
        let scripts = backend.scripts(Arc::clone(&backend.engine));
        let mut parts = backend.executor_parts(&scripts, backend.outside());
        let stored = Arc::clone(&parts.flows);
        parts.flows = Arc::new(Made { flows, stored });
        let service = Service::new(FlowEndpoint::new(parts), backend.stores.tenants());
        Self {
            service: Some(Arc::new(service)),
            ..Self::new(bench)
        }
    }

    /// On the way to this place.
    pub(crate) fn to(mut self, next: &str) -> Self {
        self.query = encode(&[("next", next)]);
        self
    }

    /// With this behind `?` in the flow's address from now on.
    pub(crate) fn asks(&mut self, query: &[(&str, &str)]) {
        self.query = encode(query);
    }

    async fn send(&mut self, mut request: Request<Bytes>) -> Response {
        let jar: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        if !jar.is_empty() {
            let jar = jar.join("; ").parse().expect("a header");
            request.headers_mut().insert(COOKIE, jar);
        }
        request
            .headers_mut()
            .insert(HOST, HOST_NAME.parse().expect("a host"));
        if let Some(address) = self.address {
            request
                .extensions_mut()
                .insert(ClientAddress(address.to_owned()));
        }
        let response = match &self.service {
            Some(service) => service.call(request, self.bench.now(), "request").await,
            None => self.bench.send(request).await,
        };
        for set in response.headers().get_all(SET_COOKIE) {
            let set = set.to_str().expect("text");
            let (pair, attributes) = set.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    /// The executor's address of a flow.
    fn path(&self, slug: &str) -> String {
        let query = encode(&[("query", &self.query)]);
        format!("/api/v3/flows/executor/{slug}/?{query}")
    }

    /// What a flow asks.
    pub(crate) async fn look(&mut self, slug: &str) -> Value {
        let answer = self.get(&self.path(slug)).await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        json(&answer)
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response {
        self.send(request(Method::GET, path, "")).await
    }

    /// Answers, with the header that scripts send.
    pub(crate) async fn post(&mut self, slug: &str, answer: &Value) -> Response {
        let mut request = self.posting(slug, answer);
        if let Some(token) = self.cookies.get(CSRF) {
            let token = token.parse().expect("a header");
            request.headers_mut().insert("x-authentik-csrf", token);
        }
        self.send(request).await
    }

    /// An answer without that header.
    fn posting(&self, slug: &str, answer: &Value) -> Request<Bytes> {
        let mut request = request(Method::POST, &self.path(slug), &answer.to_string());
        let json = "application/json".parse().expect("a header");
        request.headers_mut().insert(CONTENT_TYPE, json);
        request
    }

    /// Answers, and looks at what is asked then; or what the answer was answered with, where the flow did not go on.
    pub(crate) async fn answer(&mut self, slug: &str, answer: Value) -> Value {
        let answered = self.post(slug, &answer).await;
        match answered.status().as_u16() {
            302 => self.look(slug).await,
            200 => json(&answered),
            other => panic!("{other}: {answered:?}"),
        }
    }

    /// Goes through the flow that signs people in.
    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> Value {
        self.look(SIGN_IN).await;
        let asked = self.answer(SIGN_IN, value!({ "uid_field": login })).await;
        assert_eq!(asked["component"], "ak-stage-password");
        self.answer(SIGN_IN, value!({ "password": password })).await
    }

    /// Posts the form of a page.
    pub(crate) async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        self.send(form_post(path, form)).await
    }
}

/// Where the challenge leads, which has to be a redirect.
pub(crate) fn leads_to(challenge: &Value) -> &str {
    assert_eq!(challenge["component"], "xak-flow-redirect", "{challenge}");
    challenge["to"].as_str().expect("text")
}

pub(crate) fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

/// A flow of these stages.
pub(crate) fn flow(name: &str, designation: Designation, stages: Vec<Bound>) -> Flow {
    Flow {
        id: Uuid::new_v4(),
        slug: slug(name),
        name: name.to_owned(),
        title: name.to_owned(),
        designation,
        authentication: Requirement::None,
        denied_action: DeniedAction::MessageContinue,
        layout: Layout::Stacked,
        background: String::new(),
        policies: PolicySet::default(),
        stages,
    }
}

/// A stage in its place, with what it has inside.
pub(crate) fn bound(settings: Settings, on_error: InvalidResponse, parts: Parts) -> Bound {
    let stage = stage(settings, parts);
    Bound {
        id: Uuid::new_v4(),
        evaluate_on_plan: false,
        re_evaluate_policies: false,
        invalid_response_action: on_error,
        policies: PolicySet::default(),
        stage,
    }
}

fn stage(settings: Settings, parts: Parts) -> Stage {
    let id = Uuid::new_v4();
    Stage {
        id,
        name: id.to_string(),
        settings,
        parts,
    }
}

/// Stages that are answered again where the answer is wrong.
pub(crate) fn plain(settings: Vec<Settings>) -> Vec<Bound> {
    let retry = InvalidResponse::Retry;
    settings
        .into_iter()
        .map(|settings| bound(settings, retry, Parts::default()))
        .collect()
}
