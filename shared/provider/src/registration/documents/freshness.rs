//! How long a copy counts (§5.2): as its host says, within bounds.

use protocol::Seconds;

/// The shortest: each request would fetch it otherwise.
const SHORTEST: Seconds = Seconds::minutes(5);

/// The longest: so long may a client that changed its keys or addresses be taken for what it was.
const LONGEST: Seconds = Seconds::days(1);

/// Where the host says nothing.
const USUAL: Seconds = Seconds::hours(1);

/// How long a copy counts.
pub(super) fn lifetime(said: Option<Seconds>) -> Seconds {
    said.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cimd_5_2_what_the_host_says_counts_within_bounds() {
        for (said, want) in [
            (None, Seconds::hours(1)),
            (Some(Seconds(0)), Seconds::minutes(5)),
            (Some(Seconds(600)), Seconds(600)),
            (Some(Seconds::days(30)), Seconds::days(1)),
        ] {
            assert_eq!(lifetime(said), want);
        }
    }
}
