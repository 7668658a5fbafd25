//! `BrowserStore`.

use provider::ports::{Browser, Look, Saved};
use provider::session::{Plan, PlanKey, SessionToken};

use super::stage::{NOW, Stage, at, changed, client_id, consent, entering, event, plan, session};

over_both_stores! {
    nothing_asked_nothing_read,
    session_user_consent_and_plan_are_read_in_one_request,
    at_the_very_second_a_session_is_over,
    at_the_very_second_a_plan_is_over,
    a_session_of_an_inactive_user_does_not_count,
    consent_is_told_to_its_user_only_and_for_its_client_only,
    a_plan_that_begins_replaces_what_was_there,
    a_plan_is_saved_only_over_its_version,
    a_dropped_plan_is_gone_and_dropping_again_is_fine,
    signing_in_moves_to_a_new_plan_and_ends_the_old_session,
    signing_in_over_a_changed_plan_writes_nothing,
    consent_is_kept_with_the_plan_or_not_at_all,
    a_plan_is_saved_without_consent_to_keep,
    a_session_ends_and_ending_it_again_is_fine,
}

impl Stage {
    async fn look(&self, session: &SessionToken, client: &str, plan: &PlanKey) -> Browser {
        let client = client_id(client);
        let look = Look {
            session: Some(session),
            client: Some(&client),
            plan: Some(plan),
        };
        self.stores
            .browsers()
            .look(&self.tenant, look, NOW)
            .await
            .unwrap()
    }

    async fn plan(&self, key: &PlanKey) -> Option<Plan> {
        let look = Look {
            plan: Some(key),
            ..Look::default()
        };
        self.stores
            .browsers()
            .look(&self.tenant, look, NOW)
            .await
            .unwrap()
            .plan
    }

    async fn signed_in(&self, token: &SessionToken) -> bool {
        let look = Look {
            session: Some(token),
            ..Look::default()
        };
        self.stores
            .browsers()
            .look(&self.tenant, look, NOW)
            .await
            .unwrap()
            .signed_in
            .is_some()
    }

    /// A plan as stored at its beginning.
    async fn begun(&self) -> Plan {
        let plan = plan();
        self.stores
            .browsers()
            .begin_plan(&self.tenant, &plan)
            .await
            .unwrap();
        plan
    }
}

async fn nothing_asked_nothing_read(stage: &Stage) {
    stage.proxy.take_calls();
    let look = Look {
        client: Some(&client_id("c")),
        ..Look::default()
    };
    let browser = stage
        .stores
        .browsers()
        .look(&stage.tenant, look, NOW)
        .await
        .unwrap();
    assert!(browser.signed_in.is_none() && browser.consent.is_none() && browser.plan.is_none());
    assert!(stage.proxy.take_calls().is_empty());
}

async fn session_user_consent_and_plan_are_read_in_one_request(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (token, session) = session(&ada);
    let (from, onward) = (stage.begun().await, plan());
    let consent = consent(&ada, "c");
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward, None, &event()),
        )
        .await
        .unwrap();
    browsers
        .save_consent(&stage.tenant, &onward, Some(&consent))
        .await
        .unwrap();
    stage.proxy.take_calls();
    let browser = stage.look(&token, "c", &onward.key).await;
    let calls: Vec<_> = stage
        .proxy
        .take_calls()
        .into_iter()
        .map(|call| call.name)
        .collect();
    assert_eq!(calls, ["BatchGetItem"]);
    let (found, user) = browser.signed_in.unwrap();
    assert_eq!(format!("{found:?}"), format!("{session:?}"));
    assert!(user.subject == ada.subject && user.password == ada.password);
    assert_eq!(
        format!("{:?}", browser.consent.unwrap()),
        format!("{consent:?}")
    );
    assert_eq!(browser.plan.unwrap().version, 1);
}

