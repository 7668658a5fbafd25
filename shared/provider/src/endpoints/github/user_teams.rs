//! `GET /user/teams` and the same under `/api/v3`, by bearer token (RFC 6750 §2.1): the groups somebody is directly
//! in, in the fields of GitHub's teams (reference §7).

use async_trait::async_trait;
use http::Method;
use protocol::github::{Organization, Team};
use serde_json::Value;

use super::{bearer, listed};
use crate::bearer::Bearers;
use crate::fault::Fault;
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::user::Membership;

/// Teams.
pub struct GithubUserTeams(Bearers);

impl GithubUserTeams {
    /// Over tokens.
    pub const fn new(bearers: Bearers) -> Self {
        Self(bearers)
    }

    async fn tell(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let bearer = bearer(&self.0, call, Some("read:org")).await?;
        let organization = Organization {
            title: &call.tenant.brand.branding_title,
        };
        let team = |group: &Membership| -> Value {
            let team = Team {
                id: group.id.0,
                name: &group.name,
                organization,
            };
            team.to_json()
        };
        let teams = bearer.user.subject.groups.iter().map(team).collect();
        Ok(listed(call, &bearer, teams))
    }
}

#[async_trait]
impl Endpoint for GithubUserTeams {
    fn function(&self) -> &'static str {
        "github-user-teams"
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
