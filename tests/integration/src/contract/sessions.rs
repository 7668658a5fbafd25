//! `BrowserStore`: sessions, as they begin and end.

use provider::entropy::System;
use provider::ports::{Saved, SignIn};
use provider::session::{Plan, Session, SessionToken};

use super::stage::{NOW, Stage, changed, entering, event, onward, plan, session, user};

over_both_stores! {
    a_session_of_an_inactive_user_does_not_count,
    a_session_of_an_earlier_generation_does_not_count,
    a_cookie_of_a_session_that_has_another_by_now_does_not_count,
    signing_in_moves_to_a_new_plan_and_ends_the_old_session,
    signing_in_over_a_changed_plan_writes_nothing,
    only_somebody_active_whose_sessions_were_not_ended_signs_in,
    signing_in_notes_when_and_leaves_the_version,
    signing_in_without_a_stored_plan_needs_that_there_is_none,
    a_session_that_goes_on_does_only_where_it_is_still_there,
    a_session_ends_and_ending_it_again_is_fine,
}

async fn a_session_of_an_inactive_user_does_not_count(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, session) = session(&ada);
    stage.enter(&session).await;
    assert!(stage.signed_in(&token).await);
    let mut inactive = changed(&ada);
    inactive.active = false;
    assert!(stage.put(&inactive, Some(&ada)).await);
    assert!(!stage.signed_in(&token).await);
}

async fn a_session_of_an_earlier_generation_does_not_count(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, session) = session(&ada);
    stage.enter(&session).await;
    let mut over = changed(&ada);
    over.subject.generation += 1;
    assert!(stage.put(&over, Some(&ada)).await);
    assert!(!stage.signed_in(&token).await);
}

async fn a_cookie_of_a_session_that_has_another_by_now_does_not_count(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (old, mut session) = session(&ada);
    stage.enter(&session).await;
    let new = SessionToken::generate(ada.subject.id, session.id, &System::default());
    session.cookie = new.digest();
    stage.enter(&session).await;
    assert!(stage.signed_in(&new).await && !stage.signed_in(&old).await);
}

async fn signing_in_moves_to_a_new_plan_and_ends_the_old_session(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (old, first) = session(&ada);
    let (token, second) = session(&ada);
    stage.enter(&first).await;
    let (from, onward) = (stage.begun().await, onward());
    let saved = browsers
        .sign_in(
            &stage.tenant,
            &entering(&second, &from, &onward, Some(&first), &event()),
            NOW,
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
    stage.enter(&first).await;
    let (from, onward) = (plan(), onward());
    let from = Plan { version: 1, ..from };
    let from_changed = stage.begun().await;
    browsers
        .save_plan(&stage.tenant, &from_changed, NOW)
        .await
        .unwrap();
    for stale in [from, from_changed] {
        let (token, second) = session(&ada);
        let saved = browsers
            .sign_in(
                &stage.tenant,
                &entering(&second, &stale, &onward, Some(&first), &event()),
                NOW,
            )
            .await;
        assert_eq!(saved, Ok(Saved::Stale));
        assert!(!stage.signed_in(&token).await && stage.signed_in(&old).await);
        assert!(stage.plan(&onward.key).await.is_none());
    }
}

async fn only_somebody_active_whose_sessions_were_not_ended_signs_in(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let mut moved_on = changed(&ada);
    moved_on.subject.generation = 1;
    assert!(stage.put(&moved_on, Some(&ada)).await);
    let (was, of_before) = session(&ada);
    let (now, of_now) = session(&moved_on);
    let (nobody, of_nobody) = session(&user("ghost"));
    let enter = |session: Session| {
        let browsers = stage.stores.browsers();
        async move {
            let (from, onward) = (stage.begun().await, onward());
            let event = event();
            let entry = entering(&session, &from, &onward, None, &event);
            let saved = browsers.sign_in(&stage.tenant, &entry, NOW).await.unwrap();
            assert_eq!(stage.plan(&from.key).await.is_none(), saved == Saved::Yes);
            assert_eq!(stage.plan(&onward.key).await.is_some(), saved == Saved::Yes);
            saved
        }
    };
    assert_eq!(enter(of_before).await, Saved::Stale);
    assert_eq!(enter(of_nobody).await, Saved::Stale);
    assert_eq!(enter(of_now.clone()).await, Saved::Yes);
    assert!(stage.signed_in(&now).await);
    assert!(!stage.signed_in(&was).await && !stage.signed_in(&nobody).await);
    let mut inactive = changed(&moved_on);
    inactive.active = false;
    assert!(stage.put(&inactive, Some(&moved_on)).await);
    assert_eq!(enter(of_now.clone()).await, Saved::Stale);
    assert_eq!(
        browsers.sign_out(&stage.tenant, &of_now, &event()).await,
        Ok(())
    );
}

async fn signing_in_notes_when_and_leaves_the_version(stage: &Stage) {
    let ada = stage.user("ada").await;
    stage.enter(&session(&ada).1).await;
    let subjects = stage.stores.subjects();
    let read = || subjects.by_id(&stage.tenant, ada.subject.id);
    let found = read().await.unwrap().unwrap();
    assert_eq!(found.profile.last_login, Some(NOW));
    assert_eq!(found.subject, ada.subject);
    // Whoever changes the user over what they read before does not take it back.
    let mut renamed = changed(&ada);
    renamed.subject.name = "Ada Lovelace".to_owned();
    assert!(stage.put(&renamed, Some(&ada)).await);
    let found = read().await.unwrap().unwrap();
    assert_eq!(found.profile.last_login, Some(NOW));
    assert_eq!(found.subject, renamed.subject);
}

async fn signing_in_without_a_stored_plan_needs_that_there_is_none(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let begun = stage.begun().await;
    let of_before = Plan {
        version: 0,
        ..begun.clone()
    };
    let (token, session) = session(&ada);
    for (from, want) in [(&of_before, Saved::Stale), (&plan(), Saved::Yes)] {
        let (onward, event) = (onward(), event());
        let entry = entering(&session, from, &onward, None, &event);
        assert_eq!(browsers.sign_in(&stage.tenant, &entry, NOW).await, Ok(want));
        assert_eq!(stage.signed_in(&token).await, want == Saved::Yes);
    }
    assert!(stage.plan(&begun.key).await.is_some());
}

async fn a_session_that_goes_on_does_only_where_it_is_still_there(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (token, session) = session(&ada);
    stage.enter(&session).await;
    for want in [Saved::Yes, Saved::Stale] {
        let (from, onward, event) = (stage.begun().await, onward(), event());
        let entry = SignIn {
            goes_on: true,
            ..entering(&session, &from, &onward, None, &event)
        };
        assert_eq!(browsers.sign_in(&stage.tenant, &entry, NOW).await, Ok(want));
        assert_eq!(stage.signed_in(&token).await, want == Saved::Yes);
        assert_eq!(stage.plan(&onward.key).await.is_some(), want == Saved::Yes);
        let ended = browsers.sign_out(&stage.tenant, &session, &event).await;
        assert_eq!(ended, Ok(()));
    }
}

async fn a_session_ends_and_ending_it_again_is_fine(stage: &Stage) {
    let (browsers, ada) = (stage.stores.browsers(), stage.user("ada").await);
    let (token, session) = session(&ada);
    let from = stage.begun().await;
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward(), None, &event()),
            NOW,
        )
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(
            browsers.sign_out(&stage.tenant, &session, &event()).await,
            Ok(())
        );
        assert!(!stage.signed_in(&token).await);
    }
}
