//! Proves an address by a link that is mailed to it (`ak-stage-email`).
//!
//! Whether anybody is written to does not show: not in the page, not in what is stored, and not in the time it takes
//! ([`crate::ports::Mailer`]). Reading order: `whom` (who is written to), then what is sent here.

mod whom;

use protocol::Digest;
use serde::{Deserialize, Serialize};

use crate::event::{Action, Event};
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::challenge::{Challenge, Email, Errors, WHOLE};
use crate::flow::plan::{Context, Mailed};
use crate::flow::stage::EmailSettings;
use crate::mail::letters::{Draft, Kind};
use crate::mail::{Address, Letter, LinkToken};
use crate::ports::{Admission, ChangedAccount, Link, Outcome, PortError, Written};
use whom::Whom;

/// Letters of one plan.
const MOST_LETTERS: u8 = 3;

/// Wishes for a letter in one plan, those that came too soon included.
const MOST_TRIES: u8 = 10;

/// How often an account is read again where others change it at the same time.
const READINGS: u8 = 3;

/// What the stage keeps while it waits.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Waiting {
    letters: u8,
    tries: u8,
}

impl Executor {
    /// Somebody who came back by the link has proved the address; anybody else is sent one, once.
    pub(super) async fn email(
        &self,
        run: &mut Run<'_>,
        its: &EmailSettings,
    ) -> Result<Step, Fault> {
        if run.plan.context.restored
            && let Some(mailed) = run.plan.context.mailed.take()
        {
            return self.address_proved(run, its, &mailed).await;
        }
        if run.waiting().is_none() {
            if run.is_about_nobody() {
                tracing::warn!(event = "nobody_to_write_to", flow = %run.flow.slug, "an e-mail stage knows no person");
                return Ok(Step::Deny(None));
            }
            self.mail(run, its, Waiting::default()).await?;
        }
        Ok(ask(run))
    }

    /// The letter again. What it was answered with says nothing of whether there was one.
    pub(super) async fn email_again(
        &self,
        run: &mut Run<'_>,
        its: &EmailSettings,
    ) -> Result<Step, Fault> {
        let Some(waiting) = run.waiting() else {
            return self.email(run, its).await;
        };
        if waiting.letters < MOST_LETTERS && waiting.tries < MOST_TRIES {
            self.mail(run, its, waiting).await?;
        }
        if run.page {
            return Ok(ask(run));
        }
        let mut errors = Errors::default();
        errors.add(WHOLE, "email-sent", "email-sent"); // authentik's answer to every answer
        Ok(Step::Again(errors))
    }

    /// Makes the link and sends the letter, or does all the same and sends nothing.
    async fn mail(
        &self,
        run: &mut Run<'_>,
        its: &EmailSettings,
        waiting: Waiting,
    ) -> Result<(), Fault> {
        let call = run.call();
        let tenant = &call.tenant.id;
        let whom = self.whom(run, its).await?;
        let buckets = whom.buckets(run);
        let admission = self
            .parts
            .throttle
            .admit(tenant, &buckets, call.now)
            .await?;
        let admitted = admission == Admission::Admitted;
        let token = LinkToken::generate(&*self.parts.entropy);
        self.parts
            .links
            .put(tenant, &link(run, its, &whom, &token))
            .await?;
        let letter = letter(run, its, &whom, &token).filter(|_| admitted);
        let sent = self.parts.mailer.send(letter.as_ref()).await;
        if let Err(error) = &sent {
            tracing::error!(event = "mail_failed", %error, "a letter could not be sent");
        }
        let event = self.mail_event(run, &whom, letter.as_ref(), &sent);
        self.parts.events.record_or_log(tenant, &[event]).await;
        run.wait(Waiting {
            letters: waiting.letters + u8::from(admitted),
            tries: waiting.tries + 1,
        });
        Ok(())
    }

    /// One event, whatever came of it.
    fn mail_event(
        &self,
        run: &Run<'_>,
        whom: &Whom,
        letter: Option<&Letter>,
        sent: &Outcome<()>,
    ) -> Event {
        let call = run.call();
        let event = |action, message: &str| {
            let event = call.event(action, &*self.parts.entropy);
            event
                .with("message", message)
                .with("flow", run.flow.slug.as_str())
        };
        let mut event = match (letter, sent) {
            (Some(letter), Ok(())) => event(Action::EmailSent, "Email sent")
                .with("to_email", letter.to.as_str())
                .with("subject", letter.subject.as_str()),
            (Some(letter), Err(error)) => event(Action::SystemException, "Email could not be sent")
                .with("to_email", letter.to.as_str())
                .with("error", error.to_string()),
            (None, _) => {
                // What a stranger typed may be a password; its digest says whether it was the same each time.
                let typed = run.plan.context.identifier.as_deref().unwrap_or_default();
                let digest = Digest::of(typed.to_lowercase().as_bytes()).encode();
                event(
                    Action::SuspiciousRequest,
                    "An email was asked for and not sent",
                )
                .with("username_digest", digest)
            }
        };
        if let Some(user) = whom.user() {
            event = event.about(&user.subject);
        }
        event.client_id = run.client_id();
        event
    }

