//! Your password? (`ak-stage-password`)

use protocol::{Digest, Secret};

use crate::event::Action;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::{Challenge, Errors, Password};
use crate::flow::password;
use crate::flow::proof::{Method, Proof};
use crate::flow::stage::PasswordSettings;
use crate::ports::{ChangedAccount, PortError, Written};
use crate::user::User;

/// One text for an unknown user, an inactive one and a wrong password.
const REFUSED: &str = "The username or password is not right. Check both and try again.";

/// What somebody reads who was wrong too often (authentik 2024.10, #11679).
const TOO_OFTEN: &str = "Invalid password";

/// What came of a password.
pub(super) enum Tried {
    /// It is theirs; that is written down in the plan.
    Right,
    /// It is not, or there is no such person.
    Wrong,
    /// Nobody looked at it: there were too many tries.
    TooFast(Errors),
}

impl Executor {
    /// Asks, unless it or something as good was given before in this flow.
    pub(super) fn password(run: &Run<'_>, its: &PasswordSettings) -> Step {
        if run.needs_no_password() {
            return Step::Done;
        }
        let tenant = &run.call().tenant;
        let recovery = tenant.brand.flow_recovery.as_ref();
        let recovery = recovery.map(|slug| run.next.through(slug.as_str()));
        let challenge = Password {
            pending: run.shown_pending(),
            recovery_url: recovery.map(|path| format!("{}{path}", tenant.base_url)),
            allow_show_password: its.allow_show_password,
        };
        Step::Ask(Box::new(Challenge::Password(challenge)))
    }

    /// Checks the password. A wrong one and an unknown or inactive user are answered alike, in text and in work
    /// done.
    pub(super) async fn password_given(
        &self,
        run: &mut Run<'_>,
        its: &PasswordSettings,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let given = answer.text("password").filter(|given| !given.is_empty());
        let Some(given) = given.map(Secret::new) else {
            return Ok(Step::Again(Errors::of("password", "Enter your password.")));
        };
        Ok(match self.try_password(run, "password", &given).await? {
            Tried::Right => Step::Done,
            Tried::TooFast(errors) => Step::Again(errors),
            Tried::Wrong if run.was_wrong_too_often(its) => Step::Deny(Some(TOO_OFTEN.to_owned())),
            Tried::Wrong => Step::Again(Errors::of("password", REFUSED)),
        })
    }

    /// Whether this is the password of whoever is pending. The try is counted before, and taken back where it was
    /// right. What there is to say of it is said beside `field`.
    pub(super) async fn try_password(
        &self,
        run: &mut Run<'_>,
        field: &str,
        given: &Secret,
    ) -> Result<Tried, Fault> {
        let buckets = self.sign_in_buckets(run).await?;
        if let Some(errors) = self.too_fast(run, field, &buckets).await? {
            return Ok(Tried::TooFast(errors));
        }
        let user = run.pending.as_ref();
        let stored = user.and_then(|user| user.password.as_deref());
        let right = password::verify(given, stored)?;
        if !right || !user.is_some_and(|user| user.active) {
            self.password_failed(run).await;
            run.plan.context.attempts = run.plan.context.attempts.saturating_add(1);
            return Ok(Tried::Wrong);
        }
        self.forgive(run, &buckets).await;
        if let Err(error) = self.renew_hash(run, given).await {
            tracing::warn!(event = "password_not_renewed", %error, "a hash keeps its old cost");
        }
        let at = run.call().now;
        run.plan.context.proofs.push(Proof {
            method: Method::Password,
            at,
        });
        Ok(Tried::Right)
    }

    /// A password whose hash costs less, or more, than new ones do is hashed again, now that it is known.
    async fn renew_hash(&self, run: &mut Run<'_>, given: &Secret) -> Result<(), PortError> {
        let previous = run.pending.as_ref();
        let outdated = |user: &&User| user.password.as_deref().is_some_and(password::is_outdated);
        let Some(previous) = previous.filter(outdated) else {
            return Ok(());
        };
        let call = run.call();
        let mut user = previous.clone();
        user.password = Some(password::hash(given, &*self.parts.entropy)?);
        user.subject.version = user.subject.version.saturating_add(1);
        let event = call.event(Action::ModelUpdated, &*self.parts.entropy);
        let event = event
            .about(&user.subject)
            .with("reason", "password hash renewed");
        let changed = ChangedAccount {
            user: &user,
            previous,
            keeping: None,
            event: &event,
        };
        if self.parts.people.change(&call.tenant.id, &changed).await? == Written::Yes {
            run.pending = Some(user);
        }
        Ok(())
    }

    /// Recorded whether there is such a user or not, so that time does not tell. What was typed for a name is kept
    /// where it is one: people type passwords into the wrong field.
    async fn password_failed(&self, run: &Run<'_>) {
        let call = run.call();
        let login = run.plan.context.identifier.clone().unwrap_or_default();
        // Which name was tried can be found by its digest, without being kept in the log.
        let digest = Digest::of(login.to_lowercase().as_bytes()).encode();
        tracing::warn!(
            event = "login_failed",
            login = digest,
            "wrong password or unknown user"
        );
        let event = call
            .event(Action::LoginFailed, &*self.parts.entropy)
            .with("stage", "password");
        let mut event = match &run.pending {
            Some(user) => event.about(&user.subject).with("username", login),
            None => event.with("username_digest", digest),
        };
        event.client_id = run.client_id();
        self.parts
            .events
            .record_or_log(&call.tenant.id, &[event])
            .await;
    }
}

impl Run<'_> {
    /// Whether the person gave what a password stands for: the password itself, or a passkey that asked for a
    /// fingerprint or PIN. A code, a key that was only touched and a link are second to it.
    fn needs_no_password(&self) -> bool {
        let enough = |proof: &Proof| match proof.method {
            Method::Password | Method::WebauthnVerified => true,
            Method::Totp | Method::Static | Method::Webauthn | Method::Email => false,
        };
        self.plan.context.proofs.iter().any(enough)
    }

    /// Whether the flow ends after another wrong password.
    pub(super) fn was_wrong_too_often(&self, its: &PasswordSettings) -> bool {
        self.plan.context.attempts >= its.failed_attempts_before_cancel.max(1)
    }
}
