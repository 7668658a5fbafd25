//! The fields of consents, codes, tokens and sessions (API reference B6).

use super::super::applications::shape::APPLICATION;
use super::super::providers::shape::OAUTH2_PROVIDER;
use super::super::users::shape::USER;
use crate::shape::{Shape, count, each, flag, float, int, list, moment, nested, text, uuid};

/// `UserConsent`
pub static CONSENT: Shape = Shape {
    name: "UserConsent",
    fields: &[
        int("pk").computed(),
        moment("expires").nullable(),
        flag("expiring"),
        nested("user", &USER).computed(),
        nested("application", &APPLICATION).computed(),
        text("permissions").blank(),
    ],
};

/// `TokenModel`
pub static TOKEN: Shape = Shape {
    name: "TokenModel",
    fields: &[
        int("pk").computed(),
        nested("provider", &OAUTH2_PROVIDER).computed(),
        nested("user", &USER).computed(),
        flag("is_expired").computed(),
        moment("expires").nullable(),
        list("scope", &each::TEXT).computed(),
        text("id_token").computed(),
        flag("revoked"),
    ],
};

/// `ExpiringBaseGrantModel`
pub static CODE: Shape = Shape {
    name: "ExpiringBaseGrantModel",
    fields: &[
        int("pk").computed(),
        nested("provider", &OAUTH2_PROVIDER).computed(),
        nested("user", &USER).computed(),
        flag("is_expired").computed(),
        moment("expires").nullable(),
        list("scope", &each::TEXT).computed(),
    ],
};

static DEVICE: Shape = Shape {
    name: "AuthenticatedSessionUserAgentDevice",
    fields: &[
        text("brand").computed(),
        text("family").computed(),
        text("model").computed(),
    ],
};

static SYSTEM: Shape = Shape {
    name: "AuthenticatedSessionUserAgentOs",
    fields: &[
        text("family").computed(),
        text("major").computed(),
        text("minor").computed(),
        text("patch").computed(),
        text("patch_minor").computed(),
    ],
};

static BROWSER: Shape = Shape {
    name: "AuthenticatedSessionUserAgentUserAgent",
    fields: &[
        text("family").computed(),
        text("major").computed(),
        text("minor").computed(),
        text("patch").computed(),
    ],
};

static USER_AGENT: Shape = Shape {
    name: "AuthenticatedSessionUserAgent",
    fields: &[
        nested("device", &DEVICE).computed(),
        nested("os", &SYSTEM).computed(),
        nested("user_agent", &BROWSER).computed(),
        text("string").computed(),
    ],
};

static GEO_IP: Shape = Shape {
    name: "AuthenticatedSessionGeoIp",
    fields: &[
        text("continent").computed(),
        text("country").computed(),
        float("lat").computed(),
        float("long").computed(),
        text("city").computed(),
    ],
};

static ASN: Shape = Shape {
    name: "AuthenticatedSessionAsn",
    fields: &[
        int("asn").computed(),
        text("as_org").computed().nullable(),
        text("network").computed().nullable(),
    ],
};

/// `AuthenticatedSession`
pub static SESSION: Shape = Shape {
    name: "AuthenticatedSession",
    fields: &[
        uuid("uuid"),
        flag("current").computed(),
        nested("user_agent", &USER_AGENT).computed(),
        nested("geo_ip", &GEO_IP).computed().nullable(),
        nested("asn", &ASN).computed().nullable(),
        count("user").computed(),
        text("last_ip").computed(),
        text("last_user_agent").blank(),
        moment("last_used").computed(),
        moment("expires").nullable(),
    ],
};
