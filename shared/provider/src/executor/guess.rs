//! Tries are counted before it is known whether they are right (OWASP: device cookies). [`crate::guessing`] says which
//! buckets a try fills.

use protocol::{Digest, UserId};

use super::{Executor, Run};
use crate::fault::Fault;
use crate::flow::challenge::Errors;
use crate::guessing::{self, BrowserToken};
use crate::http::cookie;
use crate::ports::{Admission, Bucket, PortError, REMEMBERED};
use crate::user::User;

impl Executor {
    /// The buckets of a sign-in of whoever is pending, under the name that was typed. For somebody unknown it asks
    /// the same.
    pub(super) async fn sign_in_buckets(&self, run: &Run<'_>) -> Result<Vec<Bucket>, Fault> {
        let call = run.call();
        let pending = run.pending.as_ref().map(|user| &user.subject);
        let typed = run.plan.context.identifier.as_deref();
        let login = typed.or(pending.map(|subject| subject.username.as_str()));
        let user = pending.map_or_else(guessing::nobody, |subject| subject.id);
        let known = self.known_to(run, user).await?;
        Ok(guessing::sign_in(
            login.unwrap_or_default(),
            call.client_ip(),
            known.as_ref(),
        ))
    }

    /// The buckets of this person's codes.
    pub(super) async fn code_buckets(
        &self,
        run: &Run<'_>,
        user: &User,
    ) -> Result<Vec<Bucket>, Fault> {
        let known = self.known_to(run, user.subject.id).await?;
        Ok(guessing::second_factor(user.subject.id, known.as_ref()))
    }

    /// This browser, where the person signed in in it before.
    async fn known_to(&self, run: &Run<'_>, user: UserId) -> Result<Option<Digest>, Fault> {
        let call = run.call();
        let Some(browser) = call.known_browser().map(|token| token.digest()) else {
            return Ok(None);
        };
        let store = &self.parts.throttle;
        let known = store
            .knows(&call.tenant.id, user, &browser, call.now)
            .await?;
        Ok(known.then_some(browser))
    }

    /// Counts a try. `Some` where there were too many: it must not be looked at, and the person reads this beside
    /// `field`.
    pub(super) async fn too_fast(
        &self,
        run: &mut Run<'_>,
        field: &str,
        buckets: &[Bucket],
    ) -> Result<Option<Errors>, Fault> {
        let call = run.call();
        let admission = self
            .parts
            .throttle
            .admit(&call.tenant.id, buckets, call.now);
        let Admission::Wait(wait) = admission.await? else {
            return Ok(None);
        };
        tracing::warn!(event = "guessing_slowed", wait = wait.0, flow = %run.flow.slug, "too many tries");
        run.retry_after = Some(wait);
        let unit = if wait.0 == 1 { "second" } else { "seconds" };
        let mut errors = Errors::default();
        errors.add(
            field,
            "throttled",
            format!("Too many tries. Wait {} {unit} and try again.", wait.0),
        );
        Ok(Some(errors))
    }

    /// Takes a try back that was right. Where that fails the person has one try less.
    pub(super) async fn forgive(&self, run: &Run<'_>, buckets: &[Bucket]) {
        let forgiven = self.parts.throttle.forgive(&run.call().tenant.id, buckets);
        log_lost(forgiven.await);
    }

    /// Remembers a browser in which somebody has signed in just now, so that nobody else can slow them down in it.
    pub(super) async fn remember_browser(&self, run: &mut Run<'_>, user: &User) {
        let call = run.call();
        let (store, tenant, user) = (&self.parts.throttle, &call.tenant, user.subject.id);
        let held = call.known_browser();
        if let Some(held) = &held {
            match store
                .knows(&tenant.id, user, &held.digest(), call.now)
                .await
            {
                Ok(false) => {}
                Ok(true) => return,
                Err(error) => return log_lost(Err(error)),
            }
        }
        let token = held.unwrap_or_else(|| BrowserToken::generate(&*self.parts.entropy));
        log_lost(
            store
                .remember(&tenant.id, user, &token.digest(), call.now)
                .await,
        );
        let set = cookie::write(tenant, cookie::Name::Known, token.raw(), REMEMBERED);
        run.cookies.push(set);
    }
}

fn log_lost(outcome: Result<(), PortError>) {
    if let Err(error) = outcome {
        tracing::warn!(event = "throttle_failed", %error, "a count of tries could not be changed");
    }
}
