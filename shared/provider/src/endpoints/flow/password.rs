//! The password stage, and the session that follows it (authentik: `ak-stage-password`, user login).

use std::collections::BTreeMap;

use http::StatusCode;
use protocol::{Digest, Params, Secret};

use crate::endpoints::flow::{Flow, Step, Visit};
use crate::event::Action;
use crate::fault::Fault;
use crate::flow::password;
use crate::http::{Response, cookie, encode};
use crate::pages::Password;
use crate::ports::{Saved, SignIn};
use crate::session::{
    FlowToken, PLAN_LIFETIME, Plan, SESSION_LIFETIME, Session, SessionToken, csrf_token,
};
use crate::user::User;

/// Wrong passwords before the flow begins anew (authentik: failed attempts before cancel).
const MOST_ATTEMPTS: u32 = 5;

/// One text for an unknown user, an inactive one and a wrong password.
const REFUSED: &str = "The username or password is not right. Check both and try again.";

impl Flow {
    /// Checks the password. A wrong one and an unknown or inactive user are answered alike, in text and in
    /// work done.
    pub(super) async fn prove(
        &self,
        visit: &Visit<'_>,
        plan: &mut Plan,
        form: &Params,
    ) -> Result<Step, Fault> {
        let Some(given) = form.optional("password")?.map(Secret::new) else {
            return Ok(Step::Again("Enter your password."));
        };
        let login = plan.identifier.clone().unwrap_or_default();
        let user = self.users.by_login(&visit.call.tenant.id, &login).await?;
        let stored = user.as_ref().and_then(|user| user.password.as_deref());
        let right = password::verify(&given, stored)?;
        if let Some(user) = user.as_ref().filter(|user| right && user.active) {
            return self.begin_session(visit, plan, user).await;
        }
        self.failed(visit, &login, user.as_ref()).await;
        // Which name was tried can be found by its digest, without being kept in the log.
        let login = Digest::of(login.to_lowercase().as_bytes()).encode();
        tracing::warn!(
            event = "login_failed",
            login,
            "wrong password or unknown user"
        );
        self.wrong(visit, plan).await
    }

    /// Recorded whether there is such a user or not, so that time does not tell.
    async fn failed(&self, visit: &Visit<'_>, login: &str, user: Option<&User>) {
        let call = visit.call;
        let mut event = call
            .event(Action::LoginFailed, &*self.entropy)
            .with("username", login)
            .with("stage", "password");
        if let Some(user) = user {
            event = event.about(&user.subject);
        }
        event.client_id = visit.client_id();
        self.events.record_or_log(&call.tenant.id, &[event]).await;
    }

    async fn wrong(&self, visit: &Visit<'_>, plan: &mut Plan) -> Result<Step, Fault> {
        plan.failed_attempts += 1;
        if plan.failed_attempts < MOST_ATTEMPTS {
            return Ok(
                match self.browsers.save_plan(&visit.call.tenant.id, plan).await? {
                    Saved::Yes => Step::Again(REFUSED),
                    Saved::Stale => visit.stay(),
                },
            );
        }
        plan.failed_attempts = 0;
        plan.stage = 0;
        plan.identifier = None;
        self.advance(visit, plan).await
    }

    /// Both cookies are new, so that one known before the sign-in is worth nothing after it; the session
    /// this browser had before ends.
    async fn begin_session(
        &self,
        visit: &Visit<'_>,
        plan: &Plan,
        user: &User,
    ) -> Result<Step, Fault> {
        let call = visit.call;
        let session_token = SessionToken::generate(user.subject.id, &*self.entropy);
        let flow_token = FlowToken::generate(&*self.entropy);
        let session = Session {
            id: session_token.id(),
            user: user.subject.id,
            auth_time: call.now,
            amr: vec!["pwd".to_owned()], // RFC 8176 §2
            left: BTreeMap::new(),
            expires: call.now + SESSION_LIFETIME,
        };
        let onward = Plan {
            stage: plan.stage + 1,
            authenticated: Some(session.id),
            ..Plan::begin(
                flow_token.plan_key(visit.next.as_str()),
                visit.slug,
                call.now,
            )
        };
        let ended = call.session_token();
        let event = call.event(Action::Login, &*self.entropy);
        let mut event = event.about(&user.subject).with("auth_method", "password");
        event.client_id = visit.client_id();
        let entry = SignIn {
            session: &session,
            from: plan,
            onward: &onward,
            ended: ended.as_ref(),
            event: &event,
        };
        let saved = self.browsers.sign_in(&call.tenant.id, &entry).await?;
        if saved == Saved::Stale {
            return Ok(visit.stay());
        }
        tracing::info!(event = "login", user = %user.subject.id, "signed in");
        let set = |name, value, lifetime| cookie::write(&call.tenant, name, value, lifetime);
        Ok(visit.onward(vec![
            set(cookie::Name::Session, session_token.raw(), SESSION_LIFETIME),
            set(cookie::Name::Flow, flow_token.raw(), PLAN_LIFETIME),
        ]))
    }
}

impl Visit<'_> {
    pub(super) fn password_page(&self, plan: &Plan, error: Option<&str>) -> Response {
        encode::page(
            StatusCode::OK,
            &Password {
                brand: self.brand(),
                application: self.application(),
                action: &self.action(),
                csrf: csrf_token(self.token.raw()).expose(),
                username: plan.identifier.as_deref().unwrap_or_default(),
                restart_url: &self.restart_url(self.slug.as_str()),
                error,
            },
        )
    }
}
