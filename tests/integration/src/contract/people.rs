//! `People`: accounts. What belongs to them: `belongings`.

use protocol::{Seconds, Timestamp};
use provider::invitation::Invitation;
use provider::ports::{AccountChange, ChangedAccount, NewAccount, Written};
use provider::session::Session;
use provider::user::User;
use uuid::Uuid;

use super::stage::{NOW, Stage, at, changed, client_id, consent, event, random, session, user};

over_both_stores! {
    a_new_account_is_found_by_id_name_and_number,
    an_account_whose_name_is_somebody_elses_is_not_made,
    an_invitation_is_good_for_the_one_account_that_spends_it,
    a_number_is_given_to_one_account_only,
    an_account_is_changed_over_what_was_read_and_its_names_with_it,
    whoever_makes_somebody_inactive_takes_everything_back_for_good,
    a_change_that_ends_all_sessions_keeps_one,
    a_session_that_is_gone_keeps_nothing,
    an_account_that_is_removed_leaves_nothing_behind,
    an_account_is_removed_only_as_it_was_read,
    access_that_is_taken_back_is_noted_and_its_consent_gone,
    each_change_of_an_account_is_one_request,
}

impl Stage {
    pub(super) async fn created(&self, user: &User, invitation: Option<Uuid>) -> Written {
        let event = event();
        let new = NewAccount {
            user,
            invitation,
            event: &event,
        };
        let people = self.stores.people();
        people.create(&self.tenant, &new).await.expect("answers")
    }

    pub(super) async fn change(
        &self,
        user: &User,
        previous: &User,
        keeping: Option<&Session>,
    ) -> Written {
        let event = event();
        let change = ChangedAccount {
            user,
            previous,
            keeping,
            event: &event,
        };
        let people = self.stores.people();
        people.change(&self.tenant, &change).await.expect("answers")
    }

    /// The user as stored.
    pub(super) async fn stored(&self, of: &User) -> Option<User> {
        let people = self.stores.people();
        let found = people.by_id(&self.tenant, of.subject.id).await;
        found.expect("reads")
    }

    async fn numbered(&self, pk: u64) -> Option<User> {
        let people = self.stores.people();
        people.by_pk(&self.tenant, pk).await.expect("reads")
    }

    async fn named(&self, login: &str) -> Option<User> {
        let users = self.stores.users();
        users.by_login(&self.tenant, login).await.expect("reads")
    }

    async fn events(&self) -> usize {
        let events = self.stores.events();
        let page = events.recent(&self.tenant, None, 100, NOW).await;
        page.expect("reads").events.len()
    }

    /// An invitation that is good once.
    async fn invited(&self) -> Uuid {
        let invitation = Invitation {
            id: Uuid::from_bytes(random()),
            name: "for you".to_owned(),
            flow: None,
            expires: Some(at(100)),
            single_use: true,
            fixed_data: serde_json::Map::new(),
            created_by: None,
        };
        let invitations = self.stores.invitations();
        let put = invitations.put(&self.tenant, &invitation).await;
        put.expect("writes");
        invitation.id
    }

    async fn is_open(&self, invitation: Uuid) -> bool {
        let invitations = self.stores.invitations();
        let found = invitations.find(&self.tenant, invitation).await;
        found.expect("reads").is_some()
    }
}

async fn a_new_account_is_found_by_id_name_and_number(stage: &Stage) {
    let ada = user("Ada");
    assert_eq!(stage.created(&ada, None).await, Written::Yes);
    for found in [
        stage.stored(&ada).await,
        stage.numbered(ada.subject.pk).await,
        stage.named("aDA@example.com").await,
    ] {
        let found = found.expect("is there");
        assert_eq!(found.subject, ada.subject);
        assert_eq!(found.profile, ada.profile);
    }
    assert_eq!(stage.events().await, 1);
    assert!(stage.numbered(0).await.is_none());
    assert!(stage.stored(&user("ghost")).await.is_none());
}

