//! The words that settings of stages may be (API reference B12).

use crate::shape::Choice;

macro_rules! choices {
    ($($name:ident = $schema:literal: $($value:literal)*;)*) => { $(
        pub(super) static $name: Choice = Choice { name: $schema, values: &[$($value),*] };
    )* };
}
choices! {
    USER_FIELDS = "UserFieldsEnum": "email" "username" "upn";
    BACKENDS = "BackendsEnum":
        "authentik.core.auth.InbuiltBackend"
        "authentik.core.auth.TokenBackend"
        "authentik.sources.ldap.auth.LDAPBackend"
        "authentik.sources.kerberos.auth.KerberosBackend";
    NOT_CONFIGURED = "NotConfiguredActionEnum": "skip" "deny" "configure";
    DEVICE_CLASSES = "DeviceClassesEnum": "static" "totp" "webauthn" "duo" "sms";
    USER_VERIFICATION = "UserVerificationEnum": "required" "preferred" "discouraged";
    RESIDENT_KEY = "ResidentKeyRequirementEnum": "discouraged" "preferred" "required";
    ATTACHMENT = "AuthenticatorAttachmentEnum": "platform" "cross-platform";
    DIGITS = "DigitsEnum": "6" "8";
    CREATION = "UserCreationModeEnum": "never_create" "create_when_required" "always_create";
    USER_TYPES = "UserTypeEnum": "internal" "external" "service_account" "internal_service_account";
    NETWORK = "NetworkBindingEnum": "no_binding" "bind_asn" "bind_asn_network" "bind_asn_network_ip";
    GEOIP = "GeoipBindingEnum":
        "no_binding" "bind_continent" "bind_continent_country" "bind_continent_country_city";
    CONSENT = "ConsentStageModeEnum": "always_require" "permanent" "expiring";
    REDIRECT = "RedirectStageModeEnum": "static" "flow";
}
