//! `AuthenticatorStore`: what is kept, and what is spent.

mod lists;
mod races;

use std::sync::Arc;

use protocol::{Digest, UserId};
use provider::authenticator::{Authenticator, Remembered, Verifier};
use provider::flow::proof::Method;
use provider::ports::{Use, Used};
use provider::tenant::Sealed;
use serde_json::json;
use uuid::Uuid;

use super::stage::{NOW, Stage, at, digest, event, random};
use crate::harness::proxy::Failure;

over_both_stores! {
    authenticators_are_read_back_whole_and_in_order_of_their_making,
    another_person_and_another_tenant_see_none_of_them,
    rfc6238_5_2_a_step_is_good_once_and_none_before_it_after_that,
    a_recovery_code_is_good_once_and_no_other_goes_with_it,
    an_assertion_is_good_over_what_was_read_alone,
    what_is_gone_proves_nothing,
    a_proof_of_another_class_proves_nothing,
    a_proof_whose_answer_was_lost_is_spent_once_and_counts,
    a_credential_is_one_persons_until_it_is_removed,
    new_codes_take_the_place_of_old_ones,
    a_hundred_are_the_most,
    a_name_is_changed_and_nothing_else,
    a_browser_is_remembered_for_a_person_and_a_time,
    each_change_is_one_request,
    its_items_are_where_and_as_long_as_the_document_says,
    nothing_is_left_of_somebody_who_is_removed,
}

fn person() -> UserId {
    UserId::from_random(random())
}

fn made(user: UserId, seconds: i64, secret: Verifier) -> Authenticator {
    Authenticator {
        id: Uuid::from_bytes(random()),
        user,
        name: "An authenticator".to_owned(),
        created: at(seconds),
        last_used: None,
        version: 1,
        secret,
    }
}

fn app(user: UserId) -> Authenticator {
    let seed = Sealed(vec![0, 1, 255]);
    made(
        user,
        0,
        Verifier::Totp {
            seed,
            digits: 6,
            last_step: None,
        },
    )
}

fn codes(user: UserId, codes: &[Digest]) -> Authenticator {
    made(
        user,
        1,
        Verifier::Static {
            codes: codes.to_vec(),
        },
    )
}

fn key(user: UserId, credential: &str) -> Authenticator {
    let secret = Verifier::Webauthn {
        credential: credential.to_owned(),
        passkey: json!({ "counter": 1, "": { "deep": [null, 1.5e300] } }),
        aaguid: Some(Uuid::from_bytes(random())),
        discoverable: true,
    };
    made(user, 2, secret)
}

impl Stage {
    async fn add(&self, new: &Authenticator) -> bool {
        self.replace(new, &[]).await
    }

    async fn replace(&self, new: &Authenticator, replaced: &[Authenticator]) -> bool {
        let store = self.stores.authenticators();
        store
            .add(&self.tenant, new, replaced, &event())
            .await
            .expect("writes")
    }

    async fn theirs(&self, user: UserId) -> Vec<Authenticator> {
        let store = self.stores.authenticators();
        store.of_user(&self.tenant, user).await.expect("reads")
    }

    async fn spend(&self, one: &Authenticator, proof: &Use) -> Used {
        let store = self.stores.authenticators();
        store
            .spend(&self.tenant, (one.user, one.id), proof, NOW)
            .await
            .expect("writes")
    }

    async fn name_it(&self, one: &Authenticator, name: &str) -> bool {
        let store = self.stores.authenticators();
        store
            .rename(&self.tenant, one, name, &event())
            .await
            .expect("writes")
    }

    async fn take(&self, one: &Authenticator) -> bool {
        let store = self.stores.authenticators();
        store
            .remove(&self.tenant, one, &event())
            .await
            .expect("writes")
    }

    /// What of it is kept now.
    async fn now_of(&self, one: &Authenticator) -> Authenticator {
        let all = self.theirs(one.user).await;
        all.into_iter()
            .find(|kept| kept.id == one.id)
            .expect("is there")
    }

    async fn event_count(&self) -> usize {
        let page = self
            .stores
            .events()
            .recent(&self.tenant, None, 100, NOW)
            .await;
        page.expect("reads").events.len()
    }
}

