//! Removes one's own account (authentik: user delete stage).

use protocol::Seconds;

use crate::event::Action;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::Challenge;
use crate::flow::next::Next;
use crate::flow::plan::Context;
use crate::http::cookie;
use crate::ports::PortError;
use crate::user::User;

/// Who signed in longer ago does so again first: an unattended browser is no reason to lose an account.
const RECENT: Seconds = Seconds::minutes(15);

/// How often removal is tried over an account that others change, too.
const TRIES: u32 = 4;

/// Where somebody goes who keeps the account.
const SELF_SERVICE: &str = "/if/user/";

/// What stands in the way.
enum Hindrance {
    /// Nobody is signed in, or the flow is about somebody else.
    Nobody,
    /// They signed in too long ago.
    Stale,
}

impl Executor {
    /// Asks. There is no way without an answer, in JSON neither: a link alone removes nothing.
    pub(super) fn user_delete(run: &Run<'_>) -> Step {
        match run.leaver() {
            Ok(_) => Step::Ask(Box::new(Challenge::UserDelete(run.shown_pending()))),
            Err(hindrance) => run.hindered(&hindrance),
        }
    }

    /// Removes the account, or leaves where the person would rather keep it.
    pub(super) async fn delete_confirmed(
        &self,
        run: &mut Run<'_>,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let user = match run.leaver() {
            Ok(user) => user.clone(),
            Err(hindrance) => return Ok(run.hindered(&hindrance)),
        };
        let said = answer.text("choice");
        let yes = said.as_deref() == Some("delete") || (said.is_none() && !run.page);
        if !yes {
            self.cancel(run).await?;
            let next = run.next.as_str();
            let to = if next.is_empty() { SELF_SERVICE } else { next };
            return Ok(Step::Leave(to.to_owned()));
        }
        self.remove(run, user).await?;
        run.cookies
            .push(cookie::remove(&run.call().tenant, cookie::Name::Session));
        (run.browser.signed_in, run.pending) = (None, None);
        run.plan.context = Context {
            extra: std::mem::take(&mut run.plan.context.extra),
            redirect: run.plan.context.redirect.take(),
            removed: true,
            ..Context::default()
        };
        Ok(Step::Done)
    }

    /// An account that is gone already is fine.
    async fn remove(&self, run: &Run<'_>, mut user: User) -> Result<(), Fault> {
        let (call, people) = (run.call(), &self.parts.people);
        for _ in 0..TRIES {
            let event = call
                .event(Action::ModelDeleted, &*self.parts.entropy)
                .about(&user.subject);
            let pk = user.subject.pk.to_string();
            let event = event.of(("authentik_core", "user"), &pk, &user.subject.username);
            if people.remove(&call.tenant.id, &user, &event).await? {
                tracing::info!(event = "user_deleted", user = %user.subject.id, "an account was removed");
                return Ok(());
            }
            match people.by_id(&call.tenant.id, user.subject.id).await? {
                Some(now) => user = now,
                None => return Ok(()),
            }
        }
        Err(PortError::Contended("user_delete: the account keeps changing".to_owned()).into())
    }
}

impl Run<'_> {
    /// Whose account it is.
    fn leaver(&self) -> Result<&User, Hindrance> {
        let (session, user) = self.browser.signed_in.as_ref().ok_or(Hindrance::Nobody)?;
        let about = self.plan.context.pending;
        if about.is_some_and(|pending| pending != user.subject.id) {
            return Err(Hindrance::Nobody);
        }
        if self.call().now.since(session.auth_time) > RECENT {
            return Err(Hindrance::Stale);
        }
        Ok(user)
    }

    /// The flow that signs people in, from its start, and back here.
    fn sign_in_anew(&self) -> String {
        let slug = self.call().tenant.brand.flow_authentication.as_str();
        let back = Next::parse(Some(&self.here()));
        back.map_or_else(
            || "/".to_owned(),
            |back| format!("{}&restart=1", back.through(slug)),
        )
    }

    fn hindered(&self, hindrance: &Hindrance) -> Step {
        match hindrance {
            Hindrance::Nobody => {
                let said = "Nothing was removed: sign in to the account first, then start again.";
                Step::Deny(Some(said.to_owned()))
            }
            Hindrance::Stale => Step::Leave(self.sign_in_anew()),
        }
    }
}
