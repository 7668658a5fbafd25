//! Mailed links: back into a flow, in whichever browser they are opened (authentik: flow tokens; API reference C3).
//!
//! A GET of a page spends nothing, as programs that look through mailboxes follow links too: it asks whether to go on,
//! and the answer, which needs this browser's CSRF token, takes the link. A program's own GET takes it at once.

use super::{Executor, Outcome, Run};
use crate::fault::Fault;
use crate::flow::Requirement;
use crate::flow::answer::Answer;
use crate::flow::challenge::{Challenge, Continue, Errors, Shown};
use crate::flow::plan::{Context, Plan};
use crate::flow::proof::{Method, Proof};
use crate::http::cookie;
use crate::mail::{Address, LinkToken, PARAMETER};
use crate::ports::{Link, Look, PortError, Saved};
use crate::session::{FlowToken, PLAN_LIFETIME};
use crate::user::User;

/// The component of the question whether to go on.
const CONTINUE: &str = "ak-stage-continue";

/// Of a link that is no good any more, or never was: which of them is not told.
const USED_UP: &str = "This link was used already or is too old. Start again to get a new one.";

/// Where the address that was proved stands in the plan's context.
const VERIFIED_EMAIL: &str = "verified_email";

impl Executor {
    /// Looks at the link in the address, if there is one. `None`: the flow goes on where it stands.
    pub(super) async fn restore(&self, run: &mut Run<'_>) -> Result<Option<Outcome>, Fault> {
        let Some(text) = run.link_text()? else {
            return Ok(None);
        };
        if run.restarts()? {
            return Ok(None);
        }
        let token = LinkToken::parse(&text);
        if token.is_some() && run.needs_sign_in() {
            run.link = Some(text); // the link is kept for afterwards
            return Ok(None);
        }
        let followed = match &token {
            None => false,
            Some(token) if run.page && self.is_good(run, token).await? => {
                run.link = Some(text);
                return Ok(Some(go_on(run)));
            }
            Some(token) if !run.page && self.take_link(run, token).await? => true,
            // The page that the link led to is reloaded, or the program asks for the next stage at the same address.
            Some(token) => run.is_restored() || self.followed_before(run, token).await?,
        };
        Ok((!followed).then(|| run.denied(Some(USED_UP.to_owned()))))
    }

    /// Takes the link where a page's answer says so.
    pub(super) async fn follow(
        &self,
        run: &mut Run<'_>,
        answer: &Answer,
    ) -> Result<Option<Outcome>, Fault> {
        let meant = run.page && answer.text("component").as_deref() == Some(CONTINUE);
        let Some(text) = run.link_text()?.filter(|_| meant) else {
            return Ok(None);
        };
        let followed = match LinkToken::parse(&text) {
            Some(token) => {
                self.take_link(run, &token).await? || self.followed_before(run, &token).await?
            }
            None => false,
        };
        if !followed {
            run.link = Some(text); // the page says what there is to say
        }
        Ok(Some(Outcome::Stay))
    }

    async fn is_good(&self, run: &Run<'_>, token: &LinkToken) -> Result<bool, Fault> {
        let call = run.call();
        let id = token.id(&run.flow.slug, &run.next);
        Ok(self
            .parts
            .links
            .peek(&call.tenant.id, &id, call.now)
            .await?)
    }

    /// Spends the link and puts this browser where it leads. `false`, and nothing has changed, where it is no good.
    async fn take_link(&self, run: &mut Run<'_>, token: &LinkToken) -> Result<bool, Fault> {
        let call = run.call();
        let id = token.id(&run.flow.slug, &run.next);
        let link = self
            .parts
            .links
            .take(&call.tenant.id, &id, call.now)
            .await?;
        let here = |link: &Link| link.flow == run.flow.slug && link.next == run.next.as_str();
        let Some(link) = link.filter(here) else {
            return Ok(false);
        };
        let pending = match link.context.pending {
            Some(user) => self.parts.people.by_id(&call.tenant.id, user).await?,
            None => None,
        };
        if !is_still_true(&link.context, pending.as_ref()) {
            tracing::info!(
                event = "link_outlived",
                "a link's account has changed since"
            );
            return Ok(false);
        }
        self.put_here(run, token, link, pending).await?;
        tracing::info!(event = "link_followed", flow = %run.flow.slug, "a mailed link was followed");
        Ok(true)
    }

