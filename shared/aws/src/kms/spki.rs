//! Public keys and signatures between DER, as KMS writes them, and JOSE.

use der::asn1::UintRef;
use der::oid::ObjectIdentifier;
use der::{Decode as _, Reader as _, SliceReader};
use pkcs1::RsaPublicKey;
use protocol::jose::PublicKey;
use spki::SubjectPublicKeyInfoRef;

/// `rsaEncryption` (RFC 8017 appendix C).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey` and `secp256r1` (RFC 5480 §2.1.1).
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// RFC 7518 §3.3: a key of 2048 bits or larger.
const SMALLEST_MODULUS_BITS: usize = 2048;

/// Why a public key cannot be a signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("not a SubjectPublicKeyInfo")]
    Malformed,
    #[error("neither an RSA key nor one on P-256")]
    Algorithm,
    #[error("an RSA key of less than 2048 bits")]
    TooShort,
}

/// Reads a `SubjectPublicKeyInfo` (RFC 5280 §4.1).
pub(crate) fn public_key(der: &[u8]) -> Result<PublicKey, Unfit> {
    let info = SubjectPublicKeyInfoRef::try_from(der).map_err(|_| Unfit::Malformed)?;
    let bits = info.subject_public_key.as_bytes().ok_or(Unfit::Malformed)?;
    let curve = || info.algorithm.parameters_oid().ok();
    match info.algorithm.oid {
        RSA => rsa(bits),
        EC if curve() == Some(P256) => p256(bits).ok_or(Unfit::Malformed),
        _ => Err(Unfit::Algorithm),
    }
}

/// Reads the public half as a key pair in memory has it: an `RSAPublicKey` or a point.
pub(crate) fn public_of(bytes: &[u8]) -> Option<PublicKey> {
    p256(bytes).or_else(|| rsa(bytes).ok())
}

fn rsa(der: &[u8]) -> Result<PublicKey, Unfit> {
    let key = RsaPublicKey::from_der(der).map_err(|_| Unfit::Malformed)?;
    let (n, e) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
    let leading = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if n.len() * 8 - leading < SMALLEST_MODULUS_BITS {
        return Err(Unfit::TooShort);
    }
    Ok(PublicKey::rsa(n, e))
}

/// An uncompressed point (SEC 1 §2.3.3).
fn p256(point: &[u8]) -> Option<PublicKey> {
    let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
    Some(PublicKey::p256(x.try_into().ok()?, y.try_into().ok()?))
}

/// An ECDSA signature as JOSE wants it: r‖s, 32 bytes each (RFC 7518 §3.4), from
/// `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3).
pub(crate) fn fixed_signature(der: &[u8]) -> Option<[u8; 64]> {
    let mut reader = SliceReader::new(der).ok()?;
    let parts: der::Result<(UintRef<'_>, UintRef<'_>)> =
        reader.sequence(|parts| Ok((parts.decode()?, parts.decode()?)));
    let (r, s) = parts.ok()?;
    reader.finish(()).ok()?;
    let mut fixed = [0; 64];
    let (left, right) = fixed.split_at_mut(32);
    pad(r.as_bytes(), left)?;
    pad(s.as_bytes(), right)?;
    Some(fixed)
}

fn pad(number: &[u8], into: &mut [u8]) -> Option<()> {
    let zeros = into.len().checked_sub(number.len())?;
    into.get_mut(zeros..)?.copy_from_slice(number);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(bytes: &[u8]) -> Vec<u8> {
        let mut der = vec![2, u8::try_from(bytes.len()).unwrap()];
        der.extend(bytes);
        der
    }

    fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
        let body = [integer(r), integer(s)].concat();
        [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat()
    }

    #[test]
    fn rfc7518_3_4_r_and_s_are_padded_to_32_bytes_each() {
        let high = [[0].as_slice(), &[0xff; 32]].concat();
        let fixed = fixed_signature(&signature(&high, &[7])).unwrap();
        assert_eq!(fixed[..32], [0xff; 32]);
        assert_eq!((&fixed[32..63], fixed[63]), ([0; 31].as_slice(), 7));
    }

    #[test]
    fn what_is_no_p256_signature_is_refused() {
        let good = signature(&[1], &[2]);
        assert!(fixed_signature(&good).is_some());
        let long = [[1].as_slice(), &[0; 32]].concat();
        let trailing = [good.as_slice(), &[0]].concat();
        for bad in [
            &[][..],
            &[0x30, 0],
            &good[..4],
            &trailing,
            &signature(&long, &[2]),
        ] {
            assert_eq!(fixed_signature(bad), None, "{bad:?}");
        }
        assert_eq!(
            fixed_signature(&signature(&[0x80], &[2])),
            None,
            "a negative number"
        );
    }

    #[test]
    fn keys_of_other_kinds_are_refused() {
        assert_eq!(public_key(b"x"), Err(Unfit::Malformed));
        let oid =
            |bytes: &[u8]| [vec![6, u8::try_from(bytes.len()).unwrap()], bytes.to_vec()].concat();
        let sequence = |tag: u8, body: &[u8]| {
            [vec![tag, u8::try_from(body.len()).unwrap()], body.to_vec()].concat()
        };
        let ec = oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]);
        let p256 = oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
        let p384 = oid(&[0x2b, 0x81, 4, 0, 0x22]);
        let point = [vec![0, 4], vec![1; 32], vec![2; 32]].concat();
        let info = |curve: &[u8]| {
            let algorithm = sequence(0x30, &[ec.as_slice(), curve].concat());
            sequence(0x30, &[algorithm, sequence(3, &point)].concat())
        };
        assert_eq!(
            public_key(&info(&p256)),
            Ok(PublicKey::p256(&[1; 32], &[2; 32]))
        );
        assert_eq!(public_key(&info(&p384)), Err(Unfit::Algorithm));
    }
}
