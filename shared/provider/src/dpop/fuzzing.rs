//! What the fuzz targets call (`tests/fuzz`): compiled for them alone.

use protocol::{Secret, Timestamp};

use super::proof::{Proof, Wanted};

/// The thumbprint of the key of a proof that holds for a POST to this URL, with this token if there is one.
pub fn thumbprint(text: &str, url: &str, token: Option<&Secret>, now: Timestamp) -> Option<String> {
    let wanted = Wanted {
        method: "POST",
        url,
        alias: None,
        algorithms: &["ES256", "RS256", "EdDSA"],
        token,
        now,
    };
    let proof = Proof::read(text, &wanted).ok()?;
    Some(proof.thumbprint)
}
