//! `ReplayStore`.

use futures_util::future::join_all;
use protocol::{Digest, Seconds, Timestamp};
use provider::ports::Spent;

use super::stage::{NOW, Stage, at, digest};

over_both_stores! {
    what_is_used_once_is_used_once,
    what_is_past_its_time_may_come_again,
    another_tenants_uses_are_its_own,
}

async fn spend(stage: &Stage, id: Digest, now: Timestamp) -> bool {
    let once = Spent {
        id,
        until: now + Seconds(60),
    };
    let replays = stage.stores.replays();
    let fresh = replays.spend(&stage.tenant, &once, now).await;
    fresh.expect("writes")
}

async fn what_is_used_once_is_used_once(stage: &Stage) {
    let (a, b) = (digest(), digest());
    assert!(spend(stage, a, NOW).await);
    assert!(!spend(stage, a, NOW).await);
    assert!(!spend(stage, a, at(59)).await);
    assert!(spend(stage, b, NOW).await);
    let c = digest();
    let many = join_all((0..20).map(|_| spend(stage, c, NOW))).await;
    assert_eq!(many.into_iter().filter(|fresh| *fresh).count(), 1);
}

async fn what_is_past_its_time_may_come_again(stage: &Stage) {
    let id = digest();
    assert!(spend(stage, id, NOW).await);
    assert!(
        spend(stage, id, at(60)).await,
        "whether it was swept or not"
    );
    assert!(!spend(stage, id, at(61)).await);
}

async fn another_tenants_uses_are_its_own(stage: &Stage) {
    let id = digest();
    assert!(spend(stage, id, NOW).await);
    let other = protocol::TenantId::parse("other").expect("an id");
    let once = Spent { id, until: at(60) };
    let replays = stage.stores.replays();
    assert_eq!(replays.spend(&other, &once, NOW).await, Ok(true));
}