fn assertion(version: u64, counter: u64) -> Use {
    Use::Webauthn {
        version,
        passkey: json!({ "counter": counter }),
    }
}

async fn authenticators_are_read_back_whole_and_in_order_of_their_making(stage: &Stage) {
    let ada = person();
    let mut kept = vec![
        app(ada),
        codes(ada, &[digest()]),
        key(ada, "k1"),
        key(ada, "k2"),
    ];
    kept[3].created = at(3);
    kept[3].last_used = Some(at(5));
    kept[0].secret = Verifier::Totp {
        seed: Sealed(vec![7; 200]),
        digits: 8,
        last_step: Some(u64::MAX / 2),
    };
    for one in kept.iter().rev() {
        assert!(stage.add(one).await);
    }
    assert_eq!(stage.theirs(ada).await, kept);
    assert_eq!(stage.event_count().await, 4);
}

async fn another_person_and_another_tenant_see_none_of_them(stage: &Stage) {
    let ada = app(person());
    stage.add(&ada).await;
    assert_eq!(stage.theirs(person()).await, []);
    let store = stage.stores.authenticators();
    let other = protocol::TenantId::parse("b").expect("a name");
    assert_eq!(store.of_user(&other, ada.user).await, Ok(Vec::new()));
    let spent = store
        .spend(&other, (ada.user, ada.id), &Use::Totp { step: 1 }, NOW)
        .await;
    assert_eq!(spent, Ok(Used::No));
}

async fn rfc6238_5_2_a_step_is_good_once_and_none_before_it_after_that(stage: &Stage) {
    let one = app(person());
    stage.add(&one).await;
    for (step, want) in [(7, Used::Yes), (7, Used::No), (6, Used::No), (8, Used::Yes)] {
        assert_eq!(stage.spend(&one, &Use::Totp { step }).await, want, "{step}");
    }
    let now = stage.now_of(&one).await;
    assert_eq!((now.last_used, now.version), (Some(NOW), 3));
    assert!(matches!(
        now.secret,
        Verifier::Totp {
            last_step: Some(8),
            ..
        }
    ));
}

async fn a_recovery_code_is_good_once_and_no_other_goes_with_it(stage: &Stage) {
    let [one, two, three] = [digest(), digest(), digest()];
    let set = codes(person(), &[one, two]);
    stage.add(&set).await;
    for (code, want) in [
        (one, Used::Yes),
        (one, Used::No),
        (three, Used::No),
        (two, Used::Yes),
        (two, Used::No),
    ] {
        assert_eq!(stage.spend(&set, &Use::Static { code }).await, want);
    }
    let now = stage.now_of(&set).await;
    assert_eq!(now.secret, Verifier::Static { codes: Vec::new() });
    assert_eq!(now.last_used, Some(NOW));
}

async fn an_assertion_is_good_over_what_was_read_alone(stage: &Stage) {
    let one = key(person(), "k");
    stage.add(&one).await;
    assert_eq!(stage.spend(&one, &assertion(1, 2)).await, Used::Yes);
    assert_eq!(stage.spend(&one, &assertion(1, 3)).await, Used::No);
    assert_eq!(stage.spend(&one, &assertion(2, 3)).await, Used::Yes);
    let now = stage.now_of(&one).await;
    assert_eq!((now.version, now.last_used), (3, Some(NOW)));
    let Verifier::Webauthn {
        passkey,
        credential,
        discoverable,
        ..
    } = now.secret
    else {
        panic!("another class");
    };
    assert_eq!(
        (passkey, credential.as_str(), discoverable),
        (json!({ "counter": 3 }), "k", true)
    );
}

async fn what_is_gone_proves_nothing(stage: &Stage) {
    let user = person();
    let code = digest();
    let all = [app(user), codes(user, &[code]), key(user, "k")];
    let proofs = [Use::Totp { step: 1 }, Use::Static { code }, assertion(1, 2)];
    for (one, proof) in all.iter().zip(&proofs) {
        assert_eq!(stage.spend(one, proof).await, Used::No, "never made");
        stage.add(one).await;
        assert!(stage.take(one).await);
        assert!(!stage.take(one).await, "gone already");
        assert_eq!(stage.spend(one, proof).await, Used::No, "removed");
    }
    assert_eq!(stage.theirs(user).await, []);
    assert_eq!(
        stage.event_count().await,
        6,
        "one for each that was added, one for each that was removed"
    );
}

