//! May the application have this? (`ak-stage-consent`; OpenID Connect Core §3.1.2.4)

use std::collections::BTreeSet;

use protocol::{Scopes, Secret};

use crate::claims::consent_texts;
use crate::client::ConsentMode;
use crate::executor::{Executor, Run, Step};
use crate::fault::{Fault, PageFault};
use crate::flow::answer::Answer;
use crate::flow::beside::Beside;
use crate::flow::challenge::{self, Challenge, Permission};
use crate::flow::errand::Errand;
use crate::flow::stage::ConsentSettings;
use crate::http::Call;
use crate::ports::Saved;
use crate::requests::readable;
use crate::session::{Consent, Decision, csrf_token};
use crate::user::User;

impl Executor {
    /// Asks, unless it is on record. Somebody who is not signed in goes on to where the flow leads, which begins at
    /// the right end.
    pub(super) fn consent(run: &mut Run<'_>, _its: &ConsentSettings) -> Result<Step, Fault> {
        match &run.errand {
            None => return Err(PageFault::Next.into()),
            Some(errand) if errand.asks_itself => return Ok(Step::Done),
            Some(_) => {}
        }
        if let Some(granted) = run.is_on_record() {
            run.plan.consent = Some(granted);
            return Ok(Step::Done);
        }
        let Some((_, errand)) = run.asked() else {
            return Ok(Step::Leave(run.next.as_str().to_owned()));
        };
        let before = run.allowed_before(errand).intersect(&errand.scopes);
        let (permissions, additional_permissions) = permissions(errand, &before);
        let application = errand.client.name.clone();
        let consent = challenge::Consent {
            pending: run.shown_pending(),
            header_text: format!("You're about to sign into {application}."),
            permissions,
            additional_permissions,
            token: run.consent_token().expose().to_owned(),
            application,
            destination: errand
                .target()
                .map(|target| target.uri().display_host())
                .unwrap_or_default(),
        };
        Ok(Step::Ask(Box::new(Challenge::Consent(consent))))
    }

    /// Takes the answer. It is written down for this request in any case, and for later ones where the client's
    /// mode says so.
    pub(super) async fn consented(
        &self,
        run: &mut Run<'_>,
        _its: &ConsentSettings,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let Some((user, errand)) = run.asked() else {
            return Ok(Step::Leave(run.next.as_str().to_owned()));
        };
        if errand.asks_itself {
            return Ok(Step::Done); // nothing was asked here, so nothing is taken
        }
        let said = answer.text("consent");
        let by_token = answer.text("token").map(Secret::new);
        let proven = by_token.is_some_and(|token| token.same_as(&run.consent_token()));
        let kept = match said.as_deref() {
            Some("deny") => {
                run.plan.consent = Some(Decision::Denied);
                None
            }
            Some("accept") | None if proven => {
                let kept = run.to_keep(user, errand);
                run.plan.consent = Some(Decision::Granted {
                    user: user.subject.id,
                    scopes: errand.scopes.clone(),
                    beside: errand.beside.clone(),
                });
                kept
            }
            Some(_) | None => return Ok(Step::Again(challenge::Errors::default())), // neither button
        };
        let before = run.plan.version;
        if run.plan.consent == Some(Decision::Denied) {
            run.plan.steps.clear(); // there is nothing left to be asked
        }
        run.plan.advance();
        let call: &Call<'_> = run.call();
        let saved =
            self.parts
                .browsers
                .save_consent(&call.tenant.id, &run.plan, kept.as_ref(), call.now);
        if saved.await? == Saved::Stale {
            return Ok(Step::Stale); // the authorization endpoint goes by what another tab said
        }
        run.plan.version = before + 1;
        run.browser.plan = Some(run.plan.clone());
        Ok(Step::Stored)
    }
}

/// What is asked for; in two parts where some of it was allowed before. What goes beside scopes is new each time.
fn permissions(errand: &Errand, before: &Scopes) -> (Vec<Permission>, Vec<Permission>) {
    let (old, beside) = (shown(errand, before), beside(errand));
    if old.is_empty() {
        return ([shown(errand, &errand.scopes), beside].concat(), Vec::new());
    }
    let new = shown(errand, &errand.scopes.without(before));
    (old, [new, beside].concat())
}

