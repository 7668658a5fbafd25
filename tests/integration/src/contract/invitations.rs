//! `InvitationStore`, and how an invitation is spent (`People::create`).

use futures_util::future::join_all;
use protocol::{TenantId, UserId};
use provider::invitation::{Invitation, InvitedTo};
use provider::ports::{InvitationEdit, NewAccount, Written};
use provider::user::User;
use serde_json::{Map, json};
use uuid::Uuid;

use super::stage::{NOW, Stage, at, event, user};

over_both_stores! {
    an_invitation_is_read_back_whole,
    an_invitation_takes_the_place_of_the_one_before,
    an_invitation_is_removed_once,
    an_invitation_is_changed_as_it_was_read_and_with_its_event,
    invitations_are_listed_in_pages_without_those_that_are_over,
    an_invitation_of_another_tenant_is_not_seen_or_touched,
    an_account_spends_the_invitation_it_is_made_by,
    of_many_accounts_by_one_invitation_one_is_made,
}

fn invitation(number: u128) -> Invitation {
    Invitation {
        id: Uuid::from_u128(number),
        name: format!("invitation {number}"),
        flow: None,
        expires: None,
        single_use: true,
        fixed_data: Map::new(),
        created_by: None,
    }
}

impl Stage {
    async fn invite(&self, invitation: &Invitation) {
        let invitations = self.stores.invitations();
        invitations
            .put(&self.tenant, invitation)
            .await
            .expect("writes");
    }

    async fn invitation(&self, number: u128) -> Option<Invitation> {
        let invitations = self.stores.invitations();
        let id = Uuid::from_u128(number);
        invitations.find(&self.tenant, id).await.expect("reads")
    }

    /// The numbers of those after this one.
    async fn invitations(&self, after: Option<u128>, limit: u32) -> Vec<u128> {
        let invitations = self.stores.invitations();
        let after = after.map(Uuid::from_u128);
        let found = invitations
            .list(&self.tenant, after, limit, NOW)
            .await
            .expect("reads");
        found.iter().map(|it| it.id.as_u128()).collect()
    }

    async fn enroll(&self, user: &User, by: u128) -> Written {
        let event = event();
        let new = NewAccount {
            user,
            invitation: Some(Uuid::from_u128(by)),
            event: &event,
        };
        self.stores
            .people()
            .create(&self.tenant, &new)
            .await
            .expect("writes")
    }
}

async fn an_invitation_is_read_back_whole(stage: &Stage) {
    let whole = Invitation {
        flow: Some(InvitedTo::Flow(Uuid::from_u128(9))),
        expires: Some(at(60)),
        single_use: false,
        fixed_data:
            json!({"email": "anna@example.com", "attributes": {"a": [1, 1.0, null, {}], "": ""}})
                .as_object()
                .expect("a map")
                .clone(),
        ..invitation(1)
    };
    stage.invite(&whole).await;
    assert_eq!(stage.invitation(1).await, Some(whole));
    assert_eq!(stage.invitation(2).await, None);
}

async fn an_invitation_takes_the_place_of_the_one_before(stage: &Stage) {
    stage.invite(&invitation(1)).await;
    let other = Invitation {
        name: "other".to_owned(),
        expires: Some(at(-1)), // whoever reads it compares
        ..invitation(1)
    };
    stage.invite(&other).await;
    assert_eq!(stage.invitation(1).await, Some(other));
}

async fn an_invitation_is_removed_once(stage: &Stage) {
    stage.invite(&invitation(1)).await;
    let (invitations, id) = (stage.stores.invitations(), Uuid::from_u128(1));
    assert_eq!(invitations.remove(&stage.tenant, id).await, Ok(true));
    assert_eq!(invitations.remove(&stage.tenant, id).await, Ok(false));
    assert_eq!(stage.invitation(1).await, None);
}