async fn a_proof_of_another_class_proves_nothing(stage: &Stage) {
    let user = person();
    let code = digest();
    let all = [app(user), codes(user, &[code]), key(user, "k")];
    let proofs = [Use::Totp { step: 1 }, Use::Static { code }, assertion(1, 2)];
    for (at, one) in all.iter().enumerate() {
        stage.add(one).await;
        for (other, proof) in proofs.iter().enumerate().filter(|(other, _)| *other != at) {
            assert_eq!(stage.spend(one, proof).await, Used::No, "{at} {other}");
        }
        assert_eq!(stage.now_of(one).await, *one);
    }
}

async fn a_proof_whose_answer_was_lost_is_spent_once_and_counts(stage: &Stage) {
    let user = person();
    let code = digest();
    let all = [app(user), codes(user, &[code]), key(user, "k")];
    let proofs = [Use::Totp { step: 1 }, Use::Static { code }, assertion(1, 2)];
    for (one, proof) in all.iter().zip(&proofs) {
        stage.add(one).await;
        stage.proxy.fail("UpdateItem", Failure::Lost, 1);
        assert_eq!(stage.spend(one, proof).await, Used::Yes);
        assert_eq!(stage.spend(one, proof).await, Used::No);
    }
}

async fn a_credential_is_one_persons_until_it_is_removed(stage: &Stage) {
    let (ada, bob) = (person(), person());
    let adas = key(ada, "the same");
    assert!(stage.add(&adas).await);
    for again in [key(ada, "the same"), key(bob, "the same")] {
        assert!(!stage.add(&again).await);
    }
    assert_eq!(
        (stage.theirs(ada).await.len(), stage.theirs(bob).await.len()),
        (1, 0)
    );
    assert_eq!(stage.event_count().await, 1);
    assert!(stage.take(&adas).await);
    assert!(stage.add(&key(bob, "the same")).await);
}

async fn new_codes_take_the_place_of_old_ones(stage: &Stage) {
    let user = person();
    let [old, new, newer] = [digest(), digest(), digest()].map(|code| codes(user, &[code]));
    assert!(stage.add(&old).await);
    assert!(stage.replace(&new, std::slice::from_ref(&old)).await);
    assert_eq!(stage.theirs(user).await, std::slice::from_ref(&new));
    assert!(
        !stage.replace(&newer, &[old]).await,
        "replaced by others meanwhile"
    );
    assert_eq!(stage.theirs(user).await, [new]);
}

async fn a_hundred_are_the_most(stage: &Stage) {
    let user = person();
    let all: Vec<_> = (0..100).map(|n| made(user, n, app(user).secret)).collect();
    for one in &all {
        assert!(stage.add(one).await);
    }
    assert!(!stage.add(&app(user)).await);
    assert!(
        stage.replace(&app(user), &all[..1]).await,
        "one for another"
    );
    assert!(stage.take(&all[1]).await);
    assert!(stage.add(&app(user)).await);
    assert!(!stage.add(&app(user)).await);
    assert_eq!(stage.theirs(user).await.len(), 100);
}

async fn a_name_is_changed_and_nothing_else(stage: &Stage) {
    let one = key(person(), "k");
    assert!(!stage.name_it(&one, "Mine").await, "not there");
    assert_eq!(stage.theirs(one.user).await, [], "and not made by that");
    assert_eq!(stage.event_count().await, 0);
    stage.add(&one).await;
    assert!(stage.name_it(&one, "Mine").await);
    let named = Authenticator {
        name: "Mine".to_owned(),
        ..one.clone()
    };
    assert_eq!(stage.now_of(&one).await, named);
    assert_eq!(stage.event_count().await, 2);
}

