//! `GrantStore::redeem`.

use provider::grant::{Confirmation, Grant, State};
use provider::ports::Redemption;

use super::stage::{
    NOW, REFRESH, Stage, at, changed, event, grant, opening, record, redeemed, user,
};

over_both_stores! {
    a_code_redeemed_makes_the_grant_live_and_records_the_token,
    a_code_can_be_redeemed_without_a_refresh_token,
    the_key_that_whoever_renews_has_to_prove_is_the_first_redeemers,
    a_code_redeemed_again_is_a_replay,
    a_replay_is_told_even_after_the_code_expired,
    at_the_very_second_a_code_is_expired,
    a_grant_that_is_gone_counts_as_revoked,
    a_user_who_changed_is_told_and_the_code_is_not_spent,
    an_inactive_or_absent_user_redeems_nothing,
    redeeming_is_one_request,
}

impl Stage {
    async fn redeem(&self, grant: &Grant) -> Redemption {
        self.redeem_at(grant, 0).await
    }

    /// Redeems, and checks that the token is on record iff it was handed out.
    async fn redeem_at(&self, grant: &Grant, seconds: i64) -> Redemption {
        let token = record(grant);
        let grants = self.stores.grants();
        let outcome = grants
            .redeem(&self.tenant, grant, &token, at(seconds))
            .await
            .unwrap();
        assert_eq!(
            self.recorded(&token).await,
            outcome == Redemption::First,
            "{outcome:?}"
        );
        outcome
    }
}

async fn a_code_redeemed_makes_the_grant_live_and_records_the_token(stage: &Stage) {
    let grant = redeemed(stage.granted().await);
    assert_eq!(stage.redeem(&grant).await, Redemption::First);
    assert_eq!(
        format!("{:?}", stage.found(grant.id).await),
        format!("{grant:?}")
    );
}

async fn a_code_can_be_redeemed_without_a_refresh_token(stage: &Stage) {
    let mut grant = stage.granted().await;
    grant.state = State::Live { refresh: None };
    assert_eq!(stage.redeem(&grant).await, Redemption::First);
    assert_eq!(stage.found(grant.id).await.state, grant.state);
    assert_eq!(stage.redeem(&grant).await, Redemption::Replay);
}

async fn the_key_that_whoever_renews_has_to_prove_is_the_first_redeemers(stage: &Stage) {
    let grant = redeemed(stage.granted().await);
    let with = |key: &str| Grant {
        key: Some(Confirmation::Key(key.to_owned())),
        ..grant.clone()
    };
    assert_eq!(stage.redeem(&with("first")).await, Redemption::First);
    assert_eq!(stage.redeem(&with("second")).await, Redemption::Replay);
    assert_eq!(stage.found(grant.id).await.key, with("first").key);
}

async fn a_code_redeemed_again_is_a_replay(stage: &Stage) {
    let live = stage.live().await;
    assert_eq!(stage.redeem(&live).await, Redemption::Replay);
    let found = stage.found(live.id).await;
    assert_eq!(
        found.state,
        State::Live {
            refresh: Some(REFRESH)
        },
        "it stays as it was"
    );
}

async fn a_replay_is_told_even_after_the_code_expired(stage: &Stage) {
    let live = stage.live().await;
    assert_eq!(stage.redeem_at(&live, 61).await, Redemption::Replay);
}

async fn at_the_very_second_a_code_is_expired(stage: &Stage) {
    let grant = redeemed(stage.granted().await);
    assert_eq!(stage.redeem_at(&grant, 60).await, Redemption::Expired);
    assert_eq!(stage.found(grant.id).await.state, State::Pending);
    assert_eq!(stage.redeem_at(&grant, 59).await, Redemption::First);
}

async fn a_grant_that_is_gone_counts_as_revoked(stage: &Stage) {
    let user = stage.user("ada").await;
    let never_opened = redeemed(grant(&user));
    assert_eq!(stage.redeem(&never_opened).await, Redemption::Revoked);
    let found = stage
        .stores
        .grants()
        .find(&stage.tenant, never_opened.id)
        .await
        .unwrap();
    assert!(found.is_none(), "none was made");
}

async fn a_user_who_changed_is_told_and_the_code_is_not_spent(stage: &Stage) {
    let ada = stage.user("ada").await;
    let opened = grant(&ada);
    stage
        .stores
        .grants()
        .open(&stage.tenant, &opening(&opened, &event()))
        .await
        .unwrap();
    let mut renamed = changed(&ada);
    renamed.subject.name = "Countess".to_owned();
    assert!(stage.put(&renamed, Some(&ada)).await);

    let mut grant = redeemed(opened);
    assert_eq!(stage.redeem(&grant).await, Redemption::UserChanged);
    assert_eq!(stage.found(grant.id).await.state, State::Pending);
    grant.subject = renamed.subject.clone();
    assert_eq!(stage.redeem(&grant).await, Redemption::First);
    assert!(
        stage.found(grant.id).await.subject == renamed.subject,
        "the copy is renewed"
    );
}

async fn an_inactive_or_absent_user_redeems_nothing(stage: &Stage) {
    let mut inactive = user("ada");
    inactive.active = false;
    assert!(stage.put(&inactive, None).await);
    for user in [inactive, user("ghost")] {
        let grant = grant(&user);
        stage
            .stores
            .grants()
            .open(&stage.tenant, &opening(&grant, &event()))
            .await
            .unwrap();
        assert_eq!(
            stage.redeem(&redeemed(grant.clone())).await,
            Redemption::UserChanged
        );
        assert_eq!(stage.found(grant.id).await.state, State::Pending);
    }
}

async fn redeeming_is_one_request(stage: &Stage) {
    let grant = redeemed(stage.granted().await);
    stage.proxy.take_calls();
    stage
        .stores
        .grants()
        .redeem(&stage.tenant, &grant, &record(&grant), NOW)
        .await
        .unwrap();
    let calls: Vec<_> = stage
        .proxy
        .take_calls()
        .into_iter()
        .map(|call| call.name)
        .collect();
    assert_eq!(calls, ["TransactWriteItems"]);
}