async fn at_the_very_second_a_session_is_over(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, session) = session(&ada);
    let from = stage.begun().await;
    let browsers = stage.stores.browsers();
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &plan(), None, &event()),
        )
        .await
        .unwrap();
    let look = Look {
        session: Some(&token),
        ..Look::default()
    };
    for (now, live) in [(at(99), true), (at(100), false)] {
        let browser = browsers.look(&stage.tenant, look, now).await.unwrap();
        assert_eq!(browser.signed_in.is_some(), live, "{now}");
    }
}

async fn at_the_very_second_a_plan_is_over(stage: &Stage) {
    let plan = stage.begun().await;
    let look = Look {
        plan: Some(&plan.key),
        ..Look::default()
    };
    for (now, live) in [(at(1_799), true), (at(1_800), false)] {
        let browser = stage
            .stores
            .browsers()
            .look(&stage.tenant, look, now)
            .await
            .unwrap();
        assert_eq!(browser.plan.is_some(), live, "{now}");
    }
}

async fn a_session_of_an_inactive_user_does_not_count(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, session) = session(&ada);
    let from = stage.begun().await;
    let browsers = stage.stores.browsers();
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &plan(), None, &event()),
        )
        .await
        .unwrap();
    assert!(stage.signed_in(&token).await);
    let mut inactive = changed(&ada);
    inactive.active = false;
    assert!(stage.put(&inactive, Some(&ada)).await);
    assert!(!stage.signed_in(&token).await);
}

async fn consent_is_told_to_its_user_only_and_for_its_client_only(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, session) = session(&ada);
    let (from, onward) = (stage.begun().await, plan());
    let browsers = stage.stores.browsers();
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward, None, &event()),
        )
        .await
        .unwrap();
    let kept = consent(&ada, "c");
    browsers
        .save_consent(&stage.tenant, &onward, Some(&kept))
        .await
        .unwrap();
    assert!(stage.look(&token, "c", &onward.key).await.consent.is_some());
    assert!(stage.look(&token, "d", &onward.key).await.consent.is_none());
    let (forged, _) = super::stage::session(&ada);
    let browser = stage.look(&forged, "c", &onward.key).await;
    assert!(browser.signed_in.is_none() && browser.consent.is_none());
    assert!(browser.plan.is_some(), "the plan belongs to the browser");
}

async fn a_plan_that_begins_replaces_what_was_there(stage: &Stage) {
    let mut plan = stage.begun().await;
    plan.version = 5;
    plan.stage = 2;
    stage
        .stores
        .browsers()
        .begin_plan(&stage.tenant, &plan)
        .await
        .unwrap();
    let found = stage.plan(&plan.key).await.unwrap();
    assert_eq!((found.version, found.stage), (5, 2));
}

async fn a_plan_is_saved_only_over_its_version(stage: &Stage) {
    let (browsers, mut mine) = (stage.stores.browsers(), stage.begun().await);
    mine.failed_attempts = 1;
    mine.identifier = Some("ada".to_owned());
    assert_eq!(
        browsers.save_plan(&stage.tenant, &mine).await,
        Ok(Saved::Yes)
    );
    assert_eq!(
        browsers.save_plan(&stage.tenant, &mine).await,
        Ok(Saved::Stale),
        "the same twice"
    );
    let found = stage.plan(&mine.key).await.unwrap();
    assert_eq!((found.version, found.failed_attempts), (1, 1));
    assert_eq!(
        browsers.save_plan(&stage.tenant, &found).await,
        Ok(Saved::Yes)
    );
    assert_eq!(
        browsers.save_plan(&stage.tenant, &plan()).await,
        Ok(Saved::Stale),
        "none there"
    );
}

