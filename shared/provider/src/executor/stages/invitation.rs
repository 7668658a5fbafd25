//! Only who was invited (authentik: invitation stage).

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::stage::InvitationSettings;
use crate::invitation::Invitation;

/// The name of the invitation's id in a link.
const IN_QUERY: &str = "itoken";
/// And in what was filled in.
const IN_FORM: &str = "token";
/// The invitation that was accepted, in the plan's context. It stays in force whoever the flow is about later.
const ACCEPTED: &str = "invited";
/// That there is one (authentik: `invitation_in_effect`).
const IN_EFFECT: &str = "invitation_in_effect";

/// To somebody without an invitation.
const NEEDED: &str =
    "You need an invitation to make an account. Open the link in your invitation, or ask for one.";
/// To somebody with one that is not good.
pub(super) const SPENT: &str =
    "This invitation is not good any more: it was used, or its time is over. Ask for a new one.";

impl Executor {
    /// Lets in who was invited, with what their invitation says. It is not spent before the account is made.
    pub(super) async fn invitation(
        &self,
        run: &mut Run<'_>,
        its: &InvitationSettings,
    ) -> Result<Step, Fault> {
        let token = run.invitation_token()?;
        let id = token
            .as_deref()
            .and_then(|token| Uuid::try_parse(token).ok());
        if let Some(invitation) = self.admitted(run, id).await? {
            run.accept_invitation(&invitation);
            return Ok(Step::Done);
        }
        if its.continue_flow_without_invitation {
            return Ok(Step::Done);
        }
        let said = if token.is_some() { SPENT } else { NEEDED };
        Ok(Step::Deny(Some(said.to_owned())))
    }

    /// The invitation that was accepted, as it stands now; `None` where it is spent or over.
    pub(super) async fn invited(&self, run: &Run<'_>) -> Result<Option<Invitation>, Fault> {
        let Some(id) = run.accepted_invitation() else {
            return Ok(None);
        };
        let call = run.call();
        let found = self.parts.invitations.find(&call.tenant.id, id).await?;
        Ok(found.filter(|it| it.lasts_at(call.now)))
    }

    async fn admitted(&self, run: &Run<'_>, id: Option<Uuid>) -> Result<Option<Invitation>, Fault> {
        let Some(id) = id else {
            return Ok(None);
        };
        let call = run.call();
        let found = self.parts.invitations.find(&call.tenant.id, id).await?;
        let here = (run.flow.id, &run.flow.slug);
        Ok(found.filter(|it| it.admits_to(here, call.now)))
    }
}

impl Run<'_> {
    /// The link's, else what was typed.
    fn invitation_token(&self) -> Result<Option<String>, Fault> {
        let typed = self
            .plan
            .context
            .prompt_data
            .get(IN_FORM)
            .and_then(Value::as_str);
        let linked = self.linked_invitation()?;
        let token = linked.or_else(|| typed.map(str::to_owned));
        Ok(token.filter(|token| !token.is_empty()))
    }

    /// What the link that led here has, or the link that the plan began with.
    pub(in crate::executor) fn linked_invitation(&self) -> Result<Option<String>, Fault> {
        if let Some(token) = self.query().optional(IN_QUERY)? {
            return Ok(Some(token.to_owned()));
        }
        let known = self
            .plan
            .context
            .extra
            .get(IN_QUERY)
            .and_then(Value::as_str);
        let goes_on = self.plan.flow == self.flow.slug && !self.plan.done;
        Ok(known.filter(|_| goes_on).map(str::to_owned))
    }

    /// Whether the link that led here has another invitation than the one that the plan began with.
    pub(in crate::executor) fn is_invited_anew(&self) -> Result<bool, Fault> {
        let known = self
            .plan
            .context
            .extra
            .get(IN_QUERY)
            .and_then(Value::as_str);
        let linked = self.query().optional(IN_QUERY)?;
        Ok(linked.is_some() && linked != known)
    }

    /// Notes in a plan that begins which invitation's link led to it: forms do not bring it back.
    pub(in crate::executor) fn note_invitation(&mut self, token: Option<String>) {
        if let Some(token) = token {
            self.plan
                .context
                .extra
                .insert(IN_QUERY.to_owned(), token.into());
        }
    }

    fn accept_invitation(&mut self, invitation: &Invitation) {
        let context = &mut self.plan.context;
        context.invitation = Some(invitation.id);
        let mut fixed = invitation.fixed_data.clone();
        fixed.retain(|key, _| !super::user_write::is_password(key)); // stays where it is until it is written
        let accepted = json!({ "pk": invitation.id, "fixed_data": fixed });
        context.extra.insert(ACCEPTED.to_owned(), accepted);
        context.extra.insert(IN_EFFECT.to_owned(), true.into());
        merge(&mut context.prompt_data, fixed);
    }

    /// The id of the invitation that was accepted.
    pub(super) fn accepted_invitation(&self) -> Option<Uuid> {
        let accepted = self.plan.context.extra.get(ACCEPTED)?;
        Uuid::try_parse(accepted.get("pk")?.as_str()?).ok()
    }

    /// What the invitation says, which counts more than what is typed.
    pub(super) fn fixed_data(&self) -> Map<String, Value> {
        let accepted = self.plan.context.extra.get(ACCEPTED);
        let fixed = accepted.and_then(|accepted| accepted.get("fixed_data")?.as_object());
        fixed.cloned().unwrap_or_default()
    }
}

/// Objects become one, deep; any other value takes the place of what was there (authentik: `always_merger`).
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(there)), Value::Object(more)) => merge(there, more),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}