    /// The plan goes on under a flow cookie of its own: one that somebody knew before is worth nothing after, and
    /// what this browser was doing is left as it is.
    async fn put_here(
        &self,
        run: &mut Run<'_>,
        token: &LinkToken,
        link: Link,
        pending: Option<User>,
    ) -> Result<(), Fault> {
        let call = run.call();
        let Some(after) = token.cookie_after(&run.token) else {
            return Ok(()); // a digest is a cookie
        };
        let key = after.plan_key(run.next.as_str());
        let mut plan = Plan::begin(key, &run.flow.slug, link.steps, call.now);
        plan.began = run.plan.began;
        plan.context = Context {
            restored: true,
            open: None,
            attempts: 0,
            ..link.context
        };
        let context = &mut plan.context;
        context.proofs.push(Proof {
            method: Method::Email,
            at: call.now,
        });
        if let Some(to) = context.mailed.as_ref().and_then(|mailed| mailed.to.clone()) {
            context.extra.insert(VERIFIED_EMAIL.to_owned(), to.into());
        }
        let saved = self
            .parts
            .browsers
            .save_plan(&call.tenant.id, &plan, call.now)
            .await?;
        if saved == Saved::Stale {
            // Who else has taken the same link?
            return Err(PortError::Contended("save_plan: a new plan is taken".to_owned()).into());
        }
        plan.version = 1;
        run.turn_to_link(after, plan);
        run.pending = pending;
        Ok(())
    }

    /// Whether this browser has followed the link already, and did not hear of it: of two clicks, the browser waits
    /// for the answer to the second one only.
    async fn followed_before(&self, run: &mut Run<'_>, token: &LinkToken) -> Result<bool, Fault> {
        let call = run.call();
        let Some(after) = token.cookie_after(&run.token).filter(|_| run.known) else {
            return Ok(false);
        };
        let key = after.plan_key(run.next.as_str());
        let at = Look {
            plan: Some(&key),
            ..Look::default()
        };
        let found = self
            .parts
            .browsers
            .look(&call.tenant.id, at, call.now)
            .await?
            .plan;
        let Some(plan) = found.filter(|plan| plan.flow == run.flow.slug && !plan.done) else {
            return Ok(false);
        };
        run.turn_to_link(after, plan);
        run.load_pending(self).await?;
        Ok(true)
    }
}

/// Whether the account is still the one that the link was made for: there, active (or made in this very flow), with
/// the address that was written to, and with nothing taken back since.
fn is_still_true(context: &Context, pending: Option<&User>) -> bool {
    if context.pending.is_none() {
        return true;
    }
    let Some(user) = pending.filter(|user| user.active || context.created) else {
        return false;
    };
    let Some(mailed) = &context.mailed else {
        return true;
    };
    let generation = mailed
        .generation
        .is_none_or(|then| then == user.subject.generation);
    let address = mailed
        .to
        .as_deref()
        .is_none_or(|to| Address::parse(to).is_some_and(|to| to.is(&user.subject.email)));
    generation && address
}

fn go_on(run: &Run<'_>) -> Outcome {
    let signed_in = run.browser.signed_in.as_ref();
    let signed_in = signed_in.map(|(_, user)| user.subject.username.clone());
    Outcome::Show(Box::new(Shown {
        challenge: Challenge::Continue(Continue {
            signed_in: signed_in.unwrap_or_default(),
        }),
        flow_info: run.flow_info(),
        response_errors: Errors::default(),
    }))
}

impl Run<'_> {
    /// Whether the flow is for people who are signed in, and nobody is.
    fn needs_sign_in(&self) -> bool {
        let needs = match self.flow.authentication {
            Requirement::RequireAuthenticated | Requirement::RequireSuperuser => true,
            Requirement::None
            | Requirement::RequireUnauthenticated
            | Requirement::RequireOutpost => false,
        };
        needs && self.browser.signed_in.is_none()
    }

    /// Whether a link led to where this browser stands.
    fn is_restored(&self) -> bool {
        self.stands() && self.plan.context.restored
    }

    /// The browser goes on at this plan, with this cookie.
    fn turn_to_link(&mut self, cookie: FlowToken, plan: Plan) {
        let set = cookie::Name::Flow;
        let set = cookie::write(&self.call().tenant, set, cookie.raw(), PLAN_LIFETIME);
        self.cookies.push(set);
        self.token = cookie;
        self.browser.plan = Some(plan.clone());
        self.plan = plan;
    }

    /// The link's token in the address, as it is written there.
    fn link_text(&self) -> Result<Option<String>, Fault> {
        Ok(self.query().optional(PARAMETER)?.map(str::to_owned))
    }
}
