//! Public keys and signatures between DER, as KMS writes them, and JOSE.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use der::asn1::{Any, BitString, Null, UintRef};
use der::oid::ObjectIdentifier;
use der::{Decode as _, Encode as _, Reader as _, SliceReader};
use pkcs1::RsaPublicKey;
use protocol::jose::{AkpAlgorithm, Algorithm, Curve, PublicKey};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};

/// `rsaEncryption` (RFC 8017 appendix C).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey` (RFC 5480 §2.1.1).
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// The curves of RFC 7518 §6.2.1.1 (RFC 5480 §2.1.1.1: `secp256r1`, `secp384r1`, `secp521r1`).
const CURVES: [(ObjectIdentifier, Curve); 3] = [
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        Curve::P256,
    ),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), Curve::P384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), Curve::P521),
];
/// `id-Ed25519` (RFC 8410 §3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// `id-ml-dsa-44`, `-65`, `-87` (RFC 9881 §2).
const ML_DSA: [(ObjectIdentifier, AkpAlgorithm); 3] = [
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17"),
        AkpAlgorithm::MlDsa44,
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"),
        AkpAlgorithm::MlDsa65,
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19"),
        AkpAlgorithm::MlDsa87,
    ),
];

/// RFC 7518 §3.3, §4.3: a key of 2048 bits or larger.
const SMALLEST_MODULUS_BITS: usize = 2048;

/// Why a public key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("not a SubjectPublicKeyInfo")]
    Malformed,
    #[error("neither an RSA key nor one on P-256, P-384, P-521 or Ed25519, nor one of ML-DSA")]
    Algorithm,
    #[error("an RSA key of less than 2048 bits")]
    TooShort,
}

/// Reads a `SubjectPublicKeyInfo` (RFC 5280 §4.1).
pub(crate) fn public_key(der: &[u8]) -> Result<PublicKey, Unfit> {
    let info = SubjectPublicKeyInfoRef::try_from(der).map_err(|_| Unfit::Malformed)?;
    let bits = info.subject_public_key.as_bytes().ok_or(Unfit::Malformed)?;
    match info.algorithm.oid {
        RSA => rsa(bits),
        EC => {
            let oid = info.algorithm.parameters_oid().ok();
            let curve = CURVES.iter().find(|(known, _)| Some(*known) == oid);
            let (_, curve) = curve.ok_or(Unfit::Algorithm)?;
            point(*curve, bits).ok_or(Unfit::Malformed)
        }
        ED25519 => edwards(bits).ok_or(Unfit::Malformed),
        other => {
            let known = ML_DSA.iter().find(|(oid, _)| *oid == other);
            let (_, alg) = known.ok_or(Unfit::Algorithm)?;
            PublicKey::ml_dsa(*alg, bits).ok_or(Unfit::Malformed)
        }
    }
}

/// The identifier of ML-DSA's keys (RFC 9881 §2).
fn ml_dsa(alg: AkpAlgorithm) -> Option<ObjectIdentifier> {
    let known = ML_DSA.iter().find(|(_, known)| *known == alg);
    known.map(|(oid, _)| *oid)
}

/// Reads an `RSAPublicKey` (RFC 8017 appendix A.1.1).
pub(crate) fn rsa(der: &[u8]) -> Result<PublicKey, Unfit> {
    let key = RsaPublicKey::from_der(der).map_err(|_| Unfit::Malformed)?;
    rsa_of(key.modulus.as_bytes(), key.public_exponent.as_bytes())
}

/// An RSA key of these two numbers, big-endian without leading zeros.
pub(crate) fn rsa_of(n: &[u8], e: &[u8]) -> Result<PublicKey, Unfit> {
    let leading = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if n.len() * 8 - leading < SMALLEST_MODULUS_BITS {
        return Err(Unfit::TooShort);
    }
    Ok(PublicKey::rsa(n, e))
}

