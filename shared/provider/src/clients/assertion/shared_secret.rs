//! `client_secret_jwt`: an HMAC under the client's secret (RFC 7518 §3.2).

use aws_lc_rs::hmac;

use super::super::IdentityFault;
use crate::jwt::{JwtFault, Unverified};

/// Whether this secret made the JWT's signature, by the one algorithm the client registered, else by any HMAC. Bytes of a
/// public key are never the secret here: that stands in the client's configuration.
pub(super) fn check(
    jwt: &Unverified<'_>,
    wanted: Option<&str>,
    secret: &[u8],
) -> Result<(), IdentityFault> {
    let alg = jwt.header().alg.as_str();
    let algorithm = match alg {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => return Err(JwtFault::Algorithm.into()),
    };
    if wanted.is_some_and(|wanted| wanted != alg) {
        return Err(JwtFault::Algorithm.into());
    }
    // A key as long as the hash or longer MUST be used.
    if secret.len() < algorithm.digest_algorithm().output_len() {
        return Err(IdentityFault::ShortSecret);
    }
    let key = hmac::Key::new(algorithm, secret);
    hmac::verify(&key, jwt.signed().as_bytes(), jwt.signature())
        .map_err(|_| JwtFault::Signature.into())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::jwt::tests::signer::{Pair, encoded};

    const SECRET: [u8; 64] = [b's'; 64];

    fn signed(alg: &str, with: hmac::Algorithm, secret: &[u8]) -> String {
        let input = format!(
            "{}.{}",
            encoded(&json!({"alg": alg})),
            encoded(&json!({"sub": "c"}))
        );
        let tag = hmac::sign(&hmac::Key::new(with, secret), input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn judged(jwt: &str, wanted: Option<&str>, secret: &[u8]) -> Result<(), IdentityFault> {
        check(&Unverified::parse(jwt).unwrap(), wanted, secret)
    }

    #[test]
    fn rfc7518_3_2_the_hmac_is_that_of_the_secret() {
        for (alg, with) in [
            ("HS256", hmac::HMAC_SHA256),
            ("HS384", hmac::HMAC_SHA384),
            ("HS512", hmac::HMAC_SHA512),
        ] {
            let jwt = signed(alg, with, &SECRET);
            assert_eq!(judged(&jwt, None, &SECRET), Ok(()));
            assert_eq!(judged(&jwt, Some(alg), &SECRET), Ok(()));
            let another = judged(&jwt, None, &[b't'; 64]);
            assert_eq!(another, Err(JwtFault::Signature.into()));
        }
    }

    #[test]
    fn rfc7518_3_2_a_secret_shorter_than_the_hash_is_no_key() {
        let jwt = signed("HS512", hmac::HMAC_SHA512, &SECRET[..63]);
        let short = judged(&jwt, None, &SECRET[..63]);
        assert_eq!(short, Err(IdentityFault::ShortSecret));
        let empty = signed("HS256", hmac::HMAC_SHA256, b"");
        assert_eq!(judged(&empty, None, b""), Err(IdentityFault::ShortSecret));
    }

    #[test]
    fn rfc8725_3_1_the_jwt_does_not_choose_the_algorithm() {
        let jwt = signed("HS256", hmac::HMAC_SHA256, &SECRET);
        let other = judged(&jwt, Some("HS512"), &SECRET);
        assert_eq!(other, Err(JwtFault::Algorithm.into()));
        let none = format!(
            "{}.{}.",
            encoded(&json!({"alg": "none"})),
            encoded(&json!({}))
        );
        let by_key = Pair::es256().token("k", &json!({}));
        for jwt in [none, by_key, signed("hs256", hmac::HMAC_SHA256, &SECRET)] {
            let refused = judged(&jwt, None, &SECRET);
            assert_eq!(refused, Err(JwtFault::Algorithm.into()));
        }
    }
}
