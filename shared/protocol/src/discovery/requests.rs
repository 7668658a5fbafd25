//! What may be asked for at the authorization endpoint, and how.

use serde::Serialize;

use super::Issuer;
use crate::authorize::RESPONSE_TYPES;
use crate::dpop::FAPI_ALGORITHMS;
use crate::jose::Algorithm;

/// What an authorization request may be.
#[derive(Clone, Debug, Serialize)]
#[allow(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "the wire format has them"
)]
pub(super) struct Requests {
    response_types_supported: Vec<&'static str>,
    response_modes_supported: Vec<&'static str>,
    code_challenge_methods_supported: Vec<&'static str>,
    prompt_values_supported: [&'static str; 4],
    display_values_supported: [&'static str; 1],
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    pushed_authorization_request_endpoint: String,
    require_pushed_authorization_requests: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    require_request_uri_registration: bool,
    require_signed_request_object: bool,
    request_object_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details_types_supported: Vec<String>,
}

/// The rules that the issuer's client is held to.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "they are independent")]
pub struct Rules {
    /// Whether it is held to FAPI 2.0.
    pub fapi: bool,
    /// Whether its answers have to be signed.
    pub signed_answers: bool,
    /// Whether its requests have to be pushed (RFC 9126 §5).
    pub pushed: bool,
    /// Whether they have to be signed (RFC 9101 §10.5).
    pub signed: bool,
    /// Whether a challenge has to be by S256.
    pub s256: bool,
    /// Types of `authorization_details` (RFC 9396 §10).
    pub details: Vec<String>,
}

/// Where an answer travels (Multiple Response Types §2.1, Form Post §2).
const MODES: [&str; 3] = ["query", "fragment", "form_post"];

/// The same as one signed JWT (JARM §2.3).
const SIGNED_MODES: [&str; 4] = ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

impl Requests {
    pub(super) fn of(of: &Issuer<'_>) -> Self {
        let rules = &of.rules;
        let plain = MODES.into_iter().filter(|_| !rules.signed_answers);
        let methods = ["plain", "S256"].into_iter();
        let kinds = RESPONSE_TYPES.into_iter();
        let algorithms = Algorithm::OF_PAIRS.into_iter().map(Algorithm::as_str);
        let fit = |name: &&str| !rules.fapi || FAPI_ALGORITHMS.contains(name);
        Self {
            response_types_supported: kinds
                .filter(|kind| !rules.fapi || *kind == "code")
                .collect(),
            response_modes_supported: plain.chain(SIGNED_MODES).collect(),
            code_challenge_methods_supported: methods
                .filter(|method| !rules.s256 || *method == "S256")
                .collect(),
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            display_values_supported: ["page"], // it fits a popup and a phone; other values are taken for it
            authorization_response_iss_parameter_supported: true, // RFC 9207 §3
            claims_parameter_supported: true,
            pushed_authorization_request_endpoint: of.shared("par"),
            require_pushed_authorization_requests: rules.pushed,
            request_parameter_supported: true,
            request_uri_parameter_supported: true,
            require_request_uri_registration: true, // RFC 9101 §10.4
            require_signed_request_object: rules.signed,
            request_object_signing_alg_values_supported: algorithms.filter(fit).collect(),
            authorization_details_types_supported: rules.details.clone(),
        }
    }
}