/// A key as `SubjectPublicKeyInfo` (RFC 5280 §4.1, RFC 3279 §2.3.1, RFC 5480 §2, RFC 8410 §4, RFC 9881 §4).
pub(crate) fn info(key: &PublicKey) -> der::Result<SubjectPublicKeyInfoOwned> {
    let decode = |member: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(member);
        bytes.map_err(|_| der::Tag::BitString.value_error())
    };
    let (oid, parameters, bytes) = match key {
        PublicKey::Rsa { n, e } => {
            let (n, e) = (decode(n)?, decode(e)?);
            let key = RsaPublicKey {
                modulus: UintRef::new(&n)?,
                public_exponent: UintRef::new(&e)?,
            };
            (RSA, Some(Any::encode_from(&Null)?), key.to_der()?)
        }
        PublicKey::Ec { crv, x, y } => {
            let known = CURVES.iter().find(|(_, curve)| curve == crv);
            let curve = known.map(|(oid, _)| Any::encode_from(oid)).transpose()?;
            (EC, curve, [vec![4], decode(x)?, decode(y)?].concat())
        }
        PublicKey::Okp { x, .. } => (ED25519, None, decode(x)?),
        PublicKey::Akp { alg, public } => {
            let oid = ml_dsa(*alg).ok_or(der::Tag::ObjectIdentifier.value_error())?;
            (oid, None, decode(public)?)
        }
    };
    Ok(SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned { oid, parameters },
        subject_public_key: BitString::from_bytes(&bytes)?,
    })
}

/// A signature as certificates have it: of ECDSA the other way round than [`fixed_signature`].
pub(crate) fn der_signature(algorithm: Algorithm, signature: &[u8]) -> der::Result<Vec<u8>> {
    if algorithm.curve().is_none() {
        return Ok(signature.to_vec());
    }
    let (r, s) = signature.split_at(signature.len() / 2);
    vec![UintRef::new(r)?, UintRef::new(s)?].to_der()
}

/// Reads an uncompressed point (SEC 1 §2.3.3).
pub(crate) fn point(curve: Curve, bytes: &[u8]) -> Option<PublicKey> {
    let length = curve.coordinate_bytes();
    let (x, y) = bytes.strip_prefix(&[4])?.split_at_checked(length)?;
    (y.len() == length).then(|| PublicKey::ec(curve, x, y))?
}

/// Reads an Ed25519 public key (RFC 8032 §5.1.5).
pub(crate) fn edwards(bytes: &[u8]) -> Option<PublicKey> {
    Some(PublicKey::ed25519(bytes.try_into().ok()?))
}

