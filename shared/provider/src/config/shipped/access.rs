//! Signing in, letting applications in, and signing out.

use protocol::Slug;

use super::kit::Kit;
use crate::config::Validity;
use crate::flow::stage::{
    ConsentKind, ConsentSettings, DeviceClass, IdentificationSettings, NotConfigured,
    PasswordSettings, Settings, UserField, UserLoginSettings, ValidateSettings, Wish,
};
use crate::flow::{self, Designation, Requirement};

/// Who are you, prove it by a password, and by an authenticator where one is set up.
///
/// authentik binds a policy to its password stage that leaves it out where the identification stage has asked the
/// password already; here the engine does so itself.
pub(super) fn authentication(kit: &mut Kit<'_>, slug: Slug) {
    let texts = ("Sign in", "Sign in");
    let flow = kit.flow(
        slug,
        texts,
        (Designation::Authentication, Requirement::None),
    );
    let identification = IdentificationSettings {
        user_fields: vec![UserField::Username, UserField::Email],
        recovery_flow: Slug::parse(flow::RECOVERY).ok(),
        passwordless_flow: Slug::parse(flow::PASSWORDLESS).ok(),
        ..IdentificationSettings::default()
    };
    let password = PasswordSettings {
        configure_flow: Slug::parse(flow::PASSWORD_CHANGE).ok(),
        allow_show_password: true,
        ..PasswordSettings::default()
    };
    let stages = [
        (
            10,
            "default-authentication-identification",
            Settings::Identification(identification),
        ),
        (
            20,
            "default-authentication-password",
            Settings::Password(password),
        ),
        (
            30,
            "default-authentication-mfa-validation",
            Settings::AuthenticatorValidate(second_factor()),
        ),
        (100, "default-authentication-login", login()),
    ];
    for (order, name, settings) in stages {
        kit.put(flow, order, name, settings);
    }
}

/// A passkey alone, which asks for a fingerprint or PIN (authentik's documentation: "Passwordless authentication").
pub(super) fn passwordless(kit: &mut Kit<'_>, slug: Slug) {
    let texts = ("Sign in with a passkey", "Sign in with a passkey");
    let flow = kit.flow(
        slug,
        texts,
        (Designation::Authentication, Requirement::None),
    );
    let passkey = ValidateSettings {
        not_configured_action: NotConfigured::Deny,
        device_classes: vec![DeviceClass::Webauthn],
        webauthn_user_verification: Wish::Required,
        ..ValidateSettings::default()
    };
    let stage = Settings::AuthenticatorValidate(passkey);
    kit.put(flow, 10, "default-passwordless-webauthn", stage);
    kit.put(flow, 100, "default-authentication-login", login());
}

/// Asks for consent, and keeps it for four weeks.
pub(super) fn explicit_consent(kit: &mut Kit<'_>, slug: Slug) {
    let flow = authorization(kit, slug, "Authorize application");
    let consent = ConsentSettings {
        mode: ConsentKind::Expiring,
        consent_expire_in: Validity::four_weeks(),
    };
    let name = "default-provider-authorization-consent";
    kit.put(flow, 0, name, Settings::Consent(consent));
}

/// Asks nothing.
pub(super) fn implicit_consent(kit: &mut Kit<'_>, slug: Slug) {
    authorization(kit, slug, "Authorize application without asking");
}

fn authorization(kit: &mut Kit<'_>, slug: Slug, name: &str) -> uuid::Uuid {
    let texts = (name, "Redirecting to %(app)s");
    let who = Requirement::RequireAuthenticated;
    kit.flow(slug, texts, (Designation::Authorization, who))
}

/// Ends the session.
pub(super) fn invalidation(kit: &mut Kit<'_>, slug: Slug) {
    let texts = ("Sign out", "Sign out");
    let flow = kit.flow(slug, texts, (Designation::Invalidation, Requirement::None));
    kit.put(flow, 0, "default-invalidation-logout", Settings::UserLogout);
}

/// Ends an application's part of the session, and leaves the session itself.
pub(super) fn provider_invalidation(kit: &mut Kit<'_>, slug: Slug) {
    let texts = (
        "Sign out of an application",
        "You've logged out of %(app)s.",
    );
    kit.flow(slug, texts, (Designation::Invalidation, Requirement::None));
}

/// Left out for those who have no authenticator.
pub(super) fn second_factor() -> ValidateSettings {
    ValidateSettings {
        device_classes: vec![
            DeviceClass::Totp,
            DeviceClass::Static,
            DeviceClass::Webauthn,
        ],
        ..ValidateSettings::default()
    }
}

/// Begins the session: while the browser is open.
pub(super) fn login() -> Settings {
    Settings::UserLogin(UserLoginSettings::default())
}