async fn a_browser_is_remembered_for_a_person_and_a_time(stage: &Stage) {
    let remembered = Remembered {
        cookie: digest(),
        user: person(),
        generation: 3,
        authenticator: Uuid::from_bytes(random()),
        method: Method::WebauthnVerified,
        at: NOW,
        expires: at(10),
    };
    let store = stage.stores.authenticators();
    store
        .remember(&stage.tenant, &remembered)
        .await
        .expect("writes");
    let (user, cookie) = (remembered.user, remembered.cookie);
    let found = |user, cookie, seconds| {
        let store = Arc::clone(&store);
        async move {
            store
                .remembered(&stage.tenant, user, &cookie, at(seconds))
                .await
                .expect("reads")
        }
    };
    assert_eq!(found(user, cookie, 9).await, Some(remembered));
    assert_eq!(found(user, cookie, 10).await, None);
    assert_eq!(found(person(), cookie, 0).await, None);
    assert_eq!(found(user, digest(), 0).await, None);
}

async fn each_change_is_one_request(stage: &Stage) {
    let calls = || -> Vec<String> {
        stage
            .proxy
            .take_calls()
            .into_iter()
            .map(|call| call.name)
            .collect()
    };
    let one = key(person(), "k");
    calls();
    stage.add(&one).await;
    assert_eq!(calls(), ["TransactWriteItems"]);
    stage.theirs(one.user).await;
    assert_eq!(calls(), ["Query"]);
    stage.spend(&one, &assertion(1, 2)).await;
    assert_eq!(calls(), ["UpdateItem"]);
    assert!(stage.name_it(&one, "Mine").await);
    assert_eq!(calls(), ["TransactWriteItems"]);
    stage.take(&one).await;
    assert_eq!(calls(), ["TransactWriteItems"]);
}

impl Stage {
    /// Where items are, and when they may be swept away.
    async fn places(&self) -> Vec<(String, Option<i64>)> {
        let scan = self.aws.dynamodb().scan().table_name(&self.table);
        let rows = scan.send().await.expect("reads").items.unwrap_or_default();
        let mut places: Vec<_> = rows
            .iter()
            .filter(|row| !row["pk"].as_s().expect("text").contains("EVENTS"))
            .map(|row| {
                assert_eq!(row["v"].as_n().expect("a form"), "1");
                let text = |name: &str| row[name].as_s().expect("text").clone();
                let ttl = row
                    .get("ttl")
                    .map(|ttl| ttl.as_n().expect("a number").parse().expect("whole"));
                (format!("{}/{}", text("pk"), text("sk")), ttl)
            })
            .collect();
        places.sort();
        places
    }
}

async fn its_items_are_where_and_as_long_as_the_document_says(stage: &Stage) {
    let one = key(person(), "k");
    stage.add(&one).await;
    let remembered = Remembered {
        cookie: digest(),
        user: one.user,
        generation: 0,
        authenticator: one.id,
        method: Method::Webauthn,
        at: NOW,
        expires: at(10),
    };
    let store = stage.stores.authenticators();
    store
        .remember(&stage.tenant, &remembered)
        .await
        .expect("writes");
    let user = format!("T#a#USER#{}", one.user);
    let credential = Digest::of(b"k").encode();
    let cookie = remembered.cookie.encode();
    let want = [
        (format!("T#a#CREDENTIAL#{credential}/CREDENTIAL"), None),
        (format!("{user}/AUTHENTICATOR#{}", one.id), None),
        (format!("{user}/AUTHENTICATORS"), None),
        (format!("{user}/REMEMBERED#{cookie}"), Some(at(10).unix())),
    ];
    assert_eq!(stage.places().await, want);
}

async fn nothing_is_left_of_somebody_who_is_removed(stage: &Stage) {
    let user = stage.user("ada").await;
    let id = user.subject.id;
    for one in [app(id), codes(id, &[digest()]), key(id, "k")] {
        assert!(stage.add(&one).await);
    }
    let people = stage.stores.people();
    assert_eq!(
        people.remove(&stage.tenant, &user, &event()).await,
        Ok(true)
    );
    let left = stage.places().await;
    assert!(
        left.iter()
            .all(|(place, _)| !place.contains("AUTHENTICATOR") && !place.contains("CREDENTIAL")),
        "{left:?}"
    );
}
