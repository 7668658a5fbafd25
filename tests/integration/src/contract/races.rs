//! Many at once, over DynamoDB Local.

use std::sync::Arc;

use futures_util::future::join_all;
use provider::grant::State;
use provider::ports::{Outcome, Redemption, Renewal, Rotation, Saved, Written};

use super::stage::{
    NOW, Stage, at, changed, entering, event, onward, opening, plan, record, redeemed, session,
    user,
};

/// Runs these at once, each as a task of its own.
async fn at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = Outcome<T>> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let done = join_all(tasks).await;
    done.into_iter()
        .map(|task| task.expect("no panic").expect("an answer"))
        .collect()
}

fn count<T: PartialEq>(outcomes: &[T], wanted: &T) -> usize {
    outcomes.iter().filter(|outcome| *outcome == wanted).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_redemptions_one_is_first_and_all_others_replays() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let grant = redeemed(stage.granted().await);
    let tokens: Vec<_> = (0..100).map(|_| record(&grant)).collect();
    let outcomes = at_once(tokens.clone().into_iter().map(|token| {
        let (stage, grant) = (Arc::clone(&stage), grant.clone());
        async move {
            stage
                .stores
                .grants()
                .redeem(&stage.tenant, &grant, &token, NOW)
                .await
        }
    }))
    .await;
    assert_eq!(count(&outcomes, &Redemption::First), 1);
    assert_eq!(count(&outcomes, &Redemption::Replay), 99);
    for (token, outcome) in tokens.iter().zip(&outcomes) {
        assert_eq!(stage.recorded(token).await, *outcome == Redemption::First);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_comes_first_a_revoked_grant_holds_no_token() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let user = stage.user("ada").await;
    for _ in 0..10 {
        let opened = super::stage::grant(&user);
        stage
            .stores
            .grants()
            .open(&stage.tenant, &opening(&opened, &event()))
            .await
            .unwrap();
        let grant = redeemed(opened);
        let token = record(&grant);
        let revoking = stage.stores.grants();
        let redeeming = stage.stores.grants();
        let (revoked, outcome) = tokio::join!(
            revoking.revoke(&stage.tenant, grant.id, &grant.client_id),
            redeeming.redeem(&stage.tenant, &grant, &token, NOW),
        );
        assert_eq!(revoked, Ok(true));
        let outcome = outcome.unwrap();
        assert!(
            matches!(outcome, Redemption::First | Redemption::Revoked),
            "{outcome:?}"
        );
        let holder = stage
            .stores
            .tokens()
            .holder(&stage.tenant, &token, NOW)
            .await
            .unwrap();
        assert_eq!(holder.grant.unwrap().state, State::Revoked, "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_rotations_one_is_done_and_the_others_repeat_it() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let grant = stage.live().await;
    let outcomes = at_once((0..20).map(|_| {
        let (stage, grant) = (Arc::clone(&stage), grant.clone());
        async move {
            let token = record(&grant);
            let renewal = Renewal {
                grant: &grant,
                record: &token,
                refresh_expires: at(2_000),
            };
            stage
                .stores
                .grants()
                .rotate(&stage.tenant, &renewal, at(5))
                .await
        }
    }))
    .await;
    assert_eq!(count(&outcomes, &Rotation::Done), 1);
    assert_eq!(count(&outcomes, &Rotation::Moved), 19);

    let rotated = stage.found(grant.id).await;
    let repeats = at_once((0..19).map(|_| {
        let (stage, grant) = (Arc::clone(&stage), rotated.clone());
        async move {
            let token = record(&grant);
            let renewal = Renewal {
                grant: &grant,
                record: &token,
                refresh_expires: at(2_000),
            };
            stage
                .stores
                .grants()
                .repeat(&stage.tenant, &renewal, at(6))
                .await
        }
    }))
    .await;
    assert_eq!(count(&repeats, &Rotation::Done), 19);
    assert_eq!(stage.found(grant.id).await.state, rotated.state);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_users_of_one_name_one_is_written() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let outcomes = at_once((0..10).map(|_| {
        let stage = Arc::clone(&stage);
        let ada = user("ada");
        async move {
            stage
                .stores
                .registry()
                .put_user(&stage.tenant, &ada, None)
                .await
        }
    }))
    .await;
    assert_eq!(count(&outcomes, &true), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_saves_of_one_plan_one_is_written() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let plan = stage.begun().await;
    let outcomes = at_once((0..10).map(|_| {
        let (stage, plan) = (Arc::clone(&stage), plan.clone());
        async move {
            stage
                .stores
                .browsers()
                .save_plan(&stage.tenant, &plan, NOW)
                .await
        }
    }))
    .await;
    assert_eq!(count(&outcomes, &Saved::Yes), 1);
    assert_eq!(count(&outcomes, &Saved::Stale), 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_sign_ins_from_one_plan_one_makes_a_session() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let ada = stage.user("ada").await;
    let from = stage.begun().await;
    let outcomes = at_once((0..10).map(|_| {
        let (stage, from, (_, session)) = (Arc::clone(&stage), from.clone(), session(&ada));
        async move {
            let browsers = stage.stores.browsers();
            browsers
                .sign_in(
                    &stage.tenant,
                    &entering(&session, &from, &onward(), None, &event()),
                    NOW,
                )
                .await
        }
    }))
    .await;
    assert_eq!(count(&outcomes, &Saved::Yes), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn user_numbers_given_out_at_once_all_differ() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let mut numbers = at_once((0..30).map(|_| {
        let stage = Arc::clone(&stage);
        async move { stage.stores.registry().next_user_pk(&stage.tenant).await }
    }))
    .await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=30).collect::<Vec<u64>>());
}

/// Whoever wins: once somebody is inactive, no session of theirs counts, not even after they are active again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_races_a_deactivation_leaves_no_live_session() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    for round in 0..5 {
        let ada = stage.user(&format!("ada{round}")).await;
        let sessions: Vec<_> = (0..20).map(|_| session(&ada)).collect();
        let mut inactive = changed(&ada);
        inactive.active = false;
        let deactivated = {
            let (stage, ada, inactive) = (Arc::clone(&stage), ada.clone(), inactive.clone());
            tokio::spawn(async move { stage.put(&inactive, Some(&ada)).await })
        };
        let entries = sessions.clone().into_iter().map(|(_, session)| {
            let stage = Arc::clone(&stage);
            async move {
                let (from, onward, event) = (plan(), onward(), event());
                let entry = entering(&session, &from, &onward, None, &event);
                let browsers = stage.stores.browsers();
                browsers.sign_in(&stage.tenant, &entry, NOW).await
            }
        });
        at_once(entries).await;
        assert!(
            deactivated.await.expect("no panic"),
            "signing in is no change"
        );
        let stored = stage.stored(&ada).await.expect("is there");
        let mut again = changed(&stored);
        again.active = true;
        for after in [None, Some(&again)] {
            if let Some(again) = after {
                assert!(stage.put(again, Some(&stored)).await);
            }
            for (token, _) in &sessions {
                assert!(!stage.signed_in(token).await);
            }
        }
        let people = stage.stores.people();
        let listed = people.sessions(&stage.tenant, &again, NOW).await;
        assert!(
            listed
                .expect("reads")
                .iter()
                .all(|session| session.generation == 1)
        );
    }
}

/// Whoever joins knows the group by the name it has in the end, or did not join.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_joins_a_group_while_it_is_renamed_knows_its_new_name() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let staff = stage.group("staff").await;
    let crowd: Vec<_> = (0..20)
        .map(|number| user(&format!("user{number}")))
        .collect();
    let joining = crowd.clone().into_iter().map(|mut joiner| {
        let (stage, staff) = (Arc::clone(&stage), super::belongings::membership(&staff));
        async move {
            joiner.subject.groups.push(staff);
            stage
                .stores
                .registry()
                .put_user(&stage.tenant, &joiner, None)
                .await
        }
    });
    let renaming = {
        let (stage, staff) = (Arc::clone(&stage), staff.clone());
        tokio::spawn(async move {
            let mut crew = staff.clone();
            (crew.version, crew.name) = (2, "crew".to_owned());
            stage
                .stores
                .groups()
                .put(&stage.tenant, &crew, Some(&staff))
                .await
        })
    };
    let joined = at_once(joining).await;
    assert_eq!(renaming.await.expect("no panic"), Ok(true));
    for (joiner, joined) in crowd.iter().zip(joined) {
        let found = stage.stored(joiner).await;
        assert_eq!(found.is_some(), joined);
        for group in found.map(|user| user.subject.groups).unwrap_or_default() {
            assert_eq!(group.name, "crew");
        }
    }
}

/// One new account may have the name, and one may spend the invitation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_accounts_with_one_name_one_is_made_and_the_others_hear_that_it_is_taken() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let outcomes = at_once((0..10).map(|_| {
        let stage = Arc::clone(&stage);
        async move { Ok(stage.created(&user("ada"), None).await) }
    }))
    .await;
    assert_eq!(count(&outcomes, &Written::Yes), 1);
    assert_eq!(count(&outcomes, &Written::Taken), 9);
}
