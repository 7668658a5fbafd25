//! What is asked of an authenticator, in the words of `webauthn-rs-core`.

use provider::flow::stage::{Attachment, Wish};
use webauthn_rs_core::proto::{
    AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationPolicy,
};

pub(crate) const fn user_verification(wish: Wish) -> UserVerificationPolicy {
    match wish {
        Wish::Required => UserVerificationPolicy::Required,
        Wish::Preferred => UserVerificationPolicy::Preferred,
        // "Do not use", as a key registered with a PIN may not ask for it again. Nothing here relies on that: each
        // ceremony checks what it asked for itself (`credential::load`).
        Wish::Discouraged => UserVerificationPolicy::Discouraged_DO_NOT_USE,
    }
}

pub(crate) const fn resident_key(wish: Wish) -> ResidentKeyRequirement {
    match wish {
        Wish::Required => ResidentKeyRequirement::Required,
        Wish::Preferred => ResidentKeyRequirement::Preferred,
        Wish::Discouraged => ResidentKeyRequirement::Discouraged,
    }
}

pub(crate) const fn attachment(attachment: Attachment) -> AuthenticatorAttachment {
    match attachment {
        Attachment::Platform => AuthenticatorAttachment::Platform,
        Attachment::CrossPlatform => AuthenticatorAttachment::CrossPlatform,
    }
}
