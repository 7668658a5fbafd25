//! Setting an authenticator up.

use protocol::Slug;

use super::kit::Kit;
use crate::flow::stage::{Settings, StaticSettings, TotpSettings, WebauthnSettings, Wish};
use crate::flow::{Designation, Requirement};

/// An authenticator app.
pub(super) fn totp(kit: &mut Kit<'_>, slug: Slug) {
    let settings = Settings::AuthenticatorTotp(TotpSettings {
        configure_flow: Some(slug.clone()),
        friendly_name: "Authenticator app".to_owned(),
        ..TotpSettings::default()
    });
    set_up(kit, slug, "Set up an authenticator app", settings);
}

/// Recovery codes.
pub(super) fn recovery_codes(kit: &mut Kit<'_>, slug: Slug) {
    let settings = Settings::AuthenticatorStatic(StaticSettings {
        configure_flow: Some(slug.clone()),
        friendly_name: "Recovery codes".to_owned(),
        ..StaticSettings::default()
    });
    set_up(kit, slug, "Get recovery codes", settings);
}

/// A passkey: it should know the person by itself, so that it is enough to sign in with.
pub(super) fn webauthn(kit: &mut Kit<'_>, slug: Slug) {
    let settings = Settings::AuthenticatorWebauthn(WebauthnSettings {
        configure_flow: Some(slug.clone()),
        friendly_name: "Passkey or security key".to_owned(),
        resident_key_requirement: Wish::Preferred,
        ..WebauthnSettings::default()
    });
    set_up(kit, slug, "Add a passkey", settings);
}

/// One stage, which has the flow's name.
fn set_up(kit: &mut Kit<'_>, slug: Slug, title: &str, settings: Settings) {
    let name = slug.to_string();
    let who = Requirement::RequireAuthenticated;
    let kind = (Designation::StageConfiguration, who);
    let flow = kit.flow(slug, (&name, title), kind);
    kit.put(flow, 0, &name, settings);
}
