//! The flows there are from the start, as objects (authentik: the blueprints below `blueprints/default`).
//!
//! Slugs and names are authentik's, where authentik has the flow. A tenant gets each of them once: what an
//! administrator has changed since stays as it is.

mod access;
mod accounts;
mod kit;
mod set_ups;

use protocol::{Digest, Malformed, Slug};
use uuid::Uuid;

use super::object::Object;
use super::state::Config;
use crate::flow;
use kit::Kit;

/// How many objects are saved at once: each is up to two items, and each flow one more.
const AT_ONCE: usize = 40;

/// What makes the objects of a flow.
type Make = fn(&mut Kit<'_>, Slug);

/// All of them; those that others name come first.
const ALL: [(&str, Make); 13] = [
    (flow::PASSWORD_CHANGE, accounts::password_change),
    (flow::TOTP_SETUP, set_ups::totp),
    (flow::STATIC_SETUP, set_ups::recovery_codes),
    (flow::WEBAUTHN_SETUP, set_ups::webauthn),
    (flow::RECOVERY, accounts::recovery),
    (flow::ENROLLMENT, accounts::enrollment),
    (flow::USER_SETTINGS, accounts::user_settings),
    (flow::PASSWORDLESS, access::passwordless),
    (flow::AUTHENTICATION, access::authentication),
    (flow::EXPLICIT_CONSENT, access::explicit_consent),
    (flow::IMPLICIT_CONSENT, access::implicit_consent),
    (flow::INVALIDATION, access::invalidation),
    (flow::PROVIDER_INVALIDATION, access::provider_invalidation),
];

/// What a tenant has not got: the objects of every flow of which there is none with its slug, in changes to be saved
/// one after the other. An object that is there already, by its name, is used as it is.
///
/// # Errors
/// Never: the names of the flows are slugs.
pub fn missing(config: &Config) -> Result<Vec<Vec<Object>>, Malformed> {
    let mut changes: Vec<Vec<Object>> = Vec::new();
    let mut kit = Kit::of(config);
    for (slug, make) in ALL {
        let slug = Slug::parse(slug)?;
        if config.flow_named(&slug).is_some() {
            continue;
        }
        make(&mut kit, slug);
        let objects = kit.take(); // a flow is saved whole: half of one might let somebody pass
        match changes.last_mut() {
            Some(last) if last.len() + objects.len() <= AT_ONCE => last.extend(objects),
            Some(_) | None => changes.push(objects),
        }
    }
    Ok(changes)
}

/// A UUID that follows from a text, so that what was made once is found again.
pub fn made_of(text: &str) -> Uuid {
    let digest = Digest::of(text.as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest.as_bytes()) {
        *to = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
