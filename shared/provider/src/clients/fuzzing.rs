//! What the fuzz targets call (`tests/fuzz`): compiled for them alone.

use protocol::{ClientId, Params, Timestamp};

use super::certificate::fuzzing as certificate;
use super::presented::Presented;

/// Whom a request says it is of, by its header and its form.
pub fn presented(authorization: Option<&str>, params: &Params) -> Option<ClientId> {
    let presented = Presented::read(authorization, params).ok()?;
    Some(presented.id)
}

/// Whether DER is a certificate; everything that is asked of one was asked.
pub fn reads_certificate(der: &[u8], subject: &str, now: Timestamp) -> bool {
    certificate::reads(der, subject, now)
}
