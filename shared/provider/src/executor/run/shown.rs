//! What is told of one browser at one flow: its addresses, and what every challenge says.

use protocol::ClientId;

use super::Run;
use crate::flow::challenge::{FlowInfo, Pending};
use crate::http::route::CANCEL;

impl Run<'_> {
    /// The address of this flow, for this browser's way.
    pub fn here(&self) -> String {
        let url = self.next.through(self.flow.slug.as_str());
        let Some(link) = &self.link else {
            return url;
        };
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{}={link}", crate::mail::PARAMETER)
    }

    /// The address that begins this flow anew.
    pub fn restart_url(&self) -> String {
        let url = self.next.through(self.flow.slug.as_str());
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}restart=1")
    }

    /// The address that gives this way up, and leads to its end, which begins it anew where it has to be gone.
    fn cancel_url(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.next.is_somewhere() {
            return CANCEL.to_owned();
        }
        query.append_pair("next", self.next.as_str());
        format!("{CANCEL}?{}", query.finish())
    }

    /// The client whose request led here.
    pub fn client_id(&self) -> Option<ClientId> {
        let errand = self.errand.as_ref()?;
        Some(errand.client.client_id.clone())
    }

    /// Its application's name.
    pub fn application(&self) -> Option<&str> {
        let errand = self.errand.as_ref()?;
        Some(errand.client.name.as_str())
    }

    /// What every challenge says of the flow.
    pub fn flow_info(&self) -> FlowInfo {
        let own = &self.flow.background;
        let brand = &self.call.tenant.brand;
        let background = if own.is_empty() {
            brand.branding_default_flow_background.clone()
        } else {
            own.clone()
        };
        FlowInfo {
            title: self.flow.title_for(self.application()),
            background,
            cancel_url: self.cancel_url(),
            layout: self.flow.layout,
        }
    }

    /// Whom challenges show: who proved something, else what was typed, so that nothing is told of who exists.
    pub fn shown_pending(&self) -> Pending {
        let proved = !self.plan.context.proofs.is_empty();
        let signed_in = self.browser.signed_in.as_ref().map(|(_, user)| user);
        let known = self.pending.as_ref().filter(|_| proved).or(signed_in);
        let typed = self.plan.context.identifier.clone();
        let name = match (&typed, known) {
            (_, Some(user)) if proved || typed.is_none() => user.subject.username.clone(),
            (Some(typed), _) => typed.clone(),
            (None, _) => String::new(),
        };
        Pending {
            pending_user: name,
            pending_user_avatar: String::new(),
        }
    }
}
