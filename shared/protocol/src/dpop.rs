//! What proofs of a key say of the request they are for (RFC 9449 §4.2).

use percent_encoding::percent_decode_str;
use url::Url;

/// Algorithms of proofs (RFC 9449 §4.3, item 5).
pub const ALGORITHMS: [&str; 10] = [
    "ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512",
];

/// The algorithms of whatever clients sign that are held to FAPI 2.0 (Security Profile §5.4.1). `EdDSA` is by Ed25519
/// here, always.
pub const FAPI_ALGORITHMS: [&str; 3] = ["PS256", "ES256", "EdDSA"];

/// Whether `htu` is this URL of ours: normalised as RFC 3986 §6.2.2 and §6.2.3 have it, without query and fragment
/// (RFC 9449 §4.3, item 9). A path of ours is the same with and without its trailing slash.
pub fn is_same_target(htu: &str, ours: &str) -> bool {
    match (Url::parse(htu), Url::parse(ours)) {
        (Ok(htu), Ok(ours)) => {
            let same_place = htu.origin().is_tuple() && htu.origin() == ours.origin();
            let nobody = htu.username().is_empty() && htu.password().is_none();
            same_place && nobody && segments(&htu) == segments(&ours)
        }
        (Ok(_) | Err(_), _) => false,
    }
}

/// The segments of a path, each percent-decoded by itself, so that an encoded slash parts nothing.
fn segments(url: &Url) -> Option<Vec<Vec<u8>>> {
    let segments = url.path_segments()?;
    let mut segments: Vec<Vec<u8>> = segments
        .map(|segment| percent_decode_str(segment).collect())
        .collect();
    if segments.last().is_some_and(Vec::is_empty) {
        segments.pop();
    }
    Some(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://id.example/application/o/token";

    #[test]
    fn rfc9449_4_3_9_the_htu_is_compared_normalised_and_without_query_and_fragment() {
        for same in [
            "https://id.example/application/o/token",
            "https://id.example/application/o/token/",
            "HTTPS://ID.example:443/application/o/token/",
            "https://id.example/application/./x/../o/token/",
            "https://id.example/application/o/t%6Fken/",
            "https://id.example/application/o/token/?a=b#c",
        ] {
            assert!(is_same_target(same, OURS), "{same}");
        }
    }

    #[test]
    fn rfc9449_4_3_9_the_htu_is_no_other_url() {
        for other in [
            "",
            "/application/o/token/",
            "http://id.example/application/o/token/",
            "https://id.example:8443/application/o/token/",
            "https://evil.example/application/o/token/",
            "https://id.example@evil.example/application/o/token/",
            "https://ada@id.example/application/o/token/",
            "https://id.example/application/o/userinfo/",
            "https://id.example/application/o%2Ftoken/",
            "https://id.example/application/o/token//",
            "https://id.example/application/o/TOKEN/",
            "https://id.example/",
        ] {
            assert!(!is_same_target(other, OURS), "{other}");
        }
    }
}
