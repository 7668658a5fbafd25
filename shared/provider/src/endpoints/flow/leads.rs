//! Addresses that lead to flows, or from them (API reference C1 "other routes"). All are opened by links, and none
//! leads to another site (RFC 6749 §10.15).

use protocol::{Params, Slug};
use uuid::Uuid;

use super::Flow;
use crate::executor::Visit;
use crate::fault::{Fault, PageFault, Transport};
use crate::flow::next::Next;
use crate::flow::stage::{Settings, Stage};
use crate::flow::{self, Designation};
use crate::http::route::{LAUNCH, ROOT};
use crate::http::{Call, Response, encode};
use crate::ports::Look;
use crate::user::{User, UserKind};

/// Where people see their own account.
const USER_INTERFACE: &str = "/if/user/";

/// The flows that are shipped for designations that a brand names none for.
const SHIPPED: [&str; 7] = [
    flow::STATIC_SETUP,
    flow::TOTP_SETUP,
    flow::WEBAUTHN_SETUP,
    flow::ENROLLMENT,
    flow::PASSWORD_CHANGE,
    flow::EXPLICIT_CONSENT,
    flow::IMPLICIT_CONSENT,
];

impl Flow {
    /// To the brand's flow for a designation, else to the first one, by slug, that lets this person in.
    pub(super) async fn lead_to_default(&self, call: &Call<'_>) -> Result<Response, Fault> {
        opened(call)?;
        let named = call.slug.as_ref().map(Slug::as_str).unwrap_or_default();
        let designation = Designation::ALL.into_iter().find(|it| it.as_str() == named);
        let designation = designation.ok_or(Transport::NotFound)?;
        let found = match call.tenant.brand.flow_for(designation) {
            Some(slug) => Some(slug.clone()),
            None => self.first_for(call, designation).await?,
        };
        let slug = found.ok_or(Transport::NotFound)?;
        let path = format!("/if/flow/{slug}/");
        let to = call
            .request
            .uri()
            .query()
            .map_or(path.clone(), |query| format!("{path}?{query}"));
        Ok(encode::redirect(call, &to))
    }

    async fn first_for(
        &self,
        call: &Call<'_>,
        designation: Designation,
    ) -> Result<Option<Slug>, Fault> {
        let mut slugs = SHIPPED;
        slugs.sort_unstable();
        for slug in slugs.into_iter().filter_map(|slug| Slug::parse(slug).ok()) {
            let found = self
                .parts
                .flows
                .by_slug(&call.tenant.id, &slug, call.now)
                .await?;
            if !found.is_some_and(|flow| flow.designation == designation) {
                continue;
            }
            let visit = Visit {
                slug: &slug,
                query: Params::default(),
                page: true,
            };
            let mut run = self.executor.enter(call, visit).await?;
            if self.executor.admits(&mut run).await? {
                return Ok(Some(slug));
            }
        }
        Ok(None)
    }

    /// Gives up what this browser has begun on its way to `next`, and goes there, or to the front page.
    pub(super) async fn cancel(&self, call: &Call<'_>) -> Result<Response, Fault> {
        opened(call)?;
        let query = call.query()?;
        let next = Next::parse(query.optional("next")?).ok_or(PageFault::Next)?;
        if let Some(token) = call.flow_token() {
            let key = token.plan_key(next.as_str());
            self.parts.browsers.drop_plan(&call.tenant.id, &key).await?;
        }
        let to = if next.is_somewhere() {
            next.as_str()
        } else {
            ROOT
        };
        Ok(encode::redirect(call, to))
    }

    /// To the flow that sets up what the stage with this id asks for.
    pub(super) async fn lead_to_setup(&self, call: &Call<'_>) -> Result<Response, Fault> {
        opened(call)?;
        let id = call
            .slug
            .as_ref()
            .and_then(|slug| Uuid::parse_str(slug.as_str()).ok());
        let id = id.ok_or(Transport::NotFound)?;
        let query = call.query()?;
        let next = Next::parse(query.optional("next")?).ok_or(PageFault::Next)?;
        if self.signed_in(call).await?.is_none() {
            return to_sign_in(call);
        }
        let slug = self.setup_of(call, id).await?.ok_or(Transport::NotFound)?;
        Ok(encode::redirect(call, &next.through(slug.as_str())))
    }