/// An ECDSA signature as JOSE wants it: r‖s, each as long as a coordinate (RFC 7518 §3.4), from
/// `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3).
pub(crate) fn fixed_signature(curve: Curve, der: &[u8]) -> Option<Vec<u8>> {
    let mut reader = SliceReader::new(der).ok()?;
    let parts: der::Result<(UintRef<'_>, UintRef<'_>)> =
        reader.sequence(|parts| Ok((parts.decode()?, parts.decode()?)));
    let (r, s) = parts.ok()?;
    reader.finish(()).ok()?;
    let half = curve.coordinate_bytes();
    let mut fixed = vec![0; 2 * half];
    let (left, right) = fixed.split_at_mut(half);
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

    const ALL: [Curve; 3] = [Curve::P256, Curve::P384, Curve::P521];

    fn tagged(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = u8::try_from(body.len()).unwrap();
        let length = if length < 0x80 {
            vec![length]
        } else {
            vec![0x81, length]
        };
        [&[tag], length.as_slice(), body].concat()
    }

    fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
        tagged(0x30, &[tagged(2, r), tagged(2, s)].concat())
    }

    #[test]
    fn rfc7518_3_4_r_and_s_are_padded_to_the_length_of_a_coordinate() {
        for curve in ALL {
            let half = curve.coordinate_bytes();
            let high = [vec![0], vec![0xff; half]].concat();
            let fixed = fixed_signature(curve, &signature(&high, &[7])).unwrap();
            let want = [vec![0xff; half], vec![0; half - 1], vec![7]].concat();
            assert_eq!(fixed, want, "{curve:?}");
        }
    }

    #[test]
    fn what_is_no_signature_of_its_curve_is_refused() {
        for curve in ALL {
            let good = signature(&[1], &[2]);
            assert!(fixed_signature(curve, &good).is_some());
            let long = [vec![1], vec![0; curve.coordinate_bytes()]].concat();
            let trailing = [good.as_slice(), &[0]].concat();
            let negative = signature(&[0x80], &[2]);
            let bad = [
                &[][..],
                &[0x30, 0],
                &good[..4],
                &trailing,
                &signature(&long, &[2]),
                &signature(&[1], &long),
                &negative,
            ];
            for bad in bad {
                assert_eq!(fixed_signature(curve, bad), None, "{bad:?}");
            }
        }
    }

    fn info(oids: &[&[u8]], key: &[u8]) -> Vec<u8> {
        let algorithm: Vec<u8> = oids.iter().flat_map(|oid| tagged(6, oid)).collect();
        let bits = tagged(3, &[&[0], key].concat());
        tagged(0x30, &[tagged(0x30, &algorithm), bits].concat())
    }

    const ID_EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    const ID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    const ID_P384: &[u8] = &[0x2b, 0x81, 4, 0, 0x22];
    const ID_P521: &[u8] = &[0x2b, 0x81, 4, 0, 0x23];

    #[test]
    fn rfc5480_2_a_point_belongs_to_the_curve_that_is_named() {
        for (oid, curve) in [ID_P256, ID_P384, ID_P521].into_iter().zip(ALL) {
            let length = curve.coordinate_bytes();
            let point = [vec![4], vec![1; length], vec![2; length]].concat();
            let want = PublicKey::ec(curve, &vec![1; length], &vec![2; length]);
            assert_eq!(public_key(&info(&[ID_EC, oid], &point)).ok(), want);
            let compressed = [vec![2], vec![1; length]].concat();
            for bad in [
                &compressed,
                &point[..point.len() - 1],
                &[&point[..], &[0]].concat(),
            ] {
                let read = public_key(&info(&[ID_EC, oid], bad));
                assert_eq!(read, Err(Unfit::Malformed), "{curve:?}");
            }
        }
    }

    #[test]
    fn rfc8410_10_1_an_edwards_key() {
        let key = [7; 32];
        let read = public_key(&info(&[&[0x2b, 0x65, 0x70]], &key));
        assert_eq!(read, Ok(PublicKey::ed25519(&key)));
        let short = public_key(&info(&[&[0x2b, 0x65, 0x70]], &key[1..]));
        assert_eq!(short, Err(Unfit::Malformed));
    }

    #[test]
    fn keys_of_other_kinds_are_refused() {
        assert_eq!(public_key(b"x"), Err(Unfit::Malformed));
        let secp256k1: &[u8] = &[0x2b, 0x81, 4, 0, 0x0a];
        let x25519: &[u8] = &[0x2b, 0x65, 0x6e];
        let point = [vec![4], vec![1; 32], vec![2; 32]].concat();
        for other in [
            info(&[ID_EC, secp256k1], &point),
            info(&[ID_EC], &point),
            info(&[x25519], &[1; 32]),
        ] {
            assert_eq!(public_key(&other), Err(Unfit::Algorithm));
        }
        let number = |bytes: usize| [vec![0], vec![0xff; bytes]].concat();
        let rsa_of = |bytes: usize| {
            // Lengths of two bytes, as `tagged` writes none.
            let n = number(bytes);
            let length = u16::try_from(n.len()).unwrap().to_be_bytes();
            let body = [&[2, 0x82], length.as_slice(), &n, &[2, 1, 3]].concat();
            let length = u16::try_from(body.len()).unwrap().to_be_bytes();
            [&[0x30, 0x82], length.as_slice(), &body].concat()
        };
        assert_eq!(rsa(&rsa_of(255)), Err(Unfit::TooShort));
        assert!(rsa(&rsa_of(256)).is_ok());
    }
}
