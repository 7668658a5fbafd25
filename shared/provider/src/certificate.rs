//! Certificates (RFC 5280) as key pairs carry them: what authentik's API shows of one.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use protocol::Timestamp;
use protocol::jose::KeyCertificate;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};

/// The largest certificate that a key set shows, in bytes of DER: it stands in each client's item, which every request
/// reads. One of an RSA key of 4096 bits with a dozen names has about 1,500.
const LARGEST_PUBLISHED: usize = 3_072;

/// A certificate of a key pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// In PEM (RFC 7468 §5), without a newline at its end; where there are several, the first is the pair's.
    pub pem: String,
    /// SHA-256 of its DER: lower-case hexadecimal with colons.
    pub sha256: String,
    /// SHA-1 of the same.
    pub sha1: String,
    /// At this second it is no longer good.
    pub expires: Timestamp,
    /// Whom it is for, as RFC 4514 writes it.
    pub subject: String,
    /// Whether somebody brought it: they may have the private half as well. What is made here nobody else has.
    pub given: bool,
}

impl Certificate {
    /// As a key set shows it (RFC 7517 §4.7 to §4.9); `None` where it is too long for that.
    pub fn published(&self) -> Option<KeyCertificate> {
        let der = CertificateDer::from_pem_slice(self.pem.as_bytes()).ok()?;
        let sha1 = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, &der);
        (der.len() <= LARGEST_PUBLISHED).then(|| KeyCertificate::of(&der, sha1.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::*;

    fn published(der: &[u8]) -> Value {
        let body = STANDARD.encode(der);
        let certificate = Certificate {
            pem: format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"),
            sha256: String::new(),
            sha1: String::new(),
            expires: Timestamp::from_unix(0),
            subject: String::new(),
            given: true,
        };
        serde_json::to_value(certificate.published()).unwrap()
    }

    #[test]
    fn rfc7517_4_8_the_thumbprints_are_of_the_der() {
        // FIPS 180-4: SHA-1 and SHA-256 of "abc".
        let want = json!({
            "x5c": ["YWJj"],
            "x5t": "qZk-NkcGgWq6PiVxeFDCbJzQ2J0",
            "x5t#S256": "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
        });
        assert_eq!(published(b"abc"), want);
    }

    #[test]
    fn a_certificate_that_would_swell_every_clients_item_is_not_published() {
        assert!(published(&[1; LARGEST_PUBLISHED]).is_object());
        assert_eq!(published(&[1; LARGEST_PUBLISHED + 1]), Value::Null);
    }
}