    /// The flow that sets a stage up. It is looked for where a person comes across the stage: in the flow that signs
    /// them in, with what its stages ask and offer, and in the flows that set things up.
    async fn setup_of(&self, call: &Call<'_>, stage: Uuid) -> Result<Option<Slug>, Fault> {
        let brand = &call.tenant.brand;
        let own = [
            Some(&brand.flow_authentication),
            brand.flow_user_settings.as_ref(),
        ];
        let shipped = SHIPPED
            .into_iter()
            .filter_map(|slug| Slug::parse(slug).ok());
        for slug in own.into_iter().flatten().cloned().chain(shipped) {
            let flow = self
                .parts
                .flows
                .by_slug(&call.tenant.id, &slug, call.now)
                .await?;
            let Some(flow) = flow else { continue };
            let mut stages = flow
                .stages
                .iter()
                .flat_map(|bound| with_parts(&bound.stage));
            if let Some(found) = stages.find(|candidate| candidate.id == stage) {
                let set_up = configure_flow(&found.settings).cloned();
                let here = flow.designation == Designation::StageConfiguration;
                return Ok(set_up.or_else(|| here.then_some(slug)));
            }
        }
        Ok(None)
    }

    /// To the account of whoever is signed in. Customers and guests have no other business here than the brand's
    /// default application.
    pub(super) async fn lead_from_root(&self, call: &Call<'_>) -> Result<Response, Fault> {
        opened(call)?;
        let Some(user) = self.signed_in(call).await? else {
            return to_sign_in(call);
        };
        let application = call.tenant.brand.default_application.as_ref();
        let application = application.filter(|_| user.profile.kind == UserKind::External);
        let client = match application {
            Some(slug) => {
                self.parts
                    .clients
                    .by_slug(&call.tenant.id, slug, call.now)
                    .await?
            }
            None => None,
        };
        let started = client.filter(|client| client.launch_url.is_some());
        let launch = started.map(|client| LAUNCH.replace("{slug}", client.slug.as_str()));
        Ok(encode::redirect(
            call,
            launch.as_deref().unwrap_or(USER_INTERFACE),
        ))
    }

    async fn signed_in(&self, call: &Call<'_>) -> Result<Option<User>, Fault> {
        let Some(session) = call.session_token() else {
            return Ok(None);
        };
        let at = Look {
            session: Some(&session),
            ..Look::default()
        };
        let browser = self
            .parts
            .browsers
            .look(&call.tenant.id, at, call.now)
            .await?;
        Ok(browser.signed_in.map(|(_, user)| user))
    }
}

/// A link is opened; there is nothing to be posted.
fn opened(call: &Call<'_>) -> Result<(), Transport> {
    if call.is_post() {
        Err(Transport::Method)
    } else {
        Ok(())
    }
}

/// Through the flow that signs people in and back to the very address that was asked.
fn to_sign_in(call: &Call<'_>) -> Result<Response, Fault> {
    let uri = call.request.uri();
    let here = uri
        .path_and_query()
        .map_or(ROOT, http::uri::PathAndQuery::as_str);
    let back = Next::parse(Some(here)).ok_or(PageFault::Next)?;
    let slug = call.tenant.brand.flow_authentication.as_str();
    Ok(encode::redirect(call, &back.through(slug)))
}

/// A stage, what it has inside, and what it offers to set up.
fn with_parts(stage: &Stage) -> impl Iterator<Item = &Stage> {
    let parts = &stage.parts;
    let inside = parts
        .password
        .iter()
        .chain(&parts.captcha)
        .map(AsRef::as_ref);
    std::iter::once(stage).chain(inside).chain(&parts.setups)
}

fn configure_flow(settings: &Settings) -> Option<&Slug> {
    match settings {
        Settings::Password(its) => its.configure_flow.as_ref(),
        Settings::AuthenticatorTotp(its) => its.configure_flow.as_ref(),
        Settings::AuthenticatorStatic(its) => its.configure_flow.as_ref(),
        Settings::AuthenticatorWebauthn(its) => its.configure_flow.as_ref(),
        Settings::Identification(_)
        | Settings::AuthenticatorValidate(_)
        | Settings::Captcha(_)
        | Settings::Prompt(_)
        | Settings::UserWrite(_)
        | Settings::UserLogin(_)
        | Settings::UserLogout
        | Settings::UserDelete
        | Settings::Email(_)
        | Settings::Consent(_)
        | Settings::Redirect(_)
        | Settings::Deny(_)
        | Settings::Invitation(_) => None,
    }
}
