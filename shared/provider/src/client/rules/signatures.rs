//! What a client signs its requests with (CIBA Core §4).

use protocol::jose::Algorithm;

use super::{Findings, Metadata};

pub(super) fn check(metadata: &Metadata, found: &mut Findings) {
    let by_key = |alg: &str| Algorithm::OF_PAIRS.iter().any(|one| one.as_str() == alg);
    let member = "backchannel_authentication_request_signing_alg";
    let alg = &metadata.backchannel_authentication_request_signing_alg;
    let good = alg.as_deref().is_none_or(by_key);
    found.unless(good, member, "an algorithm of a public key, and not none");
}
