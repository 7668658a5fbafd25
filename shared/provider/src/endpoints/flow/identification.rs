//! The identification stage: who are you? (authentik: `ak-stage-identification`.)

use http::StatusCode;
use protocol::Params;

use crate::endpoints::flow::{Flow, Step, Visit};
use crate::fault::Fault;
use crate::http::{Response, encode};
use crate::pages::Identification;
use crate::session::{Plan, csrf_token};

/// The longest name or address that is looked up, in bytes (RFC 5321 §4.5.3.1.3 allows addresses of 254).
const LONGEST: usize = 254;

impl Flow {
    /// Takes what was typed. Whether there is such a person is not looked up here, so nothing can be told
    /// from the answer or its time.
    pub(super) async fn identify(
        &self,
        visit: &Visit<'_>,
        plan: &mut Plan,
        form: &Params,
    ) -> Result<Step, Fault> {
        let typed = form.optional("uid_field")?.unwrap_or_default().trim();
        if typed.is_empty() {
            return Ok(Step::Again("Enter your email address or username."));
        }
        if typed.len() > LONGEST {
            return Ok(Step::Again(
                "That is longer than any email address or username.",
            ));
        }
        plan.identifier = Some(typed.to_owned());
        plan.stage += 1;
        self.advance(visit, plan).await
    }
}

impl Visit<'_> {
    pub(super) fn identification_page(&self, plan: &Plan, error: Option<&str>) -> Response {
        let hint = self
            .errand
            .as_ref()
            .and_then(|errand| errand.login_hint.as_deref());
        encode::page(
            StatusCode::OK,
            &Identification {
                brand: self.brand(),
                application: self.application(),
                action: &self.action(),
                csrf: csrf_token(self.token.raw()).expose(),
                uid_field: plan.identifier.as_deref().or(hint).unwrap_or_default(),
                error,
            },
        )
    }
}
