//! A client's certificate, taken apart (RFC 5280 §4.1).

use protocol::Timestamp;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::der::{Decode as _, Reader as _, SliceReader};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::time::Time;

use super::super::IdentityFault;
use super::names::{Alternatives, DirectoryName};
use crate::key::check::Bytes;

/// RFC 8017 appendices A.1 and A.2.3: keys for any use, and those for RSASSA-PSS alone.
const RSA: [&str; 2] = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"];

pub(super) struct Certificate(x509_cert::Certificate);

impl Certificate {
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        x509_cert::Certificate::from_der(der).ok().map(Self)
    }

    /// §4.1.2.5: both ends count.
    pub(super) fn is_good_at(&self, now: Timestamp) -> bool {
        let validity = &self.0.tbs_certificate.validity;
        seconds(validity.not_before) <= now.unix() && now.unix() <= seconds(validity.not_after)
    }

    /// RFC 5280 §6.1: its issuer has its own name, as that of a self-signed one does.
    pub(super) fn is_self_issued(&self) -> bool {
        self.0.tbs_certificate.issuer == self.0.tbs_certificate.subject
    }

    /// Whether it is for the name that RFC 4514 writes so.
    pub(super) fn is_of(&self, name: &str) -> bool {
        DirectoryName::parse(name).is_some_and(|name| name.is(&self.0.tbs_certificate.subject))
    }

    /// The names beside its subject; none where it has none.
    pub(super) fn alternatives(&self) -> Result<Alternatives, IdentityFault> {
        let extensions = self.0.tbs_certificate.extensions.iter().flatten();
        let mut found = extensions.filter(|it| it.extn_id == SubjectAltName::OID);
        let (Some(extension), None) = (found.next(), found.next()) else {
            return Ok(Alternatives(Vec::new())); // §4.2: not more than one
        };
        let names = SubjectAltName::from_der(extension.extn_value.as_bytes());
        let names = names.map_err(|_| IdentityFault::BadCertificate)?;
        Ok(Alternatives(names.0))
    }

    /// Its public key.
    pub(super) fn key(&self) -> Result<Bytes, IdentityFault> {
        let info = &self.0.tbs_certificate.subject_public_key_info;
        let bits = info.subject_public_key.as_bytes();
        let bits = bits.ok_or(IdentityFault::BadCertificate)?;
        if !RSA.contains(&info.algorithm.oid.to_string().as_str()) {
            return Ok(Bytes::Raw(bits.to_vec())); // RFC 5480 §2.2, RFC 8410 §4
        }
        rsa(bits).ok_or(IdentityFault::BadCertificate)
    }
}

/// RFC 8017 appendix A.1.1: modulus and exponent.
fn rsa(der: &[u8]) -> Option<Bytes> {
    let mut reader = SliceReader::new(der).ok()?;
    let (n, e) = reader
        .sequence(|parts| Ok((UintRef::decode(parts)?, UintRef::decode(parts)?)))
        .ok()?;
    Some(Bytes::Rsa {
        n: n.as_bytes().to_vec(),
        e: e.as_bytes().to_vec(),
    })
}

fn seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}
