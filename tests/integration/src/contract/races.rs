//! Many at once, over DynamoDB Local.

use std::sync::Arc;

use futures_util::future::join_all;
use provider::grant::State;
use provider::ports::{Outcome, Redemption, Renewal, Rotation, Saved};

use super::stage::{
    NOW, Stage, at, entering, event, opening, plan, record, redeemed, session, user,
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
    let plan = plan();
    stage
        .stores
        .browsers()
        .begin_plan(&stage.tenant, &plan)
        .await
        .unwrap();
    let outcomes = at_once((0..10).map(|_| {
        let (stage, plan) = (Arc::clone(&stage), plan.clone());
        async move {
            stage
                .stores
                .browsers()
                .save_plan(&stage.tenant, &plan)
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
    let from = plan();
    stage
        .stores
        .browsers()
        .begin_plan(&stage.tenant, &from)
        .await
        .unwrap();
    let outcomes = at_once((0..10).map(|_| {
        let (stage, from, (_, session)) = (Arc::clone(&stage), from.clone(), session(&ada));
        async move {
            let browsers = stage.stores.browsers();
            browsers
                .sign_in(
                    &stage.tenant,
                    &entering(&session, &from, &plan(), None, &event()),
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
