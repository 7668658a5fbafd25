//! Writes what was filled in to an account (authentik: user write stage).
//!
//! Reading order: `whom` (who may be changed), `record` (what becomes of what was filled in), then new accounts in
//! `account`, and changed ones here.

mod account;
mod record;
#[cfg(test)]
mod tests;
mod whom;

use protocol::Secret;
use serde_json::Map;

use crate::event::{Action, Event};
use crate::executor::policies::Place;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::challenge::Errors;
use crate::flow::password;
use crate::flow::plan::Planned;
use crate::flow::stage::{Creation, Settings, UserWriteSettings};
use crate::invitation::Invitation;
use crate::ports::{ChangedAccount, PortError, Written};
use crate::session::Session;
use crate::user::User;
use record::Details;
pub(super) use record::is_password;

/// How often a change is tried over an account that others change, too.
const TRIES: u32 = 4;

/// What is said where there is nothing to write, or nobody to write it to.
const NOTHING: &str = "Nothing was saved: there is nothing filled in. Start again.";
const NOBODY: &str = "Nothing was saved: sign in first, then start again.";

/// Of an account that cannot be made. It does not tell which of the details belongs to somebody.
const NOT_THESE: &str = "An account cannot be made with these details. If you have one already, sign in; else try other details.";

impl Executor {
    pub(super) async fn user_write(
        &self,
        run: &mut Run<'_>,
        its: &UserWriteSettings,
    ) -> Result<Step, Fault> {
        let invitation = self.invited(run).await?;
        let data = self.to_write(run, invitation.as_ref())?;
        if data.is_empty() {
            return Ok(Step::Deny(Some(NOTHING.to_owned())));
        }
        let somebody = run.plan.context.pending.is_some() || run.browser.signed_in.is_some();
        if somebody && its.user_creation_mode != Creation::AlwaysCreate {
            return match run.changeable().cloned() {
                Some(user) => self.change(run, user, &data).await,
                None if run.plan.context.identifier.is_some() => {
                    Ok(Step::Deny(Some(NOT_THESE.to_owned())))
                }
                None => Ok(Step::Deny(Some(NOBODY.to_owned()))),
            };
        }
        match its.user_creation_mode {
            Creation::NeverCreate => Ok(Step::Deny(Some(NOBODY.to_owned()))),
            Creation::CreateWhenRequired | Creation::AlwaysCreate => {
                self.create(run, its, (&data, invitation)).await
            }
        }
    }

    /// All that was filled in, and on top of it what the invitation says as it stands now; but a password that was
    /// typed counts. Passwords are hashes then.
    fn to_write(&self, run: &Run<'_>, invitation: Option<&Invitation>) -> Result<Details, Fault> {
        let mut typed = run.plan.context.prompt_data.clone();
        let mut fixed = invitation.map_or_else(Map::new, |it| it.fixed_data.clone());
        fixed.retain(|key, _| !is_password(key) || !typed.contains_key(key));
        typed.retain(|key, _| !fixed.contains_key(key));
        for (key, value) in typed.iter_mut().chain(&mut fixed) {
            let Some(text) = value.as_str().filter(|_| is_password(key)) else {
                continue;
            };
            if !text.is_empty() && !password::is_hash(text) {
                *value = password::hash(&Secret::new(text), &*self.parts.entropy)?.into();
            }
        }
        Ok(Details { typed, fixed })
    }

    /// Changes an account. Where somebody else changes it at the same time, it is read again. Password and address let
    /// others in, so whoever was signed in here some time ago proves first that it is still them.
    async fn change(
        &self,
        run: &mut Run<'_>,
        mut previous: User,
        data: &Details,
    ) -> Result<Step, Fault> {
        let tenant = &run.call().tenant.id;
        for _ in 0..TRIES {
            let user = match record::rewrite(&previous, data, run.verified_email()) {
                Ok(user) => self.in_groups(run, user).await?,
                Err(errors) => return self.back(run, errors).await,
            };
            if (&user.password, &user.subject.email)
                != (&previous.password, &previous.subject.email)
                && let Some(step) = run.asked_to_sign_in_again()
            {
                return Ok(step);
            }
            let keeping = run.session_of(&user);
            let event = self.write_event(run, &user, data).with("created", false);
            let changed = ChangedAccount {
                user: &user,
                previous: &previous,
                keeping,
                event: &event,
            };
            match self.parts.people.change(tenant, &changed).await? {
                Written::Yes => {
                    if user.password != previous.password {
                        self.password_set(run, &user).await;
                    }
                    return Ok(run.wrote(user));
                }
                Written::Taken => {
                    let errors = self.taken(run, &user, &previous).await?;
                    return self.back(run, errors).await;
                }
                Written::Stale => match self.parts.people.by_id(tenant, user.subject.id).await? {
                    Some(now) if now.subject.version != previous.subject.version => previous = now,
                    // Nothing has changed but that the session is over, or the account is gone.
                    Some(_) | None => return Ok(Step::Deny(Some(NOBODY.to_owned()))),
                },
            }
        }
        Err(PortError::Contended("user_write: the account keeps changing".to_owned()).into())
    }

