//! Secrets, of which a client may have several for a while (RFC 6749 §2.3.1).

use protocol::{Secret, Timestamp};

use crate::client::{Client, ClientKind};
use crate::fault::ClientFault;

/// Whether one of the readings is one of the client's secrets that are good now.
pub(super) fn check(
    client: &Client,
    readings: &[Secret],
    now: Timestamp,
) -> Result<(), ClientFault> {
    let ClientKind::Confidential { secret } = &client.kind else {
        return Err(ClientFault::WrongSecret); // it has none
    };
    let further = client.metadata.further_secrets.iter();
    let further = further.filter(|further| further.expires.is_none_or(|end| now < end));
    let good: Vec<_> = further
        .map(|further| &further.digest)
        .chain([secret])
        .collect();
    let right = |given: &Secret| {
        let given = given.digest();
        good.iter().any(|digest| digest.same_as(&given))
    };
    if readings.iter().any(right) {
        Ok(())
    } else {
        Err(ClientFault::WrongSecret)
    }
}