async fn an_account_whose_name_is_somebody_elses_is_not_made(stage: &Stage) {
    let ada = stage.user("ada").await;
    let invitation = stage.invited().await;
    let mut same_name = user("bob");
    same_name.subject.username = "ADA".to_owned();
    let mut same_address = user("bob");
    same_address.subject.email = "Ada@Example.com".to_owned();
    for bob in [same_name, same_address] {
        let made = stage.created(&bob, Some(invitation)).await;
        assert_eq!(made, Written::Taken);
        assert!(stage.stored(&bob).await.is_none());
        assert!(stage.numbered(bob.subject.pk).await.is_none());
    }
    assert!(stage.is_open(invitation).await);
    assert_eq!(stage.events().await, 0);
    assert_eq!(
        stage.created(&ada, None).await,
        Written::Stale,
        "it is there"
    );
}

async fn an_invitation_is_good_for_the_one_account_that_spends_it(stage: &Stage) {
    let invitation = stage.invited().await;
    let made = stage.created(&user("ada"), Some(invitation)).await;
    assert_eq!(made, Written::Yes);
    assert!(!stage.is_open(invitation).await);
    let bob = user("bob");
    assert_eq!(stage.created(&bob, Some(invitation)).await, Written::Stale);
    assert!(stage.stored(&bob).await.is_none());
    let ada = user("ada");
    let both = stage.created(&ada, Some(invitation)).await;
    assert_eq!(
        both,
        Written::Stale,
        "nobody learns which names there are by it"
    );
}

async fn a_number_is_given_to_one_account_only(stage: &Stage) {
    let ada = stage.user("ada").await;
    let mut bob = user("bob");
    bob.subject.pk = ada.subject.pk;
    assert_eq!(stage.created(&bob, None).await, Written::Stale);
    let found = stage.numbered(ada.subject.pk).await.expect("is there");
    assert_eq!(found.subject.id, ada.subject.id);
}

async fn an_account_is_changed_over_what_was_read_and_its_names_with_it(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let mut renamed = changed(&ada);
    renamed.subject.username = "countess".to_owned();
    renamed.profile.attributes.insert("a".to_owned(), 1.into());
    renamed.password = None;
    assert_eq!(stage.change(&renamed, &ada, None).await, Written::Yes);
    assert_eq!(stage.change(&renamed, &ada, None).await, Written::Stale);
    assert!(stage.named("ada").await.is_none());
    let found = stage.named("Countess").await.expect("is there");
    assert_eq!(found.subject, renamed.subject);
    assert_eq!(found.profile, renamed.profile);
    assert_eq!(found.password, None);
    let mut taken = changed(&renamed);
    taken.subject.email = bob.subject.email.to_uppercase();
    assert_eq!(stage.change(&taken, &renamed, None).await, Written::Taken);
    assert_eq!(stage.events().await, 1);
    let ghost = user("ghost");
    let missing = stage.change(&changed(&ghost), &ghost, None).await;
    assert_eq!(missing, Written::Stale);
}

async fn whoever_makes_somebody_inactive_takes_everything_back_for_good(stage: &Stage) {
    let machines = stage.stores.machines();
    for way in 0..3 {
        let before = stage.user(&format!("user{way}")).await;
        let mut inactive = changed(&before);
        inactive.active = false;
        match way {
            0 => assert!(stage.put(&inactive, Some(&before)).await),
            1 => assert_eq!(stage.change(&inactive, &before, None).await, Written::Yes),
            _ => {
                let change = AccountChange {
                    account: &inactive,
                    previous: Some(&before),
                    until: None,
                };
                let put = machines.put(&stage.tenant, &change, NOW).await;
                assert_eq!(put, Ok(true));
                let name = &inactive.subject.username;
                let kept = machines.by_name(&stage.tenant, name, NOW).await;
                let kept = kept.expect("reads").expect("is there");
                assert_eq!(kept.subject.generation, 1, "and it is known so");
            }
        }
        let inactive = stage.stored(&before).await.expect("is there");
        assert_eq!(inactive.subject.generation, 1);
        let mut again = changed(&inactive);
        (again.active, again.subject.generation) = (true, 0);
        assert!(stage.put(&again, Some(&inactive)).await);
        let again = stage.stored(&before).await.expect("is there");
        assert!(again.active);
        assert_eq!(again.subject.generation, 1, "nothing comes back");
    }
}

