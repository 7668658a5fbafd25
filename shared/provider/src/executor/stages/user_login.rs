//! The session begins (`ak-stage-user-login`; authentik: user login stage).

use std::collections::BTreeMap;

use protocol::Seconds;

use crate::event::{Action, Event};
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::Challenge;
use crate::flow::plan::Plan;
use crate::flow::proof;
use crate::flow::stage::UserLoginSettings;
use crate::http::cookie::{self, Name};
use crate::ports::{Saved, SignIn};
use crate::session::{
    FlowToken, PLAN_LIFETIME, SESSION_LIFETIME, Session, SessionId, SessionToken,
};
use crate::user::User;

/// The longest name of a browser that is kept, in characters.
const LONGEST_AGENT: usize = 256;

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stay {
    /// On our side.
    lifetime: Seconds,
    /// Whether the browser forgets it when it is closed.
    while_open: bool,
}

impl Executor {
    /// Asks whether to stay signed in, where that makes a difference; else the session begins.
    pub(super) async fn user_login(
        &self,
        run: &mut Run<'_>,
        its: &UserLoginSettings,
    ) -> Result<Step, Fault> {
        if its.remember_me_offset.seconds() > Seconds(0) && run.may_sign_in().is_some() {
            let pending = run.shown_pending();
            return Ok(Step::Ask(Box::new(Challenge::UserLogin(pending))));
        }
        self.begin_session(run, its, false).await
    }

    pub(super) async fn user_login_answered(
        &self,
        run: &mut Run<'_>,
        its: &UserLoginSettings,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        self.begin_session(run, its, answer.flag("remember_me"))
            .await
    }

    /// Both cookies are new, so that one known before the sign-in is worth nothing after it. The same person's
    /// session in this browser goes on under its name; somebody else's ends.
    async fn begin_session(
        &self,
        run: &mut Run<'_>,
        its: &UserLoginSettings,
        remember: bool,
    ) -> Result<Step, Fault> {
        let call = run.call();
        let Some(user) = run.may_sign_in().cloned() else {
            self.not_signed_in(run).await;
            return Ok(Step::Deny(None));
        };
        let stay = stay(its, remember);
        let (session, token) = self.session(run, &user, stay);
        if its.terminate_other_sessions {
            self.end_others(run, &user, session.id).await?;
        }
        let flow_token = FlowToken::generate(&*self.parts.entropy);
        let mut onward = Plan {
            key: flow_token.plan_key(run.next.as_str()),
            version: 1,
            authenticated: Some(session.id),
            expires: call.now + PLAN_LIFETIME,
            ..run.plan.clone()
        };
        onward.advance();
        onward.context.generation = Some(user.subject.generation); // a stage before may have moved it
        let own = |(before, _): &(Session, User)| before.id == session.id;
        let goes_on = run.browser.signed_in.as_ref().is_some_and(own);
        // A cookie that opens nothing ends nothing: that there is such a session does not make it this browser's.
        let opened = run.browser.signed_in.as_ref().filter(|_| !goes_on);
        let event = self.login_event(run, &user);
        let entry = SignIn {
            session: &session,
            from: &run.plan,
            onward: &onward,
            goes_on,
            ended: opened.map(|(session, _)| session),
            event: &event,
        };
        let saved = self
            .parts
            .browsers
            .sign_in(&call.tenant.id, &entry, call.now)
            .await?;
        if saved == Saved::Stale {
            return Ok(Step::Stale);
        }
        tracing::info!(event = "login", user = %user.subject.id, "signed in");
        run.cookies.push(if stay.while_open {
            cookie::write_while_open(&call.tenant, Name::Session, token.raw())
        } else {
            cookie::write(&call.tenant, Name::Session, token.raw(), stay.lifetime)
        });
        run.cookies.push(cookie::write(
            &call.tenant,
            Name::Flow,
            flow_token.raw(),
            PLAN_LIFETIME,
        ));
        self.remember_browser(run, &user).await;
        run.token = flow_token;
        run.browser.plan = Some(onward.clone());
        run.browser.signed_in = Some((session, user));
        run.plan = onward;
        Ok(Step::Stored)
    }

    fn session(&self, run: &Run<'_>, user: &User, stay: Stay) -> (Session, SessionToken) {
        let call = run.call();
        let before = run.browser.signed_in.as_ref().map(|(session, _)| session);
        let before = before.filter(|session| session.user == user.subject.id);
        let id = before.map_or_else(|| new_id(self), |session| session.id);
        let token = SessionToken::generate(user.subject.id, id, &*self.parts.entropy);
        let session = Session {
            id,
            cookie: token.digest(),
            user: user.subject.id,
            generation: user.subject.generation,
            auth_time: proof::latest(&run.plan.context.proofs).unwrap_or(call.now),
            proofs: run.plan.context.proofs.clone(),
            began: before.map_or(call.now, |session| session.began),
            user_agent: agent(run),
            address: call.client_ip().map(str::to_owned),
            left: before.map_or_else(BTreeMap::new, |session| session.left.clone()),
            visited: before.map_or_else(BTreeMap::new, |session| session.visited.clone()),
            // Where nothing was proved on the way (RFC 9470 §5), the session is no longer than it was.
            expires: before
                .filter(|session| session.proofs == run.plan.context.proofs)
                .map_or(call.now + stay.lifetime, |session| session.expires),
        };
        (session, token)
    }

