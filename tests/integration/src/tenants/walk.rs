//! All that stays of a tenant is found by queries alone.

use std::collections::BTreeSet;

use aws::dynamodb::estate::Extent;
use local::tenants::{self, Patience};

use super::{OTHER, install, wanted};
use crate::harness::Bench;
use crate::harness::proxy::Failure;
use crate::{authenticators, device, register};

/// Key → whether it is swept away, of every item. Only a test may scan.
async fn items(bench: &Bench) -> Vec<(String, bool)> {
    let clients = aws::Clients::local(&bench.backend.dynamodb_url, &bench.backend.kms_url);
    let dynamodb = clients.expect("loopback").dynamodb();
    let (mut all, mut start) = (Vec::new(), None);
    loop {
        let scan = dynamodb.scan().table_name(local::backend::TABLE);
        let page = scan
            .set_exclusive_start_key(start)
            .send()
            .await
            .expect("scans");
        all.extend(page.items.unwrap_or_default().iter().map(|row| {
            let (pk, sk) = (row["pk"].as_s().unwrap(), row["sk"].as_s().unwrap());
            (format!("{pk}/{sk}"), row.contains_key("ttl"))
        }));
        start = page.last_evaluated_key;
        if start.is_none() {
            return all;
        }
    }
}

async fn found(bench: &Bench, extent: Extent) -> BTreeSet<String> {
    let estate = bench.backend.stores.estate();
    let mut walk = estate.walk(&bench.seeded.tenant.id, extent);
    let mut found = BTreeSet::new();
    while let Some(records) = walk.more().await.expect("reads") {
        found.extend(records.iter().map(aws::dynamodb::estate::Record::place));
    }
    found
}

/// A tenant in which much has happened.
async fn lived_in() -> Bench {
    let bench = register::registering(|_| {}).await;
    bench.tokens("web", "openid offline_access").await;
    register::registered(&bench, &register::plain()).await;
    device::ask(&bench, "spa", "openid").await;
    authenticators::with_app(&bench, &mut authenticators::ada(&bench).await).await;
    install(&bench, &wanted(OTHER.0, OTHER.1))
        .await
        .expect("makes");
    bench
}

/// Whether an item is this tenant's.
fn is_own(place: &str) -> bool {
    place.starts_with("T#default#")
        || place.starts_with("HOST#localhost")
        || place.contains("latchkey.internal")
}

