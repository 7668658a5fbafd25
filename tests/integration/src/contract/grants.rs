//! `GrantStore`: opening, finding and revoking.

use protocol::GrantId;
use provider::grant::State;
use provider::ports::{Look, Opening, Redemption};

use super::stage::{NOW, Stage, client_id, event, grant, opening, record};

over_both_stores! {
    a_grant_that_was_opened_reads_back_whole,
    opening_a_grant_removes_the_plan_that_led_to_it,
    an_unknown_grant_is_not_found,
    a_grant_is_revoked_by_its_client_only,
    a_revoked_grant_stays_revoked_and_is_kept,
    a_grant_can_be_revoked_before_its_code_is_redeemed,
}

async fn a_grant_that_was_opened_reads_back_whole(stage: &Stage) {
    let grant = stage.granted().await;
    assert_eq!(
        format!("{:?}", stage.found(grant.id).await),
        format!("{grant:?}")
    );
    let mut bare = super::stage::grant(&super::stage::user("bob"));
    (bare.redirect_uri, bare.nonce) = (None, None);
    bare.amr.clear();
    stage
        .stores
        .grants()
        .open(&stage.tenant, &opening(&bare, &event()))
        .await
        .unwrap();
    assert_eq!(
        format!("{:?}", stage.found(bare.id).await),
        format!("{bare:?}")
    );
}

async fn opening_a_grant_removes_the_plan_that_led_to_it(stage: &Stage) {
    let (user, plan) = (stage.user("ada").await, stage.begun().await);
    let grant = grant(&user);
    stage.proxy.take_calls();
    stage
        .stores
        .grants()
        .open(
            &stage.tenant,
            &Opening {
                plan: Some(&plan.key),
                ..opening(&grant, &event())
            },
        )
        .await
        .unwrap();
    assert_eq!(stage.proxy.take_calls().len(), 1);
    assert_eq!(stage.found(grant.id).await.state, State::Pending);
    let look = Look {
        plan: Some(&plan.key),
        ..Look::default()
    };
    let browser = stage
        .stores
        .browsers()
        .look(&stage.tenant, look, NOW)
        .await
        .unwrap();
    assert!(browser.plan.is_none());
}

async fn an_unknown_grant_is_not_found(stage: &Stage) {
    let unknown = GrantId::from_random([9; 16]);
    assert!(
        stage
            .stores
            .grants()
            .find(&stage.tenant, unknown)
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_grant_is_revoked_by_its_client_only(stage: &Stage) {
    let (grants, live) = (stage.stores.grants(), stage.live().await);
    assert_eq!(
        grants
            .revoke(&stage.tenant, live.id, &client_id("other"))
            .await,
        Ok(false)
    );
    assert_eq!(stage.found(live.id).await.state, live.state);
    let unknown = GrantId::from_random([9; 16]);
    assert_eq!(
        grants.revoke(&stage.tenant, unknown, &live.client_id).await,
        Ok(false)
    );
    assert!(
        grants.find(&stage.tenant, unknown).await.unwrap().is_none(),
        "none was made"
    );
    assert_eq!(
        grants.revoke(&stage.tenant, live.id, &live.client_id).await,
        Ok(true)
    );
    assert_eq!(stage.found(live.id).await.state, State::Revoked);
}

async fn a_revoked_grant_stays_revoked_and_is_kept(stage: &Stage) {
    let (grants, live) = (stage.stores.grants(), stage.live().await);
    for _ in 0..2 {
        assert_eq!(
            grants.revoke(&stage.tenant, live.id, &live.client_id).await,
            Ok(true)
        );
        let found = stage.found(live.id).await;
        assert_eq!(
            (found.state, found.subject),
            (State::Revoked, live.subject.clone())
        );
    }
}

async fn a_grant_can_be_revoked_before_its_code_is_redeemed(stage: &Stage) {
    let (grants, grant) = (stage.stores.grants(), stage.granted().await);
    assert_eq!(
        grants
            .revoke(&stage.tenant, grant.id, &grant.client_id)
            .await,
        Ok(true)
    );
    let live = super::stage::redeemed(grant);
    let token = record(&live);
    let redeemed = grants.redeem(&stage.tenant, &live, &token, NOW).await;
    assert_eq!(redeemed, Ok(Redemption::Revoked));
    assert!(!stage.recorded(&token).await);
}