async fn a_change_that_ends_all_sessions_keeps_one(stage: &Stage) {
    let ada = stage.user("ada").await;
    let ((mine, kept), (other, ended)) = (session(&ada), session(&ada));
    stage.enter(&kept).await;
    stage.enter(&ended).await;
    let mut secured = changed(&ada);
    secured.subject.generation += 1;
    let kept = stage.change(&secured, &ada, Some(&kept)).await;
    assert_eq!(kept, Written::Yes);
    assert!(stage.signed_in(&mine).await && !stage.signed_in(&other).await);
}

async fn a_session_that_is_gone_keeps_nothing(stage: &Stage) {
    let ada = stage.user("ada").await;
    let mut secured = changed(&ada);
    secured.subject.generation += 1;
    let (_, gone) = session(&ada);
    let kept = stage.change(&secured, &ada, Some(&gone)).await;
    assert_eq!(kept, Written::Stale);
    assert_eq!(
        stage.stored(&ada).await.expect("is there").subject,
        ada.subject
    );
}

async fn an_account_that_is_removed_leaves_nothing_behind(stage: &Stage) {
    let ada = stage.full("ada").await;
    let people = stage.stores.people();
    let removed = people.remove(&stage.tenant, &ada, &event()).await;
    assert_eq!(removed, Ok(true));
    let left = stage.items().await.into_keys();
    let left: Vec<String> = left
        .filter(|key| {
            !["#EVENTS/", "#GROUP", "#PLAN#"]
                .iter()
                .any(|it| key.contains(it))
        })
        .collect();
    assert_eq!(left, [""; 0], "but group, plans and events");
    let members = stage
        .items()
        .await
        .into_keys()
        .filter(|key| key.contains("/MEMBER#"));
    assert_eq!(members.count(), 0);
    assert!(stage.user("ada").await.active, "the names are free");
}

async fn an_account_is_removed_only_as_it_was_read(stage: &Stage) {
    let ada = stage.user("ada").await;
    assert!(stage.put(&changed(&ada), Some(&ada)).await);
    let people = stage.stores.people();
    for gone in [&ada, &user("ghost")] {
        let removed = people.remove(&stage.tenant, gone, &event()).await;
        assert_eq!(removed, Ok(false));
    }
    assert!(stage.named("ada").await.is_some());
    assert_eq!(stage.events().await, 0);
}

async fn access_that_is_taken_back_is_noted_and_its_consent_gone(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (people, tenant, browsers) = (
        stage.stores.people(),
        &stage.tenant,
        stage.stores.browsers(),
    );
    for client in ["c", "d"] {
        let kept = consent(&ada, client);
        let plan = stage.begun().await;
        browsers
            .save_consent(tenant, &plan, Some(&kept), NOW)
            .await
            .unwrap();
    }
    let c = client_id("c");
    let withdraw = |user: User, now: Timestamp| {
        let (people, c) = (stage.stores.people(), c.clone());
        async move { people.withdraw(tenant, &user, &c, &event(), now).await }
    };
    assert_eq!(withdraw(ada.clone(), NOW).await, Ok(true));
    assert_eq!(
        withdraw(ada.clone(), NOW).await,
        Ok(false),
        "it has changed"
    );
    let after = stage.stored(&ada).await.unwrap();
    assert_eq!(after.subject.version, 2);
    assert_eq!(after.withdrawn.get(&c), Some(&NOW));
    let left = people.consents(tenant, ada.subject.id, NOW).await.unwrap();
    assert_eq!(left, [consent(&ada, "d")]);
    assert_eq!(withdraw(after, NOW + Seconds(5)).await, Ok(true));
    let after = stage.stored(&ada).await.unwrap();
    assert_eq!(after.withdrawn.get(&c), Some(&at(5)));
    assert_eq!(stage.events().await, 2);
}

async fn each_change_of_an_account_is_one_request(stage: &Stage) {
    let ada = user("ada");
    let invitation = stage.invited().await;
    stage.proxy.take_calls();
    assert_eq!(stage.created(&ada, Some(invitation)).await, Written::Yes);
    assert_eq!(stage.change(&changed(&ada), &ada, None).await, Written::Yes);
    let calls = stage.proxy.take_calls().into_iter().map(|call| call.name);
    assert_eq!(calls.collect::<Vec<_>>(), ["TransactWriteItems"; 2]);
}