async fn a_dropped_plan_is_gone_and_dropping_again_is_fine(stage: &Stage) {
    let (browsers, plan) = (stage.stores.browsers(), stage.begun().await);
    for _ in 0..2 {
        assert_eq!(browsers.drop_plan(&stage.tenant, &plan.key).await, Ok(()));
        assert!(stage.plan(&plan.key).await.is_none());
    }
    assert_eq!(
        browsers.save_plan(&stage.tenant, &plan).await,
        Ok(Saved::Stale)
    );
}

async fn signing_in_moves_to_a_new_plan_and_ends_the_old_session(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (old, first) = session(&ada);
    let (token, second) = session(&ada);
    let from = stage.begun().await;
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&first, &from, &plan(), None, &event()),
        )
        .await
        .unwrap();
    let (from, onward) = (stage.begun().await, plan());
    let saved = browsers
        .sign_in(
            &stage.tenant,
            &entering(&second, &from, &onward, Some(&old), &event()),
        )
        .await;
    assert_eq!(saved, Ok(Saved::Yes));
    assert!(stage.signed_in(&token).await && !stage.signed_in(&old).await);
    assert!(stage.plan(&from.key).await.is_none());
    assert_eq!(
        stage.plan(&onward.key).await.unwrap().version,
        onward.version
    );
}

async fn signing_in_over_a_changed_plan_writes_nothing(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (old, first) = session(&ada);
    let (from, onward) = (stage.begun().await, plan());
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&first, &from, &plan(), None, &event()),
        )
        .await
        .unwrap();
    let from_changed = stage.begun().await;
    browsers
        .save_plan(&stage.tenant, &from_changed)
        .await
        .unwrap();
    for stale in [from, from_changed] {
        let (token, second) = session(&ada);
        let saved = browsers
            .sign_in(
                &stage.tenant,
                &entering(&second, &stale, &onward, Some(&old), &event()),
            )
            .await;
        assert_eq!(saved, Ok(Saved::Stale));
        assert!(!stage.signed_in(&token).await && stage.signed_in(&old).await);
        assert!(stage.plan(&onward.key).await.is_none());
    }
}

async fn consent_is_kept_with_the_plan_or_not_at_all(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (token, session) = session(&ada);
    let (from, onward) = (stage.begun().await, plan());
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward, None, &event()),
        )
        .await
        .unwrap();
    let first = consent(&ada, "c");
    let saved = browsers
        .save_consent(&stage.tenant, &onward, Some(&first))
        .await;
    assert_eq!(saved, Ok(Saved::Yes));
    let mut wider = consent(&ada, "c");
    wider.scopes = super::stage::scopes("openid email");
    wider.expires = None;
    let saved = browsers
        .save_consent(&stage.tenant, &onward, Some(&wider))
        .await;
    assert_eq!(saved, Ok(Saved::Stale));
    let browser = stage.look(&token, "c", &onward.key).await;
    assert_eq!(browser.consent.unwrap().scopes, first.scopes);
    let plan = browser.plan.unwrap();
    let saved = browsers
        .save_consent(&stage.tenant, &plan, Some(&wider))
        .await;
    assert_eq!(saved, Ok(Saved::Yes));
    let kept = stage.look(&token, "c", &onward.key).await.consent.unwrap();
    assert_eq!((kept.scopes, kept.expires), (wider.scopes, None));
}

async fn a_plan_is_saved_without_consent_to_keep(stage: &Stage) {
    let (browsers, plan) = (stage.stores.browsers(), stage.begun().await);
    assert_eq!(
        browsers.save_consent(&stage.tenant, &plan, None).await,
        Ok(Saved::Yes)
    );
    assert_eq!(
        browsers.save_consent(&stage.tenant, &plan, None).await,
        Ok(Saved::Stale)
    );
}

async fn a_session_ends_and_ending_it_again_is_fine(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (token, session) = session(&ada);
    let from = stage.begun().await;
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &plan(), None, &event()),
        )
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(
            browsers.sign_out(&stage.tenant, &token, &event()).await,
            Ok(())
        );
        assert!(!stage.signed_in(&token).await);
    }
}
