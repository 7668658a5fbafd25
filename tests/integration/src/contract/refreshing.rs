//! `GrantStore::rotate` and `GrantStore::repeat`.

use protocol::Timestamp;
use provider::grant::{Grant, Refresh, State};
use provider::ports::{Renewal, Rotation};

use super::belongings::membership;
use super::stage::{REFRESH, Stage, at, changed, record};

over_both_stores! {
    a_rotation_counts_on_and_records_the_token,
    another_generation_moves_nothing,
    a_repeat_leaves_the_generation_and_records_the_token,
    a_repeat_of_another_generation_moves_nothing,
    at_the_very_second_a_refresh_token_is_over,
    a_grant_that_is_not_live_moves_nothing,
    a_user_who_changed_is_told_and_nothing_is_rotated,
}

impl Stage {
    /// Rotates, and checks that the token is on record iff it was handed out.
    async fn rotate(&self, grant: &Grant, now: Timestamp) -> Rotation {
        let token = record(grant);
        let renewal = Renewal {
            grant,
            record: &token,
            refresh_expires: at(2_000),
        };
        let outcome = self
            .stores
            .grants()
            .rotate(&self.tenant, &renewal, now)
            .await
            .unwrap();
        assert_eq!(
            self.recorded(&token).await,
            outcome == Rotation::Done,
            "{outcome:?}"
        );
        outcome
    }

    async fn repeat(&self, grant: &Grant, now: Timestamp) -> Rotation {
        let token = record(grant);
        let renewal = Renewal {
            grant,
            record: &token,
            refresh_expires: at(9_999),
        };
        let outcome = self
            .stores
            .grants()
            .repeat(&self.tenant, &renewal, now)
            .await
            .unwrap();
        assert_eq!(
            self.recorded(&token).await,
            outcome == Rotation::Done,
            "{outcome:?}"
        );
        outcome
    }

    async fn both(&self, grant: &Grant, now: Timestamp) -> [Rotation; 2] {
        [self.rotate(grant, now).await, self.repeat(grant, now).await]
    }
}

fn in_force(grant: &Grant) -> Refresh {
    match grant.state {
        State::Live {
            refresh: Some(refresh),
        } => refresh,
        other => panic!("{other:?}"),
    }
}

async fn a_rotation_counts_on_and_records_the_token(stage: &Stage) {
    let grant = stage.live().await;
    assert_eq!(stage.rotate(&grant, at(10)).await, Rotation::Done);
    let found = stage.found(grant.id).await;
    let want = Refresh {
        generation: 1,
        rotated_at: at(10),
        refresh_expires: at(2_000),
    };
    assert_eq!(in_force(&found), want);
    assert_eq!(stage.rotate(&found, at(1_999)).await, Rotation::Done);
    assert_eq!(in_force(&stage.found(grant.id).await).generation, 2);
}

async fn another_generation_moves_nothing(stage: &Stage) {
    let grant = stage.live().await;
    assert_eq!(stage.rotate(&grant, at(10)).await, Rotation::Done);
    let before = stage.found(grant.id).await;
    assert_eq!(stage.rotate(&grant, at(10)).await, Rotation::Moved);
    assert_eq!(
        format!("{:?}", stage.found(grant.id).await),
        format!("{before:?}")
    );
}

async fn a_repeat_leaves_the_generation_and_records_the_token(stage: &Stage) {
    let grant = stage.live().await;
    assert_eq!(stage.rotate(&grant, at(10)).await, Rotation::Done);
    let rotated = stage.found(grant.id).await;
    for _ in 0..2 {
        assert_eq!(stage.repeat(&rotated, at(20)).await, Rotation::Done);
    }
    assert_eq!(stage.found(grant.id).await.state, rotated.state);
}

async fn a_repeat_of_another_generation_moves_nothing(stage: &Stage) {
    let grant = stage.live().await;
    assert_eq!(stage.rotate(&grant, at(10)).await, Rotation::Done);
    assert_eq!(stage.repeat(&grant, at(20)).await, Rotation::Moved);
}

async fn at_the_very_second_a_refresh_token_is_over(stage: &Stage) {
    let grant = stage.live().await;
    assert_eq!(REFRESH.refresh_expires, at(1_000));
    assert_eq!(stage.both(&grant, at(1_000)).await, [Rotation::Moved; 2]);
    assert_eq!(stage.repeat(&grant, at(999)).await, Rotation::Done);
    assert_eq!(stage.rotate(&grant, at(999)).await, Rotation::Done);
}

async fn a_grant_that_is_not_live_moves_nothing(stage: &Stage) {
    let pending = stage.granted().await;
    assert_eq!(stage.both(&pending, at(1)).await, [Rotation::Moved; 2]);
    let claimed = super::stage::redeemed(pending.clone());
    assert_eq!(
        stage.both(&claimed, at(1)).await,
        [Rotation::Moved; 2],
        "only claimed to be live"
    );
    assert_eq!(stage.found(pending.id).await.state, State::Pending);

    stage
        .stores
        .grants()
        .revoke(&stage.tenant, pending.id, &pending.client_id)
        .await
        .unwrap();
    assert_eq!(
        stage.both(&claimed, at(1)).await,
        [Rotation::Moved; 2],
        "revoked"
    );
    assert_eq!(stage.found(pending.id).await.state, State::Revoked);

    let mut gone = claimed;
    gone.id = protocol::GrantId::from_random([9; 16]);
    assert_eq!(stage.both(&gone, at(1)).await, [Rotation::Moved; 2], "gone");
    assert!(
        stage
            .stores
            .grants()
            .find(&stage.tenant, gone.id)
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_user_who_changed_is_told_and_nothing_is_rotated(stage: &Stage) {
    let grant = stage.live().await;
    let user = stage
        .stores
        .subjects()
        .by_id(&stage.tenant, grant.subject.id)
        .await
        .unwrap();
    let user = user.unwrap();
    let mut renamed = changed(&user);
    let editors = stage.group("editors").await;
    renamed.subject.groups.push(membership(&editors));
    assert!(stage.put(&renamed, Some(&user)).await);
    assert_eq!(stage.both(&grant, at(1)).await, [Rotation::UserChanged; 2]);
    assert_eq!(stage.found(grant.id).await.state, grant.state);

    let mut renewed = grant.clone();
    renewed.subject = renamed.subject.clone();
    assert_eq!(stage.repeat(&renewed, at(1)).await, Rotation::Done);
    assert!(
        stage.found(grant.id).await.subject == renamed.subject,
        "the copy is renewed"
    );
    assert_eq!(stage.rotate(&renewed, at(1)).await, Rotation::Done);

    let mut inactive = changed(&renamed);
    inactive.active = false;
    assert!(stage.put(&inactive, Some(&renamed)).await);
    let mut current = stage.found(grant.id).await;
    current.subject = inactive.subject;
    assert_eq!(
        stage.both(&current, at(1)).await,
        [Rotation::UserChanged; 2],
        "inactive"
    );
}
