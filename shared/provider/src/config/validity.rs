//! Lifetimes as an administrator wrote them.

use std::fmt;

use protocol::error::Malformed;
use protocol::{Seconds, validity};
use serde::{Deserialize, Serialize};

/// A lifetime in authentik's form (reference §8.2), kept as it was given: the API gives it back so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Validity {
    text: String,
    seconds: Seconds,
}

impl Validity {
    /// Reads `hours=1;minutes=5`.
    ///
    /// # Errors
    /// As [`validity::parse`].
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Ok(Self {
            text: text.to_owned(),
            seconds: validity::parse(text)?,
        })
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How long it is.
    pub const fn seconds(&self) -> Seconds {
        self.seconds
    }

    /// authentik's default life of a code (reference §8.1).
    pub fn one_minute() -> Self {
        Self::of("minutes=1", Seconds::minutes(1))
    }

    /// authentik's default life of an access token.
    pub fn one_hour() -> Self {
        Self::of("hours=1", Seconds::hours(1))
    }

    /// authentik's default life of a refresh token.
    pub fn thirty_days() -> Self {
        Self::of("days=30", Seconds::days(30))
    }

    /// Half a minute: how long the preceding refresh token yields the same successor by default.
    pub fn half_a_minute() -> Self {
        Self::of("seconds=30", Seconds(30))
    }

    /// authentik's default life of a consent.
    pub fn four_weeks() -> Self {
        Self::of("weeks=4", Seconds::days(28))
    }

    /// Half an hour: how long a link that was mailed is good by default.
    pub fn half_an_hour() -> Self {
        Self::of("minutes=30", Seconds::minutes(30))
    }

    /// None at all.
    pub fn none() -> Self {
        Self::of("seconds=0", Seconds(0))
    }

    fn of(text: &str, seconds: Seconds) -> Self {
        Self {
            text: text.to_owned(),
            seconds,
        }
    }
}

impl TryFrom<String> for Validity {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        Self::parse(&text)
    }
}

impl From<Validity> for String {
    fn from(validity: Validity) -> Self {
        validity.text
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_given_back_as_it_was_given() {
        let given = "\"Hours=1;minutes=30;moons=2\"";
        let validity: Validity = serde_json::from_str(given).unwrap();
        assert_eq!(validity.seconds(), Seconds(5_400));
        assert_eq!(serde_json::to_string(&validity).unwrap(), given);
        assert!(serde_json::from_str::<Validity>("\"soon\"").is_err());
    }

    #[test]
    fn defaults_are_what_their_text_says() {
        for default in [
            Validity::one_minute(),
            Validity::one_hour(),
            Validity::thirty_days(),
            Validity::half_a_minute(),
            Validity::four_weeks(),
        ] {
            assert_eq!(Validity::parse(default.as_str()).unwrap(), default);
        }
    }
}
