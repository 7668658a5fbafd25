//! What answers are encrypted with (OpenID Connect Registration §2, JARM §3, RFC 9701 §6).

use protocol::jose::{ContentEncryption, KeyManagement};

use super::{Findings, Metadata};

pub(super) fn check(metadata: &Metadata, found: &mut Findings) {
    let pairs = [
        (
            (
                "id_token_encrypted_response_alg",
                &metadata.id_token_encrypted_response_alg,
            ),
            (
                "id_token_encrypted_response_enc",
                &metadata.id_token_encrypted_response_enc,
            ),
        ),
        (
            (
                "userinfo_encrypted_response_alg",
                &metadata.userinfo_encrypted_response_alg,
            ),
            (
                "userinfo_encrypted_response_enc",
                &metadata.userinfo_encrypted_response_enc,
            ),
        ),
        (
            (
                "introspection_encrypted_response_alg",
                &metadata.introspection_encrypted_response_alg,
            ),
            (
                "introspection_encrypted_response_enc",
                &metadata.introspection_encrypted_response_enc,
            ),
        ),
        (
            (
                "authorization_encrypted_response_alg",
                &metadata.authorization_encrypted_response_alg,
            ),
            (
                "authorization_encrypted_response_enc",
                &metadata.authorization_encrypted_response_enc,
            ),
        ),
    ];
    let is_way = |name: &str| KeyManagement::named(name).is_some();
    let is_encoding = |name: &str| ContentEncryption::named(name).is_some();
    let has_keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    for ((alg_name, alg), (enc_name, enc)) in pairs {
        let known = alg.as_deref().is_none_or(is_way);
        found.unless(
            known,
            alg_name,
            "RSA-OAEP or ECDH-ES, with or without key wrapping",
        );
        found.unless(
            alg.is_none() || has_keys,
            alg_name,
            "left out without jwks or jwks_uri",
        );
        let known = enc.as_deref().is_none_or(is_encoding);
        found.unless(known, enc_name, "AES with GCM, or with CBC and HMAC");
        found.unless(
            enc.is_none() || alg.is_some(),
            enc_name,
            "left out where there is no alg",
        );
    }
}