    /// The account is told that its address is proved, and is made active where it waited for that. Where it is still
    /// to be made, the stage that makes it finds the same in the plan's context.
    async fn address_proved(
        &self,
        run: &mut Run<'_>,
        its: &EmailSettings,
        mailed: &Mailed,
    ) -> Result<Step, Fault> {
        if run.plan.context.pending.is_none() {
            if its.activate_user_on_success {
                run.plan
                    .context
                    .extra
                    .insert(ACTIVATED.to_owned(), true.into());
            }
            return Ok(Step::Done);
        }
        for _ in 0..READINGS {
            let Some(previous) = run.pending.clone() else {
                return Ok(Step::Deny(None));
            };
            let mut user = previous.clone();
            let own = mailed.to.as_deref().and_then(Address::parse);
            user.subject.email_verified |= own.is_some_and(|own| own.is(&user.subject.email));
            user.active |= its.activate_user_on_success && run.plan.context.created;
            if user.active == previous.active
                && user.subject.email_verified == previous.subject.email_verified
            {
                return Ok(Step::Done);
            }
            user.subject.version += 1;
            let event = run.call().event(Action::UserWrite, &*self.parts.entropy);
            let event = event.about(&user.subject).with("created", false);
            let changed = ChangedAccount {
                user: &user,
                previous: &previous,
                keeping: None,
                event: &event,
            };
            match self
                .parts
                .people
                .change(&run.call().tenant.id, &changed)
                .await?
            {
                Written::Yes => {
                    run.pending = Some(user);
                    return Ok(Step::Done);
                }
                Written::Taken => return Ok(Step::Deny(None)), // its names are its own
                Written::Stale => run.load_pending(self).await?,
            }
        }
        Err(PortError::Contended("address_proved: the account keeps changing".to_owned()).into())
    }
}

/// In the plan's context: whose address was proved may sign in once the account is made.
pub(super) const ACTIVATED: &str = "activate_user";

/// What everybody sees who was sent a link, or was not.
fn ask(run: &Run<'_>) -> Step {
    let context = &run.plan.context;
    let filled_in = context
        .prompt_data
        .get("email")
        .and_then(|email| email.as_str());
    let to = context
        .identifier
        .as_deref()
        .or(filled_in)
        .unwrap_or_default();
    // How many were sent would tell whether two names are of one account, so it is said that it was asked for.
    let again = run.waiting().is_some_and(|waiting| waiting.tries > 1);
    Step::Ask(Box::new(Challenge::Email(Email {
        to: to.to_owned(),
        again,
    })))
}

/// What the link leads back to. Of one that is sent to nobody, nobody has the token.
fn link(run: &Run<'_>, its: &EmailSettings, whom: &Whom, token: &LinkToken) -> Link {
    Link {
        id: token.id(&run.flow.slug, &run.next),
        flow: run.flow.slug.clone(),
        steps: run.plan.steps.clone(),
        context: Context {
            pending: whom.account().map(|user| user.subject.id),
            mailed: Some(Mailed {
                to: whom.address().map(|address| address.as_str().to_owned()),
                generation: whom.account().map(|user| user.subject.generation),
            }),
            restored: false,
            open: None,
            attempts: 0,
            ..run.plan.context.clone()
        },
        next: run.next.as_str().to_owned(),
        expires: run.call().now + its.token_expiry.seconds(),
    }
}

fn letter(run: &Run<'_>, its: &EmailSettings, whom: &Whom, token: &LinkToken) -> Option<Letter> {
    let tenant = &run.call().tenant;
    let path = token.path(&run.flow.slug, &run.next);
    let back = whom::way_back(tenant);
    let own = Draft {
        kind: Kind::of_template(&its.template),
        to: whom.address()?,
        name: whom.user().map_or("", |user| user.subject.name.as_str()),
        subject: &its.subject,
        path: &path,
        lifetime: Some(its.token_expiry.seconds()),
    };
    let draft = match whom {
        Whom::Account(..) | Whom::New(_) => own,
        Whom::Owner(..) => Draft {
            kind: Kind::HasAccount,
            subject: "",
            path: &back,
            lifetime: None,
            ..own
        },
        Whom::Nobody(_) => return None,
    };
    Some(draft.letter(tenant, run.texts_for(whom.user())))
}

impl Run<'_> {
    fn waiting(&self) -> Option<Waiting> {
        let open = self.plan.context.open.clone()?;
        serde_json::from_value(open).ok()
    }

    fn wait(&mut self, waiting: Waiting) {
        self.plan.context.open = serde_json::to_value(waiting).ok();
    }
}
