//! Whether the request is granted, and where the person has to go before (OpenID Connect Core §3.1.2.2 to §3.1.2.4).

use super::standing::{consented, signed_in};
use super::{Answer, Asked, Authorize, ruling};
use crate::client::Client;
use crate::fault::{Denied, Fault};
use crate::flow::next::Next;
use crate::hint;
use crate::http::Call;
use crate::policies::Ruling;
use crate::ports::{Browser, Look};
use crate::requests::{Checked, Resolved};
use crate::session::{Decision, Session};
use crate::user::User;

impl Authorize {
    pub(super) async fn decide(
        &self,
        call: &Call<'_>,
        client: &Client,
        resolved: &Resolved,
        next: &Next,
    ) -> Result<Answer, Fault> {
        let checked = Checked::of(client, self.dialect, resolved)?;
        let asked = Asked {
            client,
            resolved,
            checked: &checked,
            next,
        };
        let wanted = self.wanted_subject(call, &asked).await?;
        let browser = self.look(call, &asked).await?;
        // One that lasts for a minute is good for whoever was on the way with it by then.
        let began = browser.plan.as_ref().map(|plan| plan.began);
        resolved.in_time(began, call.now)?;

        let request = &checked.request;
        let signed_in = signed_in(call, client, request, wanted.as_deref(), &browser);
        if signed_in.is_err() {
            self.forget_plan(call, &browser).await?; // the next try may be with the right account
        }
        let Some(both) = signed_in? else {
            if request.prompt.none {
                return Err(Denied::LoginRequired.into());
            }
            let flow = client
                .authentication_flow
                .as_ref()
                .unwrap_or(&call.tenant.brand.flow_authentication);
            return Ok(Answer::Visit(next.through(flow.as_str())));
        };
        self.permit(call, &asked, both, &browser).await
    }

    /// Somebody is signed in as they should be: they may use the application, and it may have what it asks for.
    async fn permit(
        &self,
        call: &Call<'_>,
        asked: &Asked<'_>,
        both: &(Session, User),
        browser: &Browser,
    ) -> Result<Answer, Fault> {
        let (client, request) = (asked.client, &asked.checked.request);
        let context = ruling::context(asked);
        let ruling = self.policies.decide(call, client, Some(&both.1), context);
        if let Ruling::Denied(refusal) = ruling.await? {
            if request.prompt.none {
                return Err(Denied::Policy.into()); // OIDC Core §3.1.2.1: no page may be shown
            }
            return Ok(Answer::Denied(refusal));
        }
        match consented(call, client, asked.checked, browser) {
            Some(Decision::Granted { .. }) => {}
            Some(Decision::Denied) => {
                self.forget_plan(call, browser).await?;
                return Err(Denied::AccessDenied.into());
            }
            None if request.prompt.none && client.authorization_runs => {
                return Err(Denied::InteractionRequired.into());
            }
            None if request.prompt.none => return Err(Denied::ConsentRequired.into()),
            None => {
                let flow = client.authorization_flow.as_str();
                return Ok(Answer::Visit(asked.next.through(flow)));
            }
        }
        let fields = self.fulfil(call, asked, both, browser).await?;
        Ok(Answer::Granted(fields))
    }

    async fn look(&self, call: &Call<'_>, asked: &Asked<'_>) -> Result<Browser, Fault> {
        let session = call.session_token();
        let flow = call.flow_token();
        let plan = flow.map(|flow| flow.plan_key(asked.next.as_str()));
        let at = Look {
            session: session.as_ref(),
            client: Some(&asked.client.client_id),
            plan: plan.as_ref(),
        };
        let tenant = &call.tenant.id;
        Ok(self.browsers.look(tenant, at, call.now).await?)
    }

    async fn forget_plan(&self, call: &Call<'_>, browser: &Browser) -> Result<(), Fault> {
        if let Some(plan) = &browser.plan {
            self.browsers.drop_plan(&call.tenant.id, &plan.key).await?;
        }
        Ok(())
    }

    /// The `sub` of whoever it has to be: by an ID token that the client has (§3.1.2.1), or by name (§5.5.1).
    async fn wanted_subject(
        &self,
        call: &Call<'_>,
        asked: &Asked<'_>,
    ) -> Result<Option<String>, Fault> {
        let named = asked.checked.wanted_subject().map(str::to_owned);
        let Some(hint) = &asked.checked.request.id_token_hint else {
            return Ok(named);
        };
        let hinted = hint::subject(&call.tenant, asked.client, hint, &*self.vault).await?;
        let hinted = hinted.ok_or(Denied::BadHint)?;
        if named.is_some_and(|named| named != hinted) {
            return Err(Denied::LoginRequired.into()); // nobody is both
        }
        Ok(Some(hinted))
    }
}
