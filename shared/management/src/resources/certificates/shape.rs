//! The fields of certificates (API reference B10).

use crate::shape::{Choice, Field, Kind, Shape, choice, flag, int, moment, object, text, uuid};

/// Ten years of days, ten times.
const MOST_DAYS: i64 = 36_525;

pub(super) static CERTIFICATE_KEY_PAIR: Shape = Shape {
    name: "CertificateKeyPair",
    fields: &[
        uuid("pk").computed(),
        text("name").required(),
        text("fingerprint_sha256").computed().nullable(),
        text("fingerprint_sha1").computed().nullable(),
        moment("cert_expiry").computed().nullable(),
        text("cert_subject").computed().nullable(),
        flag("private_key_available").computed(),
        text("private_key_type").computed().nullable(),
        text("certificate_download_url").computed(),
        text("private_key_download_url").computed(),
        text("managed").computed().nullable(),
        text("certificate_data").required().write_only(),
        text("key_data").blank().write_only(),
        // Ours: `{"every": "days=90"}`, and what has come of it.
        object("rotation").nullable(),
        object("rotation_status").computed().nullable(),
    ],
};

static ALGORITHM: Choice = Choice {
    name: "AlgEnum",
    values: &["rsa", "ecdsa"],
};

/// Those of [`protocol::jose::Algorithm::OF_PAIRS`].
static SIGNING_ALGORITHM: Choice = Choice {
    name: "SigningAlgEnum",
    values: &[
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
        "ML-DSA-44",
        "ML-DSA-65",
        "ML-DSA-87",
    ],
};

pub(super) static GENERATION: Shape = Shape {
    name: "CertificateGeneration",
    fields: &[
        text("common_name").required().at_most(64), // RFC 5280 appendix A: ub-common-name
        text("subject_alt_name").blank(),
        Field {
            kind: Kind::Int(1, MOST_DAYS),
            ..int("validity_days").required()
        },
        choice("alg", &ALGORITHM),
        // Ours: what the key signs tokens with, where neither RS256 nor ES256 is meant.
        choice("signing_alg", &SIGNING_ALGORITHM),
    ],
};

pub(super) static ROTATE: Shape = Shape {
    name: "CertificateRotation",
    fields: &[flag("emergency").write_only()],
};

pub(super) static CERTIFICATE_DATA: Shape = Shape {
    name: "CertificateData",
    fields: &[text("data").computed()],
};
