//! Yesterday's items still read (docs/storage.md, "Upgrades"): items of every kind as each form of the code wrote them, recorded as
//! DynamoDB has them, are read through the ports of today.
//!
//! `yesterday/v<n>.json` is a generation of items. What today's code writes is held against the newest: where it differs, `cargo xtask
//! items` records another generation. None is ever written anew.

pub(crate) mod items;
mod kinds;
mod read;
pub(crate) mod things;
pub(crate) mod write;

use std::collections::BTreeSet;

use items::Generation;

use crate::contract::stage::Stage;

/// Says that a new generation is to be recorded; `cargo xtask items` sets it.
const RECORD: &str = "LATCHKEY_RECORD_ITEMS";

#[tokio::test]
async fn items_of_every_generation_are_read_as_they_were_meant() {
    let generations = Generation::all();
    assert_eq!(generations[0].number, 1);
    for generation in generations {
        let stage = Stage::dynamodb_local().await;
        items::load(&stage.table, &generation.items).await;
        read::everything(&stage).await;
    }
}

#[tokio::test]
async fn what_is_written_today_is_recorded() {
    let stage = Stage::dynamodb_local().await;
    write::everything(&stage).await;
    let today = items::scan(&stage.table).await;
    let newest = Generation::all().pop();
    let recorded = newest.as_ref().map(|it| items::shape(&it.items));
    let shape = items::shape(&today);
    if recorded.as_ref() == Some(&shape) {
        return;
    }
    let number = newest.map_or(1, |newest| newest.number + 1);
    if std::env::var_os(RECORD).is_some() {
        Generation::record(number, &today);
        return;
    }
    let recorded = recorded.unwrap_or_default();
    let (gone, new): (Vec<_>, Vec<_>) = (
        recorded.difference(&shape).collect(),
        shape.difference(&recorded).collect(),
    );
    panic!(
        "Items have another form than the newest recorded ones. Gone: {gone:#?}, new: {new:#?}. Read \"Upgrades\" in \
         docs/storage.md; then `cargo xtask items` records generation {number}."
    );
}

#[test]
fn every_kind_of_item_is_recorded() {
    let generations = Generation::all();
    let items = &generations.last().expect("one").items;
    let recorded: BTreeSet<String> = items.iter().map(kinds::of).collect();
    let missing: Vec<_> = kinds::all().difference(&recorded).cloned().collect();
    assert!(
        missing.is_empty(),
        "kinds of shared/aws/src/dynamodb/schema.rs that yesterday/write.rs does not write: {missing:?}"
    );
}
