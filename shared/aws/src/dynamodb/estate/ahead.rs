//! Where counts go on of which nobody knows any more how far they were: of a tenant that is brought back, or made where another of
//! its name was.

use protocol::{TenantId, Timestamp};

use crate::dynamodb::row::{Row, number};
use crate::dynamodb::schema::{Key, field};

/// 2026-01-01T00:00:00Z. In seconds since then the numbers of people have 32 bits until 2094, as authentik's clients expect.
const BEGINNING: Timestamp = Timestamp::from_unix(1_767_225_600);

/// How much is skipped where a count is ahead of the clock, as in a tenant of millions.
const GAP: i64 = 1_000_000;

/// Further than `last` may have gone meanwhile: at the seconds since 2026, as nothing is counted on every second for long, so that
/// the same file brought back twice goes on at two places.
pub(super) fn ahead(last: i64, now: Timestamp) -> i64 {
    let clock = now.since(BEGINNING).0;
    if clock > last {
        clock
    } else {
        last.saturating_add(GAP)
    }
}

/// An item as it is brought back. The numbers of people and providers are never given out twice: `sub` is derived from the one
/// (`OpenID` Connect Core §2: "never reassigned"). Nor are revisions, under which functions keep configuration in memory.
pub(super) fn brought_back(row: &Row, tenant: &TenantId, now: Timestamp) -> Row {
    let key = row.key();
    let counts = [
        (Key::user_counter(tenant), field::LAST),
        (Key::provider_counter(tenant), field::LAST),
        (Key::config_revision(tenant), "revision"),
    ];
    let name = counts.into_iter().find(|(its, _)| *its == key);
    let count = name.and_then(|(_, name)| Some((name, row.number(name)?)));
    match count {
        Some((name, last)) => row.clone().with(name, number(ahead(last, now))),
        None => row.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(BEGINNING.unix() + 5_000);

    #[test]
    fn a_count_goes_on_at_the_clock_or_well_ahead_of_itself() {
        assert_eq!(ahead(50, NOW), 5_000);
        assert_eq!(ahead(5_000, NOW), 1_005_000);
        assert_eq!(ahead(i64::MAX, NOW), i64::MAX);
        assert_eq!(ahead(3, Timestamp::from_unix(0)), 1_000_003);
    }

    #[test]
    fn the_counts_of_this_tenant_alone_go_on() {
        let [a, b] = ["a", "b"].map(|name| TenantId::parse(name).expect("a name"));
        let row = |key: &Key| {
            let row = Row(crate::dynamodb::row::attributes(key));
            row.with("last", number(7)).with("revision", number(8))
        };
        let back = |key: &Key| {
            let back = brought_back(&row(key), &a, NOW);
            (back.number("last"), back.number("revision"))
        };
        assert_eq!(back(&Key::user_counter(&a)), (Some(5_000), Some(8)));
        assert_eq!(back(&Key::provider_counter(&a)), (Some(5_000), Some(8)));
        assert_eq!(back(&Key::config_revision(&a)), (Some(7), Some(5_000)));
        assert_eq!(back(&Key::user_counter(&b)), (Some(7), Some(8)));
        assert_eq!(back(&Key::user_number(&a, 7)), (Some(7), Some(8)));
    }
}
