//! `TokenStore`.

use provider::grant::State;

use super::stage::{
    NOW, Stage, at, changed, digest, event, grant, opening, record, redeemed, session,
};

over_both_stores! {
    a_token_is_found_by_its_digest_even_when_expired,
    a_forgotten_token_is_gone_and_forgetting_again_is_fine,
    a_holder_is_grant_user_and_live_session_in_one_request,
    a_holder_is_what_there_is_now,
    a_token_that_outlives_the_session_has_none,
}

async fn a_token_is_found_by_its_digest_even_when_expired(stage: &Stage) {
    let grant = redeemed(stage.granted().await);
    let mut token = record(&grant);
    token.expires = at(-1);
    stage
        .stores
        .grants()
        .redeem(&stage.tenant, &grant, &token, NOW)
        .await
        .unwrap();
    let tokens = stage.stores.tokens();
    let found = tokens
        .find(&stage.tenant, &token.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(format!("{found:?}"), format!("{token:?}"));
    assert!(
        tokens
            .find(&stage.tenant, &digest())
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_forgotten_token_is_gone_and_forgetting_again_is_fine(stage: &Stage) {
    let grant = redeemed(stage.granted().await);
    let token = record(&grant);
    stage
        .stores
        .grants()
        .redeem(&stage.tenant, &grant, &token, NOW)
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(
            stage.stores.tokens().forget(&stage.tenant, &token.id).await,
            Ok(())
        );
        assert!(!stage.recorded(&token).await);
    }
    assert_eq!(
        stage.found(grant.id).await.state,
        grant.state,
        "its grant goes on"
    );
}

async fn a_holder_is_grant_user_and_live_session_in_one_request(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (_, session) = session(&ada);
    stage.enter(&session).await;
    let mut opened = grant(&ada);
    opened.session = session.id;
    stage
        .stores
        .grants()
        .open(&stage.tenant, &opening(&opened, &event()))
        .await
        .unwrap();
    let token = record(&opened);
    stage.proxy.take_calls();
    for (now, live) in [(at(99), true), (at(100), false)] {
        let holder = stage
            .stores
            .tokens()
            .holder(&stage.tenant, &token, now)
            .await
            .unwrap();
        assert_eq!(holder.grant.unwrap().id, opened.id);
        assert!(holder.user.unwrap().subject == ada.subject);
        assert_eq!(holder.session.is_some(), live, "{now}");
    }
    let calls: Vec<_> = stage
        .proxy
        .take_calls()
        .into_iter()
        .map(|call| call.name)
        .collect();
    assert_eq!(calls, ["BatchGetItem", "BatchGetItem"]);
}

async fn a_holder_is_what_there_is_now(stage: &Stage) {
    let grant = stage.live().await;
    let token = record(&grant);
    let tokens = stage.stores.tokens();
    let user = stage
        .stores
        .subjects()
        .by_id(&stage.tenant, grant.subject.id)
        .await
        .unwrap();
    let user = user.unwrap();
    let mut inactive = changed(&user);
    inactive.active = false;
    assert!(stage.put(&inactive, Some(&user)).await);
    stage
        .stores
        .grants()
        .revoke(&stage.tenant, grant.id, &grant.client_id)
        .await
        .unwrap();
    let holder = tokens.holder(&stage.tenant, &token, NOW).await.unwrap();
    assert_eq!(holder.grant.unwrap().state, State::Revoked);
    assert!(!holder.user.unwrap().active);
    assert!(holder.session.is_none());
    let mut stray = token;
    stray.grant = Some(protocol::GrantId::from_random([9; 16]));
    stray.user = protocol::UserId::from_random([9; 16]);
    let holder = tokens.holder(&stage.tenant, &stray, NOW).await.unwrap();
    assert!(holder.grant.is_none() && holder.user.is_none());
}

async fn a_token_that_outlives_the_session_has_none(stage: &Stage) {
    let grant = stage.live().await;
    let mut token = record(&grant);
    token.session = None;
    let holder = stage
        .stores
        .tokens()
        .holder(&stage.tenant, &token, NOW)
        .await
        .unwrap();
    assert!(holder.grant.is_some() && holder.user.is_some() && holder.session.is_none());
}
