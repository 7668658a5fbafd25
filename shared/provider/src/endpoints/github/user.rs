//! `GET /user`, `/user/emails`, `/user/orgs` and the same under `/api/v3`, by bearer token (RFC 6750 §2.1): who
//! somebody is, in GitHub's fields (reference §7). `GET /api/v3/` says whether a token works.

use async_trait::async_trait;
use http::Method;
use protocol::github::{Account, Organization, email};
use serde_json::json;

use super::{bearer, listed, told};
use crate::bearer::{Bearer, Bearers};
use crate::fault::{Fault, Transport};
use crate::http::route::{GITHUB_API, GITHUB_EMAILS, GITHUB_ORGS, GITHUB_USER};
use crate::http::{Call, Endpoint, Face, Response, encode};

/// People, their addresses and organizations.
pub struct GithubUser(Bearers);

impl GithubUser {
    /// Over tokens.
    pub const fn new(bearers: Bearers) -> Self {
        Self(bearers)
    }

    async fn tell(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let (work, scope): (fn(&Call<'_>, &Bearer) -> Response, _) = match call.route {
            route if GITHUB_USER.contains(&route) => (account, Some("user:email")), // seed 003
            route if GITHUB_EMAILS.contains(&route) => (emails, Some("user:email")),
            route if GITHUB_ORGS.contains(&route) => (organizations, Some("read:org")),
            GITHUB_API => (api, None),
            _ => return Err(Transport::NotFound.into()),
        };
        let bearer = bearer(&self.0, call, scope).await?;
        Ok(work(call, &bearer))
    }
}

fn account(_: &Call<'_>, bearer: &Bearer) -> Response {
    let subject = &bearer.user.subject;
    let account = Account {
        id: subject.pk,
        login: &subject.username,
        name: &subject.name,
        email: &subject.email,
        joined: bearer.user.profile.date_joined,
    };
    told(bearer, &account.to_json())
}

/// The one address there is, if there is one.
fn emails(call: &Call<'_>, bearer: &Bearer) -> Response {
    let subject = &bearer.user.subject;
    let known = (!subject.email.is_empty()).then(|| email(&subject.email, subject.email_verified));
    listed(call, bearer, known.into_iter().collect())
}

fn organizations(call: &Call<'_>, bearer: &Bearer) -> Response {
    let title = &call.tenant.brand.branding_title;
    listed(call, bearer, vec![Organization { title }.to_json()])
}

/// What there is here, in GitHub's words: a client that gets it knows that its token works.
fn api(call: &Call<'_>, bearer: &Bearer) -> Response {
    let url = |path: &str| format!("{}/api/v3{path}", call.tenant.base_url);
    let index = json!({
        "current_user_url": url("/user"),
        "emails_url": url("/user/emails"),
        "user_organizations_url": url("/user/orgs"),
    });
    told(bearer, &index)
}

#[async_trait]
impl Endpoint for GithubUser {
    fn function(&self) -> &'static str {
        "github-user"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.tell(call).await {
            Ok(response) => response,
            Err(fault) => encode::fault_challenge(&fault),
        }
    }
}
