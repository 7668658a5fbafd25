//! Whom a flow may change.

use crate::executor::Run;
use crate::flow::plan::Context;
use crate::flow::proof::Method;
use crate::mail::Address;
use crate::user::User;

/// The address that a mailed link proved in this flow, in the plan's context.
const VERIFIED_EMAIL: &str = "verified_email";

impl Run<'_> {
    /// Who is signed in, where the flow is about nobody else; who proved in it that they are whom it is about; whose
    /// account was made in it. A name that was typed proves nothing.
    pub(in crate::executor) fn changeable(&self) -> Option<&User> {
        let signed_in = self.browser.signed_in.as_ref().map(|(_, user)| user);
        let context = &self.plan.context;
        let Some(pending) = context.pending else {
            return signed_in;
        };
        let own = signed_in.filter(|user| user.subject.id == pending);
        own.or_else(|| self.proved())
    }

    /// Who proved in this flow that they are whom it is about; whose account was made in it.
    pub(in crate::executor) fn proved(&self) -> Option<&User> {
        let context = &self.plan.context;
        let user = self.pending.as_ref()?;
        let proved = user.active && is_proved(context, user);
        (proved || context.created).then_some(user)
    }

    /// The address that was proved in this flow.
    pub(super) fn verified_email(&self) -> Option<&str> {
        verified_email(&self.plan.context)
    }
}

fn verified_email(context: &Context) -> Option<&str> {
    let mut proofs = context.proofs.iter();
    let proved = proofs.any(|proof| proof.method == Method::Email);
    context
        .extra
        .get(VERIFIED_EMAIL)?
        .as_str()
        .filter(|_| proved)
}

/// Whether what was proved says that this is the person. A mailed link does where it went to their own address.
fn is_proved(context: &Context, user: &User) -> bool {
    context.proofs.iter().any(|proof| match proof.method {
        Method::Email => verified_email(context)
            .is_some_and(|address| is_same_address(address, &user.subject.email)),
        Method::Password
        | Method::Totp
        | Method::Static
        | Method::Webauthn
        | Method::WebauthnVerified => true,
    })
}

/// Whether these are the same, whatever the case and however the host is written.
pub(super) fn is_same_address(one: &str, other: &str) -> bool {
    let same = one.to_lowercase() == other.to_lowercase();
    same || Address::parse(one).is_some_and(|one| one.is(other))
}
