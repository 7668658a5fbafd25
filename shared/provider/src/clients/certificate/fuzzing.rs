//! What the fuzz targets call (`tests/fuzz`): compiled for them alone.

use protocol::Timestamp;

use super::reading::Certificate;

/// Whether DER is a certificate. Everything that is asked of one is asked of it, with this name as if it were registered.
pub(in crate::clients) fn reads(der: &[u8], name: &str, now: Timestamp) -> bool {
    let Some(certificate) = Certificate::read(der) else {
        return false;
    };
    let _ = (certificate.is_good_at(now), certificate.is_self_issued());
    let _ = (certificate.is_of(name), certificate.key());
    if let Ok(names) = certificate.alternatives() {
        let _ = (names.has_dns(name), names.has_uri(name));
        let _ = (names.has_ip(name), names.has_email(name));
    }
    true
}