#[tokio::test]
async fn what_is_not_swept_away_is_found_and_nothing_of_anybody_else() {
    let bench = Box::pin(lived_in()).await;
    let all = items(&bench).await;
    assert!(all.len() > 300);
    let found = found(&bench, Extent::All).await;
    let missed: Vec<&String> = all
        .iter()
        .filter(|(place, swept)| is_own(place) && !swept && !found.contains(place))
        .map(|(place, _)| place)
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
    let foreign: Vec<&String> = found
        .iter()
        .filter(|place| place.contains("other"))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

#[tokio::test]
async fn an_export_has_sessions_and_tokens_only_where_it_is_asked_to() {
    let bench = Box::pin(lived_in()).await;
    let kinds = [
        "#SESSION#",
        "/SESSION#",
        "#GRANT#",
        "#TOKEN#",
        "/REMEMBERED#",
    ];
    let short = |places: BTreeSet<String>| {
        let short = places
            .into_iter()
            .filter(|place| kinds.iter().any(|kind| place.contains(kind)));
        short.count()
    };
    assert_eq!(
        short(found(&bench, Extent::Lasting { events: true }).await),
        0
    );
    assert!(short(found(&bench, Extent::Live { events: true }).await) >= 3);
    let places = found(&bench, Extent::Lasting { events: false }).await;
    assert!(!places.iter().any(|place| place.contains("#EVENTS/")));
    assert!(
        places
            .iter()
            .any(|place| place.contains("#CONFIG#provider/"))
    );
}

#[tokio::test]
async fn what_is_left_of_a_deleted_tenant_is_swept_away() {
    let bench = Box::pin(lived_in()).await;
    let others = |all: &[(String, bool)]| {
        let others = all
            .iter()
            .filter(|(place, _)| !is_own(place) && *place != "TENANTS/default");
        others.map(|(place, _)| place.clone()).collect::<Vec<_>>()
    };
    let before = others(&items(&bench).await);
    let tenant = &bench.seeded.tenant.id;
    tenants::delete(&bench.backend, tenant, Patience::None, &|_| {})
        .await
        .expect("removes");
    let after = items(&bench).await;
    let stays: Vec<&(String, bool)> = after
        .iter()
        .filter(|(place, swept)| is_own(place) && !swept)
        .collect();
    assert!(stays.is_empty(), "{stays:?}");
    assert_eq!(others(&after), before, "nothing else is gone");
}

#[tokio::test]
async fn nothing_comes_together_with_what_it_is_found_through() {
    let bench = Box::pin(lived_in()).await;
    let estate = bench.backend.stores.estate();
    let mut walk = estate.walk(&bench.seeded.tenant.id, Extent::All);
    // What is found through what: in each row, the first leads to the second.
    let leads = [
        ("#USERS/", "#USER#"),
        ("#USER#", "#LOGIN#"),
        ("#GROUPS/", "#GROUP#"),
        ("#GROUP#", "#GROUPNAME#"),
        ("#USERTOKENNAME#", "#USERTOKEN#"),
        ("#CONFIG#provider/", "#CLIENT#"),
        ("#HOSTS/", "HOST#"),
    ];
    let (mut at, mut seen) = (0, std::collections::BTreeMap::new());
    while let Some(records) = walk.more().await.expect("reads") {
        for place in records.iter().map(aws::dynamodb::estate::Record::place) {
            for kind in leads.iter().flat_map(|(from, to)| [*from, *to]) {
                if place.contains(kind) {
                    let known: &mut (usize, usize) = seen.entry(kind).or_insert((at, at));
                    known.1 = at;
                }
            }
        }
        at += 1;
    }
    for (from, to) in leads {
        let (from, to) = (seen.get(from), seen.get(to));
        assert!(from.is_some() == to.is_some(), "{from:?} {to:?}: {seen:?}");
        if let (Some((first, _)), Some((_, last))) = (from, to) {
            assert!(last < first, "{first} {last}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn what_dynamodb_left_out_of_a_removal_is_found_again() {
    for passed in [0, 2, 4] {
        let bench = Box::pin(lived_in()).await;
        let tenant = &bench.seeded.tenant.id;
        let pass = Failure::Delayed(std::time::Duration::ZERO);
        bench.dynamodb.fail("BatchWriteItem", pass, passed);
        bench
            .dynamodb
            .fail("BatchWriteItem", Failure::Unprocessed, 400);
        let cut = tenants::delete(&bench.backend, tenant, Patience::None, &|_| {}).await;
        assert!(cut.is_err(), "{passed}");
        bench.dynamodb.heal();
        tenants::delete(&bench.backend, tenant, Patience::None, &|_| {})
            .await
            .expect("goes on");
        let stays: Vec<(String, bool)> = items(&bench).await;
        let stays: Vec<_> = stays
            .iter()
            .filter(|(place, swept)| is_own(place) && !swept)
            .collect();
        assert!(stays.is_empty(), "{passed}: {stays:?}");
    }
}

#[tokio::test]
async fn an_unredeemed_code_is_in_no_export() {
    let bench = Bench::embedded().await;
    let grants = async || {
        let found = found(&bench, Extent::Live { events: false }).await;
        found.iter().filter(|it| it.contains("#GRANT#")).count()
    };
    let code = bench.code("web", "openid offline_access", &[]).await;
    assert_eq!(grants().await, 0);
    assert_eq!(bench.redeem("web", &code).await.status(), 200);
    assert_eq!(grants().await, 1);
}

#[tokio::test]
async fn pictures_go_along_with_what_shows_them() {
    let bench = Bench::embedded().await;
    let picture = crate::yesterday::things::picture();
    let stores = &bench.backend.stores;
    let tenant = &bench.seeded.tenant;
    let name = stores
        .media()
        .put(&tenant.id, &picture)
        .await
        .expect("puts");
    let mut shown = tenant.clone();
    shown.brand.branding_logo = format!("/media/{}", name.encode());
    let hosts = [crate::harness::HOST_NAME.to_owned()];
    assert_eq!(stores.registry().put_tenant(&shown, &hosts).await, Ok(true));
    let place = format!("T#default#MEDIA#{}/MEDIA", name.encode());
    assert!(
        found(&bench, Extent::Lasting { events: false })
            .await
            .contains(&place)
    );
}
