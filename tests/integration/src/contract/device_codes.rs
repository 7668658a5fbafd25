//! `DeviceStore`: polls, and the one that gets tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Seconds;
use provider::device::{DeviceCode, DeviceState, INTERVAL};
use provider::grant::State;
use provider::ports::{Poll, Redemption, Settled};
use tokio::task::JoinSet;

use super::devices::{found, granted, request};
use super::stage::{NOW, Stage, at, changed, client_id, record};
use crate::harness::proxy::Failure;

over_both_stores! {
    a_poll_in_time_finds_the_request_as_it_was,
    a_poll_too_soon_makes_all_that_follow_wait_longer,
    an_answer_is_told_to_a_poll_that_comes_too_soon,
    a_poll_of_another_client_or_code_finds_nothing_and_changes_nothing,
    a_poll_whose_answer_was_lost_is_not_too_soon,
    an_approved_request_is_redeemed_once,
    redeeming_says_why_not,
    a_user_who_changed_is_told_and_nothing_is_spent,
    of_many_redemptions_at_once_one_is_first,
}

async fn a_poll_in_time_finds_the_request_as_it_was(stage: &Stage) {
    let (code, device) = stage.asked().await;
    let first = found(stage.poll(&code, 0).await);
    assert_eq!(format!("{first:?}"), format!("{device:?}"));
    let second = found(stage.poll(&code, 4).await);
    assert_eq!(second.poll_from, at(4), "five seconds, and one given away");
    assert_eq!(
        (second.interval, second.state),
        (INTERVAL, DeviceState::Pending)
    );
}

async fn a_poll_too_soon_makes_all_that_follow_wait_longer(stage: &Stage) {
    let (code, _) = stage.asked().await;
    found(stage.poll(&code, 0).await);
    assert!(matches!(stage.poll(&code, 3).await, Poll::TooSoon));
    let slowed = stage.by_code(&code.user_code).await.unwrap();
    assert_eq!((slowed.interval, slowed.poll_from), (Seconds(10), at(12)));
    assert!(matches!(stage.poll(&code, 11).await, Poll::TooSoon));
    let slowed = stage.by_code(&code.user_code).await.unwrap();
    assert_eq!((slowed.interval, slowed.poll_from), (Seconds(15), at(25)));
    found(stage.poll(&code, 25).await);
    let after = stage.by_code(&code.user_code).await.unwrap();
    assert_eq!(
        (after.interval, after.poll_from),
        (Seconds(15), at(39)),
        "for good"
    );
}

async fn an_answer_is_told_to_a_poll_that_comes_too_soon(stage: &Stage) {
    let (code, device) = stage.asked().await;
    found(stage.poll(&code, 0).await);
    assert_eq!(
        stage.settle(&device, &DeviceState::Denied, 1).await,
        Settled::Yes
    );
    assert_eq!(found(stage.poll(&code, 2).await).state, DeviceState::Denied);
    let (code, _) = stage.asked().await;
    found(stage.poll(&code, 599).await);
    let over = found(stage.poll(&code, 600).await);
    assert_eq!(over.state, DeviceState::Pending, "so is its end");
}

async fn a_poll_of_another_client_or_code_finds_nothing_and_changes_nothing(stage: &Stage) {
    let (code, device) = stage.asked().await;
    let devices = stage.stores.devices();
    let other = client_id("other");
    let poll = devices
        .poll(&stage.tenant, &code, &other, at(1))
        .await
        .unwrap();
    assert!(matches!(poll, Poll::Unknown));
    // The same user code, before another secret.
    let mut bytes = URL_SAFE_NO_PAD.decode(code.raw().expose()).unwrap();
    bytes[39] ^= 1;
    let forged = URL_SAFE_NO_PAD.encode(bytes);
    let forged = DeviceCode::parse(&protocol::Secret::new(forged)).unwrap();
    assert_eq!(forged.user_code, code.user_code);
    assert!(matches!(stage.poll(&forged, 1).await, Poll::Unknown));
    assert!(matches!(stage.poll(&request().0, 1).await, Poll::Unknown));
    let stored = stage.by_code(&code.user_code).await.unwrap();
    assert_eq!(format!("{stored:?}"), format!("{device:?}"));
}

