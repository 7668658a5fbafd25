//! A client registers itself (RFC 7591 §3).

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value};

use super::credentials::has_secret;
use super::{Register, body, place, told};
use crate::client::{Client, RegisteredClient};
use crate::event::{Action, Event};
use crate::fault::Fault;
use crate::http::{Call, Response};
use crate::limited::{Kind, Limited};
use crate::ports::{Enrolled, PortError};
use crate::registration::{Asked, answer, check, check_sector, vouched};

/// How often another id is drawn where one is taken: hardly ever once.
const DRAWS: u32 = 3;

impl Register {
    pub(super) async fn enrol(
        &self,
        call: &Call<'_>,
        template: &Client,
    ) -> Result<Response, Fault> {
        let members = body(call);
        let by = self.admit(call, template).await?; // before what it says is answered
        let members = self.vouched(call, template, members?).await?;
        if let Some(user) = &by {
            self.judge(call, template, user, &members).await?;
        }
        let asked = self.agreed(call, template, &members).await?;
        let access = self.new_token();
        for _ in 0..DRAWS {
            let mut client = self.client(call, template, asked.clone())?;
            client.access = Some(access.digest());
            client.admitted_by = by.as_ref().map(|user| user.subject.id);
            let mut secret = None;
            if has_secret(&client.metadata) {
                let given = self.new_secret(&call.tenant.id, &client.client_id).await?;
                client.secret = Some(given.kept);
                secret = Some(given.plain);
            }
            let event = self.event(call, Action::ModelCreated, &client);
            let registered = &self.parts.registered;
            let enrolled = registered.enrol(&call.tenant.id, &client, &event);
            if enrolled.await? == Enrolled::Yes {
                let place = place(call, template, client.client_id.as_str());
                let told_of = answer(&client, template, secret.as_ref(), &access, &place);
                return Ok(told(StatusCode::CREATED, &told_of));
            }
        }
        Err(PortError::Contended("every client id drawn is taken".to_owned()).into())
    }

    /// What a client says of itself, and in its place what is vouched for.
    pub(super) async fn vouched(
        &self,
        call: &Call<'_>,
        template: &Client,
        mut members: Map<String, Value>,
    ) -> Result<Map<String, Value>, Fault> {
        let sources = &template.statement_sources;
        let statement = members.get("software_statement").and_then(Value::as_str);
        let Some(statement) = statement.map(str::to_owned) else {
            return Ok(members);
        };
        if sources.is_empty() {
            // RFC 7591 §3.1.1: where nobody vouches for clients, a statement may be ignored.
            members.remove("software_statement");
            return Ok(members);
        }
        let (base, slug) = (&call.tenant.base_url, &template.slug);
        let endpoint = format!("{base}/application/o/{slug}/register/");
        let places = [template.issuer(&call.tenant), endpoint];
        let statements = &self.statements;
        let claims = statements.check(&statement, sources, &places, call.now);
        Ok(vouched(members, &claims.await?))
    }

    /// What a client is by these members, once all of it may be so.
    pub(super) async fn agreed(
        &self,
        call: &Call<'_>,
        template: &Client,
        members: &Map<String, Value>,
    ) -> Result<Asked, Fault> {
        let mut asked = Asked::read(members, None)?;
        check(&mut asked, template)?;
        let limited = Limited::new(
            Arc::clone(&self.parts.fetcher),
            Arc::clone(&self.parts.throttle),
        );
        let counted = limited.counted(&call.tenant.id, Kind::Sectors, call.now);
        check_sector(&asked, &counted).await?;
        Ok(asked)
    }

    /// A new client.
    fn client(
        &self,
        call: &Call<'_>,
        template: &Client,
        asked: Asked,
    ) -> Result<RegisteredClient, Fault> {
        let unused_for = template.keeps_unused();
        Ok(RegisteredClient {
            client_id: self.new_id()?,
            template: template.slug.clone(),
            secret: None,
            name: asked.name,
            redirect_uris: asked.redirect_uris,
            post_logout_redirect_uris: asked.post_logout_redirect_uris,
            scopes: asked.scopes,
            metadata: asked.metadata,
            access: None,
            software_statement: asked.software_statement,
            admitted_by: None,
            created: call.now,
            until: unused_for.map(|unused_for| call.now + unused_for),
            fresh_until: None,
            version: 1,
        })
    }

    pub(super) fn event(
        &self,
        call: &Call<'_>,
        action: Action,
        client: &RegisteredClient,
    ) -> Event {
        let id = client.client_id.as_str();
        let name = client.name.as_deref().unwrap_or(id);
        call.event(action, &*self.parts.entropy)
            .for_client(&client.client_id)
            .of(RegisteredClient::MODEL, id, name)
    }
}