/// What people read of these scopes.
fn shown(errand: &Errand, scopes: &Scopes) -> Vec<Permission> {
    let permission = |(id, name): (&str, &str)| Permission {
        id: id.to_owned(),
        name: name.to_owned(),
    };
    let texts = consent_texts(&errand.client, scopes);
    texts.into_iter().map(permission).collect()
}

/// What they read of the rest: each of `authorization_details` with all it says (RFC 9396 §13), each claim that no
/// scope stands for, and whom tokens are for (RFC 8707 §2).
fn beside(errand: &Errand) -> Vec<Permission> {
    let details = readable(&errand.client.metadata, &errand.beside.details);
    let claims = errand.beside.claims.iter();
    let claims = claims.map(|claim| (claim.clone(), String::new()));
    let resources = errand.beside.resources.iter();
    let resources = resources.map(|it| (it.clone(), format!("Use {it} on your behalf")));
    let all = details.into_iter().chain(claims).chain(resources);
    all.map(|(id, name)| Permission { id, name }).collect()
}

impl Run<'_> {
    /// Who is asked, and by whom.
    fn asked(&self) -> Option<(&User, &Errand)> {
        let (_, user) = self.browser.signed_in.as_ref()?;
        Some((user, self.errand.as_ref()?))
    }

    /// What an answer must bring back: no other site, and no other flow of this one, knows it.
    fn consent_token(&self) -> Secret {
        let bound = format!(
            "consent:{}:{}",
            self.token.raw().expose(),
            self.next.as_str()
        );
        csrf_token(&Secret::new(bound))
    }

    /// That this person has agreed to all of it before, where that counts: the flow is gone through for something
    /// else then.
    fn is_on_record(&self) -> Option<Decision> {
        let (user, errand) = self.asked()?;
        let kept = match errand.client.consent {
            ConsentMode::Permanent | ConsentMode::Expiring(_) => self.browser.consent.as_ref()?,
            ConsentMode::Implicit | ConsentMode::AlwaysRequire => return None,
        };
        let covers = kept.covers(&errand.client, &errand.scopes, self.call().now)
            && kept.beside.covers(&errand.beside);
        (covers && !errand.prompt_consent).then(|| Decision::Granted {
            user: user.subject.id,
            scopes: errand.scopes.clone(),
            beside: errand.beside.clone(),
        })
    }

    /// Scopes this person has already allowed this client and that still count.
    fn allowed_before(&self, errand: &Errand) -> Scopes {
        let live = self.live_consent(errand);
        live.map(|consent| consent.scopes.clone())
            .unwrap_or_default()
    }

    /// Resources that were.
    fn resources_before(&self, errand: &Errand) -> BTreeSet<String> {
        let live = self.live_consent(errand);
        live.map(|consent| consent.beside.resources.clone())
            .unwrap_or_default()
    }

    /// What is on record, while it counts.
    fn live_consent(&self, errand: &Errand) -> Option<&Consent> {
        let (client, none, now) = (&errand.client, Scopes::default(), self.call().now);
        let on_record = self.browser.consent.as_ref();
        on_record.filter(|consent| consent.covers(client, &none, now))
    }

    /// The consent to keep: with what was allowed before, so that asking for less does not take it away. What the
    /// page did not show is not prolonged by it: then the earlier expiry holds for all.
    fn to_keep(&self, user: &User, errand: &Errand) -> Option<Consent> {
        let expires = match errand.client.consent {
            ConsentMode::Implicit | ConsentMode::AlwaysRequire => return None,
            ConsentMode::Permanent => None,
            ConsentMode::Expiring(after) => Some(self.call().now + after),
        };
        let before = self.allowed_before(errand);
        let resources = self.resources_before(errand);
        let shown_anew =
            before.is_subset_of(&errand.scopes) && resources.is_subset(&errand.beside.resources);
        let on_record = self
            .browser
            .consent
            .as_ref()
            .and_then(|consent| consent.expires);
        let earlier = [on_record, expires].into_iter().flatten().min();
        Some(Consent {
            user: user.subject.id,
            client_id: errand.client.client_id.clone(),
            provider: errand.client.provider_pk,
            scopes: before.union(&errand.scopes),
            beside: Beside {
                resources: &resources | &errand.beside.resources,
                ..errand.beside.clone() // another payment is not this one: only the last is remembered
            },
            expires: if shown_anew { expires } else { earlier },
        })
    }
}
