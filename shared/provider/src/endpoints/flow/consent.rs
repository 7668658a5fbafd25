//! The consent stage (OpenID Connect Core §3.1.2.4; authentik: `ak-stage-consent`).

use http::StatusCode;
use protocol::{Params, Scopes};

use crate::claims::consent_texts;
use crate::client::{Client, ConsentMode};
use crate::endpoints::flow::{Flow, Step, Visit};
use crate::fault::{Fault, PageFault};
use crate::flow::AUTHENTICATION;
use crate::flow::errand::Errand;
use crate::http::{Response, encode};
use crate::pages::{self, Permission};
use crate::session::{Consent, Decision, Plan, csrf_token};
use crate::user::User;

impl Flow {
    /// Takes the answer. It is written down for this request in any case, and for later ones where the
    /// client's mode says so.
    pub(super) async fn consent(
        &self,
        visit: &Visit<'_>,
        plan: &mut Plan,
        form: &Params,
    ) -> Result<Step, Fault> {
        let Some((user, errand)) = visit.asked() else {
            return Ok(visit.onward(Vec::new()));
        };
        let tenant = &visit.call.tenant.id;
        let kept = match form.optional("consent")? {
            Some("accept") => {
                let scopes = errand.scopes.clone();
                plan.consent = Some(Decision::Granted {
                    user: user.subject.id,
                    scopes,
                });
                visit.to_keep(user, errand)
            }
            Some("deny") => {
                plan.consent = Some(Decision::Denied);
                None
            }
            _ => return Ok(visit.stay()), // neither button: ask again
        };
        plan.stage += 1;
        // Where another tab was faster, the authorization endpoint goes by what that one said.
        self.browsers
            .save_consent(tenant, plan, kept.as_ref())
            .await?;
        Ok(visit.onward(Vec::new()))
    }
}

impl Visit<'_> {
    /// Who is asked, and by whom.
    fn asked(&self) -> Option<(&User, &Errand)> {
        let (_, user) = self.browser.signed_in.as_ref()?;
        Some((user, self.errand.as_ref()?))
    }

    /// Scopes this person has already allowed this client and that still count.
    fn allowed_before(&self) -> Scopes {
        let now = self.call.now;
        let live = self
            .browser
            .consent
            .as_ref()
            .filter(|c| c.covers(&Scopes::default(), now));
        live.map(|consent| consent.scopes.clone())
            .unwrap_or_default()
    }

    /// The consent to keep: with what was allowed before, so that asking for less does not take it away. What
    /// the page did not show is not prolonged by it: then the earlier expiry holds for all.
    fn to_keep(&self, user: &User, errand: &Errand) -> Option<Consent> {
        let expires = match errand.client.consent {
            ConsentMode::Implicit | ConsentMode::AlwaysRequire => return None,
            ConsentMode::Permanent => None,
            ConsentMode::Expiring(after) => Some(self.call.now + after),
        };
        let before = self.allowed_before();
        let on_record = self
            .browser
            .consent
            .as_ref()
            .and_then(|consent| consent.expires);
        let earlier = [on_record, expires].into_iter().flatten().min();
        Some(Consent {
            user: user.subject.id,
            client_id: errand.client.client_id.clone(),
            scopes: before.union(&errand.scopes),
            expires: if before.is_subset_of(&errand.scopes) {
                expires
            } else {
                earlier
            },
        })
    }

    /// The page. Somebody who is not signed in is sent to where the flow leads, which begins at the right
    /// end.
    pub(super) fn consent_page(&self) -> Result<Response, Fault> {
        if self.errand.is_none() {
            return Err(PageFault::Next.into());
        }
        let Some((user, errand)) = self.asked() else {
            return Ok(encode::redirect(self.call, self.next.as_str()));
        };
        let before = self.allowed_before().intersect(&errand.scopes);
        let new = errand.scopes.without(&before);
        let client = &errand.client;
        let (permissions, new_permissions) = if shown(client, &before).is_empty() {
            (shown(client, &errand.scopes), Vec::new())
        } else {
            (shown(client, &before), shown(client, &new))
        };
        let host = errand
            .target()
            .map(|target| target.uri().display_host())
            .unwrap_or_default();
        Ok(encode::page(
            StatusCode::OK,
            &pages::Consent {
                brand: self.brand(),
                application: &errand.client.name,
                action: &self.action(),
                csrf: csrf_token(self.token.raw()).expose(),
                username: &user.subject.username,
                permissions,
                new_permissions,
                redirect_host: &host,
                restart_url: &self.restart_url(AUTHENTICATION.slug),
            },
        ))
    }
}

/// What people read of these scopes.
fn shown<'a>(client: &'a Client, scopes: &'a Scopes) -> Vec<Permission<'a>> {
    let permission = |(name, description)| Permission { name, description };
    consent_texts(client, scopes)
        .into_iter()
        .map(permission)
        .collect()
}