async fn invitations_are_listed_in_pages_without_those_that_are_over(stage: &Stage) {
    for number in 1..=9 {
        let over = number % 3 == 0 || number == 4;
        let expires = if over { Some(NOW) } else { Some(at(1)) };
        stage
            .invite(&Invitation {
                expires,
                ..invitation(number)
            })
            .await;
    }
    assert_eq!(stage.invitations(None, 2).await, [1, 2]);
    assert_eq!(
        stage.invitations(Some(2), 2).await,
        [5, 7],
        "3, 4 and 6 are over"
    );
    assert_eq!(stage.invitations(Some(7), 2).await, [8]);
    assert_eq!(stage.invitations(Some(8), 2).await, [0; 0]);
    assert_eq!(stage.invitations(None, 100).await, [1, 2, 5, 7, 8]);
}

async fn an_invitation_of_another_tenant_is_not_seen_or_touched(stage: &Stage) {
    stage.invite(&invitation(1)).await;
    let (invitations, b) = (
        stage.stores.invitations(),
        TenantId::parse("b").expect("a name"),
    );
    let id = Uuid::from_u128(1);
    assert_eq!(invitations.find(&b, id).await, Ok(None));
    assert_eq!(invitations.list(&b, None, 10, NOW).await, Ok(Vec::new()));
    assert_eq!(invitations.remove(&b, id).await, Ok(false));
    assert!(stage.invitation(1).await.is_some());
}

async fn an_account_spends_the_invitation_it_is_made_by(stage: &Stage) {
    stage.invite(&invitation(1)).await;
    let anna = user("anna");
    assert_eq!(
        stage.enroll(&anna, 2).await,
        Written::Stale,
        "there is no such invitation"
    );
    assert_eq!(stage.enroll(&anna, 1).await, Written::Yes);
    assert_eq!(stage.invitation(1).await, None);
    let people = stage.stores.people();
    assert!(
        people
            .by_id(&stage.tenant, anna.subject.id)
            .await
            .expect("reads")
            .is_some()
    );
}

async fn of_many_accounts_by_one_invitation_one_is_made(stage: &Stage) {
    stage.invite(&invitation(1)).await;
    let people: Vec<User> = (0..12_u8)
        .map(|number| {
            let mut user = user(&format!("guest{number}"));
            user.subject.id = UserId::from_random([number; 16]);
            user.subject.pk = 100 + u64::from(number);
            user
        })
        .collect();
    let made = join_all(people.iter().map(|user| stage.enroll(user, 1))).await;
    let winners = made
        .iter()
        .filter(|written| **written == Written::Yes)
        .count();
    assert_eq!(winners, 1, "{made:?}");
    assert!(
        made.iter().all(|written| *written != Written::Taken),
        "{made:?}"
    );
    assert_eq!(stage.invitation(1).await, None);
}

/// Nothing is written where it was spent or changed in between.
async fn an_invitation_is_changed_as_it_was_read_and_with_its_event(stage: &Stage) {
    let invitations = stage.stores.invitations();
    let change = async |edit| {
        let changed = invitations.change(&stage.tenant, edit, &event()).await;
        changed.expect("answers")
    };
    let (first, second) = (
        invitation(1),
        Invitation {
            name: "second".to_owned(),
            ..invitation(1)
        },
    );
    let edit = InvitationEdit::Change {
        before: &first,
        after: &second,
    };
    assert!(!change(edit).await, "it is not there");
    assert!(change(InvitationEdit::Add(&first)).await);
    assert!(!change(InvitationEdit::Add(&second)).await, "it is there");
    assert!(change(edit).await);
    assert!(!change(edit).await, "it is another by now");
    assert_eq!(stage.invitation(1).await.as_ref(), Some(&second));
    assert!(change(InvitationEdit::Remove(first.id)).await);
    assert!(!change(InvitationEdit::Remove(first.id)).await);
    let events = stage.stores.events();
    let page = events.recent(&stage.tenant, None, 100, NOW).await;
    assert_eq!(page.expect("reads").events.len(), 3);
}