async fn a_poll_whose_answer_was_lost_is_not_too_soon(stage: &Stage) {
    let (code, _) = stage.asked().await;
    stage.proxy.fail("UpdateItem", Failure::Lost, 1);
    let device = found(stage.poll(&code, 0).await);
    assert_eq!(device.state, DeviceState::Pending);
    let stored = stage.by_code(&code.user_code).await.unwrap();
    assert_eq!((stored.interval, stored.poll_from), (INTERVAL, at(4)));
    // And one that is too soon is slowed down once.
    stage.proxy.take_calls();
    stage.proxy.fail("UpdateItem", Failure::Lost, 2);
    assert!(matches!(stage.poll(&code, 1).await, Poll::TooSoon));
    let stored = stage.by_code(&code.user_code).await.unwrap();
    assert_eq!(stored.interval, Seconds(10), "{:?}", stage.calls());
}

async fn an_approved_request_is_redeemed_once(stage: &Stage) {
    let (code, device, grant) = stage.approved().await;
    assert_eq!(
        stage.redeem_device(&device, &grant, 0).await,
        Redemption::First
    );
    let live = stage.found(grant.id).await;
    assert_eq!(format!("{live:?}"), format!("{grant:?}"));
    assert_eq!(live.state, State::Live { refresh: None });
    let redeemed = DeviceState::Redeemed { grant: grant.id };
    assert_eq!(stage.state(&code).await, redeemed);
    assert_eq!(found(stage.poll(&code, 1).await).state, redeemed);
    for seconds in [0, 700] {
        let again = stage.redeem_device(&device, &grant, seconds).await;
        assert_eq!(again, Redemption::Replay, "{seconds}");
    }
}

async fn redeeming_says_why_not(stage: &Stage) {
    let (code, device, grant) = stage.approved().await;
    let late = stage.redeem_device(&device, &grant, 600).await;
    assert_eq!(late, Redemption::Expired);
    assert!(matches!(
        stage.state(&code).await,
        DeviceState::Approved { .. }
    ));
    let (_, denied) = stage.asked().await;
    assert_eq!(
        stage.settle(&denied, &DeviceState::Denied, 0).await,
        Settled::Yes
    );
    let (_, pending) = stage.asked().await;
    let (_, absent) = request();
    for device in [denied, pending, absent] {
        let outcome = stage.redeem_device(&device, &grant, 0).await;
        assert_eq!(outcome, Redemption::Revoked);
    }
    let grants = stage.stores.grants();
    let written = grants.find(&stage.tenant, grant.id).await.unwrap();
    assert!(written.is_none());
}

async fn a_user_who_changed_is_told_and_nothing_is_spent(stage: &Stage) {
    let (code, device) = stage.asked().await;
    let ada = stage.user("ada").await;
    let to = stage.allowed_by(&ada).await;
    assert_eq!(stage.settle(&device, &to, 0).await, Settled::Yes);
    let renamed = changed(&ada);
    assert!(stage.put(&renamed, Some(&ada)).await);
    let mut grant = granted(&device, &to);
    let outcome = stage.redeem_device(&device, &grant, 0).await;
    assert_eq!(outcome, Redemption::UserChanged);
    assert_eq!(stage.state(&code).await, to);
    grant.subject = renamed.subject.clone();
    assert_eq!(
        stage.redeem_device(&device, &grant, 0).await,
        Redemption::First
    );
    assert!(stage.found(grant.id).await.subject == renamed.subject);
}

async fn of_many_redemptions_at_once_one_is_first(stage: &Stage) {
    let (_, device, grant) = stage.approved().await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (devices, tenant) = (stage.stores.devices(), stage.tenant.clone());
        let (device, grant) = (device.clone(), grant.clone());
        let token = record(&grant);
        tasks.spawn(async move { devices.redeem(&tenant, &device, &grant, &token, NOW).await });
    }
    let all = tasks.join_all().await;
    let first = all.iter().filter(|one| **one == Ok(Redemption::First));
    assert_eq!(first.count(), 1, "{all:?}");
    let replays = all.iter().filter(|one| **one == Ok(Redemption::Replay));
    assert_eq!(replays.count(), 19, "{all:?}");
}