    /// Ends the person's sessions but this one: before it begins, so that nobody is signed in where it fails.
    async fn end_others(&self, run: &Run<'_>, user: &User, but: SessionId) -> Result<(), Fault> {
        let (call, people) = (run.call(), &self.parts.people);
        let sessions = people.sessions(&call.tenant.id, user, call.now).await?;
        for session in sessions.iter().filter(|session| session.id != but) {
            let event = call
                .event(Action::Logout, &*self.parts.entropy)
                .about(&user.subject);
            people.end_session(&call.tenant.id, session, &event).await?;
        }
        Ok(())
    }

    /// Tells administrators why nobody was signed in: the flow may lack a stage that asks for a proof. It is recorded
    /// for somebody unknown, too, so that time does not tell; what was typed is not, as it may be a password.
    async fn not_signed_in(&self, run: &Run<'_>) {
        let call = run.call();
        let message = match run.proved() {
            Some(_) => "Nobody was signed in: the account is not active",
            None => "Nobody was signed in: no stage before has proved who they are",
        };
        tracing::warn!(event = "sign_in_unproved", flow = %run.flow.slug, message);
        let event = call
            .event(Action::LoginFailed, &*self.parts.entropy)
            .with("stage", "user_login")
            .with("flow", run.flow.slug.as_str())
            .with("message", message);
        let mut event = match &run.pending {
            Some(user) => event.about(&user.subject),
            None => event,
        };
        event.client_id = run.client_id();
        let tenant = &call.tenant.id;
        self.parts.events.record_or_log(tenant, &[event]).await;
    }

    fn login_event(&self, run: &Run<'_>, user: &User) -> Event {
        let event = run
            .call()
            .event(Action::Login, &*self.parts.entropy)
            .about(&user.subject);
        let mut event = match proof::method::of(&run.plan.context.proofs) {
            Some((method, args)) => event
                .with("auth_method", method)
                .with("auth_method_args", args),
            None => event,
        };
        event.client_id = run.client_id();
        event
    }
}

impl Run<'_> {
    /// Whom the flow is about, where they may sign in: somebody who was merely named may not, and a link that was
    /// mailed proves an account by its own address alone.
    fn may_sign_in(&self) -> Option<&User> {
        let pending = self.pending.as_ref();
        let user = self.proved().or(pending.filter(|user| self.steps_up(user)));
        user.filter(|user| user.active)
    }

    /// Whether what this person proved when they signed in still counts, as a client only wants more of it.
    fn steps_up(&self, user: &User) -> bool {
        let session = self.browser.signed_in.as_ref().map(|(session, _)| session);
        let proved = !self.plan.context.proofs.is_empty();
        self.stepping_up() && proved && session.is_some_and(|it| it.user == user.subject.id)
    }
}

fn stay(its: &UserLoginSettings, remember: bool) -> Stay {
    let more = if remember {
        its.remember_me_offset.seconds()
    } else {
        Seconds(0)
    };
    let set = Seconds(its.session_duration.seconds().0.saturating_add(more.0));
    let while_open = set <= Seconds(0);
    Stay {
        lifetime: if while_open { SESSION_LIFETIME } else { set },
        while_open,
    }
}

fn new_id(executor: &Executor) -> SessionId {
    let mut id = [0; 16];
    executor.parts.entropy.fill(&mut id);
    SessionId(uuid::Builder::from_random_bytes(id).into_uuid())
}

fn agent(run: &Run<'_>) -> String {
    let headers = run.call().request.headers();
    let agent = headers.get(http::header::USER_AGENT);
    let text = agent
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.chars().take(LONGEST_AGENT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Validity;

    #[test]
    fn a_session_without_a_duration_goes_with_the_browser_and_remembering_makes_it_stay() {
        let its = |duration, offset| UserLoginSettings {
            session_duration: Validity::parse(duration).unwrap(),
            remember_me_offset: Validity::parse(offset).unwrap(),
            terminate_other_sessions: false,
        };
        let stays = |lifetime, while_open| Stay {
            lifetime,
            while_open,
        };
        let none = its("seconds=0", "days=30");
        assert_eq!(stay(&none, false), stays(SESSION_LIFETIME, true));
        assert_eq!(stay(&none, true), stays(Seconds::days(30), false));
        let hours = its("hours=8", "days=1");
        assert_eq!(stay(&hours, false), stays(Seconds::hours(8), false));
        assert_eq!(stay(&hours, true), stays(Seconds::hours(32), false));
    }
}
