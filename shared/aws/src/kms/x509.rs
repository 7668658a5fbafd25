//! Certificates (RFC 5280): reads what somebody brings, and makes what a key signs for itself.

mod said;

use std::time::Duration;

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use der::asn1::{Any, BitString, GeneralizedTime, Ia5String, Null, OctetString, UtcTime};
use der::oid::{AssociatedOid as _, ObjectIdentifier};
use der::pem::LineEnding;
use der::{DateTime, Decode as _, Encode as _, EncodePem as _, Tag};
use protocol::Timestamp;
use protocol::jose::{Algorithm, PublicKey};
use provider::certificate::Certificate;
use provider::ports::{SelfSigned, Unfit};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::{Name, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate as X509, TbsCertificate, Version};

pub(super) use said::said;

use crate::kms::spki as keys;

/// `commonName` (RFC 5280 appendix A).
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// Reads a certificate and its public key; of several, the first.
pub(super) fn read(pem: &str) -> Result<(PublicKey, Certificate), Unfit> {
    let pem = pem.trim();
    if pem.contains("PRIVATE KEY-----") {
        return Err(Unfit::PrivateInside);
    }
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| Unfit::NoCertificate)?;
    let parsed = X509::from_der(&der).map_err(|_| Unfit::NoCertificate)?;
    let body = &parsed.tbs_certificate;
    let info = body.subject_public_key_info.to_der();
    let public = keys::public_key(&info.map_err(|_| Unfit::NoCertificate)?)?;
    let read = described(pem.to_owned(), &der, body, true);
    Ok((public, read))
}

fn described(pem: String, der: &[u8], body: &TbsCertificate, given: bool) -> Certificate {
    let expires = body.validity.not_after.to_unix_duration().as_secs();
    Certificate {
        pem,
        sha256: colons(digest::digest(&SHA256, der).as_ref()),
        sha1: colons(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref()),
        expires: Timestamp::from_unix(i64::try_from(expires).unwrap_or(i64::MAX)),
        subject: body.subject.to_string(),
        given,
    }
}

/// As Python's `hexlify(…, ":")`.
fn colons(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

impl From<keys::Unfit> for Unfit {
    fn from(why: keys::Unfit) -> Self {
        match why {
            keys::Unfit::Malformed => Self::NoCertificate,
            keys::Unfit::Algorithm => Self::OtherKind,
            keys::Unfit::TooShort => Self::TooShort,
        }
    }
}

/// A certificate before it is signed, and what signs it.
pub(super) struct Draft {
    body: TbsCertificate,
    /// What the key is to sign with: of an RSA key, whatever it signs tokens with, it is RS256, whose parameters everybody
    /// reads.
    pub(super) algorithm: Algorithm,
}

impl Draft {
    /// Of this key, which signs it.
    pub(super) fn of(
        public: &PublicKey,
        says: SelfSigned<'_>,
        serial: [u8; 16],
    ) -> der::Result<Self> {
        let algorithm = public.algorithm();
        let name = common_name(says.common_name)?;
        let body = TbsCertificate {
            version: Version::V3,
            serial_number: serial_number(serial)?,
            signature: identifier(algorithm)?,
            issuer: name.clone(),
            validity: Validity {
                not_before: time(says.from)?,
                not_after: time(says.until)?,
            },
            subject: name,
            subject_public_key_info: keys::info(public)?,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: alternative_names(says.alternative_names)?,
        };
        Ok(Self { body, algorithm })
    }

    /// What is to be signed.
    pub(super) fn input(&self) -> der::Result<Vec<u8>> {
        self.body.to_der()
    }

    /// With the signature, as JOSE has it.
    pub(super) fn signed(self, signature: &[u8]) -> der::Result<Certificate> {
        let signature = keys::der_signature(self.algorithm, signature)?;
        let whole = X509 {
            signature_algorithm: self.body.signature.clone(),
            tbs_certificate: self.body,
            signature: BitString::from_bytes(&signature)?,
        };
        let pem = whole.to_pem(LineEnding::LF)?;
        let der = whole.to_der()?;
        let pem = pem.trim_end().to_owned();
        Ok(described(pem, &der, &whole.tbs_certificate, false))
    }
}

fn common_name(text: &str) -> der::Result<Name> {
    let part = AttributeTypeAndValue {
        oid: COMMON_NAME,
        value: Any::new(Tag::Utf8String, text.as_bytes())?,
    };
    let mut parts = RelativeDistinguishedName::default();
    parts.0.insert(part)?;
    Ok(Name::from(vec![parts]))
}

/// Positive and of at most 20 bytes (RFC 5280 §4.1.2.2).
fn serial_number(mut random: [u8; 16]) -> der::Result<SerialNumber> {
    let [first, ..] = &mut random;
    *first = *first & 0x7f | 0x40; // so that it is neither negative nor shorter
    SerialNumber::new(&random)
}

/// RFC 5280 §4.1.2.5: through 2049 with two digits of the year, from then on with four.
fn time(at: Timestamp) -> der::Result<Time> {
    let seconds = u64::try_from(at.unix()).unwrap_or_default();
    let at = DateTime::from_unix_duration(Duration::from_secs(seconds))?;
    Ok(if at.year() <= UtcTime::MAX_YEAR {
        Time::UtcTime(UtcTime::from_date_time(at)?)
    } else {
        Time::GeneralTime(GeneralizedTime::from_date_time(at))
    })
}

/// RFC 8017 appendix A.2.4, RFC 5758 §3.2, RFC 8410 §3, RFC 9881 §2.
fn identifier(algorithm: Algorithm) -> der::Result<AlgorithmIdentifierOwned> {
    let (oid, parameters) = match algorithm {
        // Of an RSA key it is always RS256: see [`Draft::algorithm`].
        Algorithm::Rs256
        | Algorithm::Rs384
        | Algorithm::Rs512
        | Algorithm::Ps256
        | Algorithm::Ps384
        | Algorithm::Ps512
        | Algorithm::Hs256 => ("1.2.840.113549.1.1.11", Some(Any::encode_from(&Null)?)),
        Algorithm::Es256 => ("1.2.840.10045.4.3.2", None),
        Algorithm::Es384 => ("1.2.840.10045.4.3.3", None),
        Algorithm::Es512 => ("1.2.840.10045.4.3.4", None),
        Algorithm::EdDsa => ("1.3.101.112", None),
        Algorithm::MlDsa44 => ("2.16.840.1.101.3.4.3.17", None),
        Algorithm::MlDsa65 => ("2.16.840.1.101.3.4.3.18", None),
        Algorithm::MlDsa87 => ("2.16.840.1.101.3.4.3.19", None),
    };
    Ok(AlgorithmIdentifierOwned {
        oid: ObjectIdentifier::new(oid)?,
        parameters,
    })
}

fn alternative_names(names: &[String]) -> der::Result<Option<Vec<Extension>>> {
    if names.is_empty() {
        return Ok(None);
    }
    let names = names
        .iter()
        .map(|name| Ia5String::new(name).map(GeneralName::DnsName));
    let names = SubjectAltName(names.collect::<der::Result<_>>()?);
    let extension = Extension {
        extn_id: SubjectAltName::OID,
        critical: false,
        extn_value: OctetString::new(names.to_der()?)?,
    };
    Ok(Some(vec![extension]))
}

#[cfg(test)]
mod tests;
