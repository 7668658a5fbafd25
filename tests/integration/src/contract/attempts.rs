//! Calls that fail, or whose answer gets lost.

use provider::ports::{PortError, Redemption, Saved};

use super::stage::{NOW, Stage, entering, event, onward, record, redeemed, session};
use crate::harness::proxy::Failure;

over_both_stores! {
    a_redemption_whose_answer_was_lost_is_still_the_first,
    a_save_whose_answer_was_lost_is_still_saved,
    a_sign_in_whose_answer_was_lost_still_counts,
    a_store_that_stays_broken_is_unavailable,
    a_store_that_keeps_throttling_says_so,
    a_write_that_was_refused_for_throttling_is_made_once_there_is_room,
}

async fn a_redemption_whose_answer_was_lost_is_still_the_first(stage: &Stage) {
    let grant = redeemed(stage.granted().await);
    let token = record(&grant);
    stage.proxy.fail("TransactWriteItems", Failure::Lost, 1);
    let outcome = stage
        .stores
        .grants()
        .redeem(&stage.tenant, &grant, &token, NOW)
        .await;
    assert_eq!(outcome, Ok(Redemption::First));
    let again = stage
        .stores
        .grants()
        .redeem(&stage.tenant, &grant, &record(&grant), NOW)
        .await;
    assert_eq!(again, Ok(Redemption::Replay));
}

async fn a_save_whose_answer_was_lost_is_still_saved(stage: &Stage) {
    let (browsers, plan) = (stage.stores.browsers(), stage.begun().await);
    stage.proxy.fail("PutItem", Failure::Lost, 1);
    assert_eq!(
        browsers.save_plan(&stage.tenant, &plan, NOW).await,
        Ok(Saved::Yes)
    );
    assert_eq!(
        browsers.save_plan(&stage.tenant, &plan, NOW).await,
        Ok(Saved::Stale),
        "by another"
    );
}

async fn a_sign_in_whose_answer_was_lost_still_counts(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let from = stage.begun().await;
    let (_, session) = session(&ada);
    stage.proxy.fail("TransactWriteItems", Failure::Lost, 1);
    let saved = browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward(), None, &event()),
            NOW,
        )
        .await;
    assert_eq!(saved, Ok(Saved::Yes));
}

async fn a_store_that_stays_broken_is_unavailable(stage: &Stage) {
    stage.proxy.fail("GetItem", Failure::Broken, 3);
    let failed = stage
        .stores
        .tenants()
        .by_host("id.example.com", NOW)
        .await
        .unwrap_err();
    assert_eq!(
        failed,
        PortError::Unavailable("GetItem: InternalServerError: broken".into())
    );
    assert!(
        stage
            .stores
            .tenants()
            .by_host("id.example.com", NOW)
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_store_that_keeps_throttling_says_so(stage: &Stage) {
    let grant = stage.granted().await;
    stage.proxy.fail("UpdateItem", Failure::Throttled, 3);
    let grants = stage.stores.grants();
    let failed = grants
        .revoke(&stage.tenant, grant.id, &grant.client_id)
        .await;
    assert_eq!(
        failed,
        Err(PortError::Throttled(
            "UpdateItem: ThrottlingException".into()
        ))
    );
}

async fn a_write_that_was_refused_for_throttling_is_made_once_there_is_room(stage: &Stage) {
    let grant = redeemed(stage.granted().await);
    stage
        .proxy
        .fail("TransactWriteItems", Failure::Throttled, 2);
    let grants = stage.stores.grants();
    let outcome = grants
        .redeem(&stage.tenant, &grant, &record(&grant), NOW)
        .await;
    assert_eq!(outcome, Ok(Redemption::First));
}
