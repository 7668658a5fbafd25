//! `BrowserStore`: what is known of a browser, plans and consents. Sessions: `sessions`.

use provider::ports::{Browser, Look, Saved};
use provider::session::{Plan, PlanKey, SessionToken};

use super::stage::{NOW, Stage, at, client_id, consent, entering, event, onward, plan, session};

over_both_stores! {
    nothing_asked_nothing_read,
    session_user_consent_and_plan_are_read_in_one_request,
    at_the_very_second_a_session_is_over,
    at_the_very_second_a_plan_is_over,
    consent_is_told_to_its_user_only_and_for_its_client_only,
    a_plan_begins_where_there_is_none_that_is_live,
    a_plan_is_saved_only_over_its_version,
    a_dropped_plan_is_gone_and_dropping_again_is_fine,
    consent_is_kept_with_the_plan_or_not_at_all,
    a_plan_is_saved_without_consent_to_keep,
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

    pub(super) async fn plan(&self, key: &PlanKey) -> Option<Plan> {
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

    pub(super) async fn signed_in(&self, token: &SessionToken) -> bool {
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
    let (from, onward) = (stage.begun().await, onward());
    let consent = consent(&ada, "c");
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward, None, &event()),
            NOW,
        )
        .await
        .unwrap();
    browsers
        .save_consent(&stage.tenant, &onward, Some(&consent), NOW)
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
    assert_eq!(browser.plan.unwrap().version, 2);
}

async fn at_the_very_second_a_session_is_over(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, session) = session(&ada);
    stage.enter(&session).await;
    let look = Look {
        session: Some(&token),
        ..Look::default()
    };
    for (now, live) in [(at(99), true), (at(100), false)] {
        let browsers = stage.stores.browsers();
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

async fn consent_is_told_to_its_user_only_and_for_its_client_only(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, session) = session(&ada);
    let (from, onward) = (stage.begun().await, onward());
    let browsers = stage.stores.browsers();
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward, None, &event()),
            NOW,
        )
        .await
        .unwrap();
    let kept = consent(&ada, "c");
    browsers
        .save_consent(&stage.tenant, &onward, Some(&kept), NOW)
        .await
        .unwrap();
    assert!(stage.look(&token, "c", &onward.key).await.consent.is_some());
    assert!(stage.look(&token, "d", &onward.key).await.consent.is_none());
    let (forged, _) = super::stage::session(&ada);
    let browser = stage.look(&forged, "c", &onward.key).await;
    assert!(browser.signed_in.is_none() && browser.consent.is_none());
    assert!(browser.plan.is_some(), "the plan belongs to the browser");
}

async fn a_plan_begins_where_there_is_none_that_is_live(stage: &Stage) {
    let (browsers, plan) = (stage.stores.browsers(), plan());
    let save = |now| browsers.save_plan(&stage.tenant, &plan, now);
    assert_eq!(save(NOW).await, Ok(Saved::Yes));
    assert_eq!(save(at(1_799)).await, Ok(Saved::Stale), "there is one");
    assert_eq!(save(at(1_800)).await, Ok(Saved::Yes), "it was over");
    assert_eq!(stage.plan(&plan.key).await.unwrap().version, 1);
}

async fn a_plan_is_saved_only_over_its_version(stage: &Stage) {
    let (browsers, mut mine) = (stage.stores.browsers(), stage.begun().await);
    mine.context.attempts = 1;
    mine.context.identifier = Some("ada".to_owned());
    let save = |plan: Plan| {
        let browsers = stage.stores.browsers();
        async move { browsers.save_plan(&stage.tenant, &plan, NOW).await }
    };
    assert_eq!(save(mine.clone()).await, Ok(Saved::Yes));
    assert_eq!(save(mine.clone()).await, Ok(Saved::Stale), "the same twice");
    let found = stage.plan(&mine.key).await.unwrap();
    assert_eq!(found.version, 2);
    assert_eq!(found.context, mine.context);
    assert_eq!(save(found).await, Ok(Saved::Yes));
    assert_eq!(save(onward()).await, Ok(Saved::Stale), "none there");
    assert_eq!(browsers.drop_plan(&stage.tenant, &mine.key).await, Ok(()));
}

async fn a_dropped_plan_is_gone_and_dropping_again_is_fine(stage: &Stage) {
    let (browsers, plan) = (stage.stores.browsers(), stage.begun().await);
    for _ in 0..2 {
        assert_eq!(browsers.drop_plan(&stage.tenant, &plan.key).await, Ok(()));
        assert!(stage.plan(&plan.key).await.is_none());
    }
    assert_eq!(
        browsers.save_plan(&stage.tenant, &plan, NOW).await,
        Ok(Saved::Stale)
    );
}

async fn consent_is_kept_with_the_plan_or_not_at_all(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (token, session) = session(&ada);
    let (from, onward) = (stage.begun().await, onward());
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward, None, &event()),
            NOW,
        )
        .await
        .unwrap();
    let first = consent(&ada, "c");
    let saved = browsers
        .save_consent(&stage.tenant, &onward, Some(&first), NOW)
        .await;
    assert_eq!(saved, Ok(Saved::Yes));
    let mut wider = consent(&ada, "c");
    wider.scopes = super::stage::scopes("openid email");
    wider.expires = None;
    let saved = browsers
        .save_consent(&stage.tenant, &onward, Some(&wider), NOW)
        .await;
    assert_eq!(saved, Ok(Saved::Stale));
    let browser = stage.look(&token, "c", &onward.key).await;
    assert_eq!(browser.consent.unwrap().scopes, first.scopes);
    let plan = browser.plan.unwrap();
    let saved = browsers
        .save_consent(&stage.tenant, &plan, Some(&wider), NOW)
        .await;
    assert_eq!(saved, Ok(Saved::Yes));
    let kept = stage.look(&token, "c", &onward.key).await.consent.unwrap();
    assert_eq!((kept.scopes, kept.expires), (wider.scopes, None));
}

async fn a_plan_is_saved_without_consent_to_keep(stage: &Stage) {
    let (browsers, plan) = (stage.stores.browsers(), stage.begun().await);
    assert_eq!(
        browsers.save_consent(&stage.tenant, &plan, None, NOW).await,
        Ok(Saved::Yes)
    );
    assert_eq!(
        browsers.save_consent(&stage.tenant, &plan, None, NOW).await,
        Ok(Saved::Stale)
    );
}
