//! Moments in JWTs.

use protocol::Timestamp;

use crate::claims::Claims;

/// A `NumericDate` (RFC 7519 §2), which may have a fraction; `None` where there is none that can be read.
pub fn moment(claims: &Claims, name: &str) -> Option<Timestamp> {
    let value = claims.get(name)?;
    let whole = value.as_i64().or_else(|| {
        let seconds = value.as_f64()?.floor();
        #[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
        (0.0..1e12).contains(&seconds).then_some(seconds as i64)
    });
    whole.map(Timestamp::from_unix)
}
