//! The flow endpoint: pages at `/if/flow/{slug}/`, the JSON executor at `/api/v3/flows/executor/{slug}/`, one engine
//! ([`crate::executor`]) behind both (OpenID Connect Core §3.1.2.3 authentication, §3.1.2.4 consent; API reference C),
//! and the addresses that lead to flows.

use async_trait::async_trait;
use http::Method;

use crate::executor::{Executor, Parts};
use crate::http::route;
use crate::http::{Call, Endpoint, Face, Response, api, encode};

mod inspector;
mod json;
mod leads;
mod media;
mod pages;

/// The flow endpoint.
pub struct Flow {
    executor: Executor,
    parts: Parts,
}

impl Flow {
    /// With these means.
    pub fn new(parts: Parts) -> Self {
        Self {
            executor: Executor::new(parts.clone()),
            parts,
        }
    }
}

#[async_trait]
impl Endpoint for Flow {
    fn function(&self) -> &'static str {
        "flow"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET, Method::POST]
    }

    fn face(&self) -> Face {
        Face::Person
    }

    fn face_at(&self, route: &str) -> Face {
        match route {
            route::FLOW_EXECUTOR | route::FLOW_INSPECTOR | route::API => Face::Api,
            _ => Face::Person,
        }
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let answer = match call.route {
            route::FLOW_EXECUTOR => self.json(call).await,
            route::FLOW_INSPECTOR => self.inspection(call).await,
            route::DEFAULT_FLOW => self.lead_to_default(call).await,
            route::CANCEL => self.cancel(call).await,
            route::CONFIGURE => self.lead_to_setup(call).await,
            route::ROOT => self.lead_from_root(call).await,
            route::MEDIA => self.picture(call).await,
            _ => self.page(call).await,
        };
        match (answer, self.face_at(call.route)) {
            (Ok(response), _) => response,
            (Err(fault), Face::Api | Face::Machine) => api::fault(&fault),
            (Err(fault), Face::Person) => encode::fault_page(call, &fault),
        }
    }
}