    /// Which of the names somebody else has. Who is signed in may know: they see it in their own profile. Anybody
    /// else hears no more than that it cannot be.
    async fn taken(&self, run: &Run<'_>, user: &User, previous: &User) -> Result<Errors, Fault> {
        let mut errors = Errors::default();
        let signed_in = run.browser.signed_in.as_ref();
        if signed_in.is_some_and(|(_, it)| it.subject.id == user.subject.id) {
            let (new, old) = (&user.subject, &previous.subject);
            let names = [
                (
                    "username",
                    &new.username,
                    &old.username,
                    "This username is taken. Choose another.",
                ),
                (
                    "email",
                    &new.email,
                    &old.email,
                    "This address is in use already. Enter another.",
                ),
            ];
            for (key, new, old, said) in names {
                if !whom::is_same_address(new, old)
                    && self.belongs_to_another(run, user, new).await?
                {
                    errors.add(key, "unique", said);
                }
            }
        }
        Ok(if errors.is_empty() {
            Errors::whole(NOT_THESE)
        } else {
            errors
        })
    }

    async fn belongs_to_another(
        &self,
        run: &Run<'_>,
        user: &User,
        name: &str,
    ) -> Result<bool, Fault> {
        let found = self
            .parts
            .users
            .by_login(&run.call().tenant.id, name)
            .await?;
        Ok(found.is_some_and(|found| found.subject.id != user.subject.id))
    }

    /// Back to the prompt before this stage, which asks again, and to all that comes between.
    async fn back(&self, run: &mut Run<'_>, errors: Errors) -> Result<Step, Fault> {
        let flow = std::sync::Arc::clone(&run.flow);
        let Some(Planned::Bound(here)) = run.plan.steps.first().copied() else {
            return Ok(Step::Deny(Some(NOT_THESE.to_owned())));
        };
        let before: Vec<_> = flow
            .stages
            .iter()
            .take_while(|bound| bound.id != here)
            .collect();
        let prompt = before
            .iter()
            .rposition(|it| matches!(it.stage.settings, Settings::Prompt(_)));
        let mut again = Vec::new();
        for bound in prompt.and_then(|at| before.get(at..)).unwrap_or_default() {
            let asked = bound.evaluate_on_plan;
            if !asked || Box::pin(self.stage_said(run, bound)).await?.place == Place::Taken {
                again.push(Planned::Bound(bound.id));
            }
        }
        if again.is_empty() {
            let said = errors
                .0
                .into_values()
                .flatten()
                .next()
                .map(|detail| detail.string);
            return Ok(Step::Deny(said));
        }
        run.plan.steps.splice(0..0, again);
        Ok(Step::Back(errors))
    }

    /// What is recorded: which fields were written, never what stands in them.
    fn write_event(&self, run: &Run<'_>, user: &User, data: &Details) -> Event {
        let event = run.call().event(Action::UserWrite, &*self.parts.entropy);
        let mut event = event.about(&user.subject).with("fields", data.names());
        event.client_id = run.client_id();
        event
    }

    async fn password_set(&self, run: &Run<'_>, user: &User) {
        let call = run.call();
        let event = call
            .event(Action::PasswordSet, &*self.parts.entropy)
            .about(&user.subject);
        self.parts
            .events
            .record_or_log(&call.tenant.id, &[event])
            .await;
        tracing::info!(event = "password_set", user = %user.subject.id, "the password was changed");
    }
}

impl Run<'_> {
    /// The session of this browser, which goes on where all others of the account end.
    fn session_of(&self, user: &User) -> Option<&Session> {
        let (session, before) = self.browser.signed_in.as_ref()?;
        let moved = before.subject.generation != user.subject.generation;
        Some(session).filter(|session| session.user == user.subject.id && moved)
    }

    /// The account is as it is to be; the flow is about it from now on.
    fn wrote(&mut self, user: User) -> Step {
        if let Some((session, signed_in)) = &mut self.browser.signed_in
            && signed_in.subject.id == user.subject.id
        {
            session.generation = user.subject.generation;
            *signed_in = user.clone();
        }
        let context = &mut self.plan.context;
        context.pending = Some(user.subject.id);
        context.prompt_data.retain(|key, _| !is_password(key));
        self.pending = Some(user);
        Step::Done
    }
}
