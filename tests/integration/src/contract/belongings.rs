//! `People`: lists of people and of what belongs to them, and who is in a group.

use protocol::Secret;
use provider::group::{Group, GroupId};
use provider::ports::{Intent, UserToken, Written};
use provider::session::{Consent, Session};
use provider::user::{Membership, User};
use uuid::Uuid;

use super::stage::{NOW, Stage, at, changed, consent, event, random, session, user};

over_both_stores! {
    people_are_listed_in_order_of_their_numbers,
    people_are_listed_by_folder,
    sessions_are_listed_newest_first_while_they_are_good,
    a_session_is_ended_once,
    consents_are_listed_in_order_while_they_last,
    tokens_are_listed_to_their_owner,
    a_token_is_removed_by_its_owner_only,
    a_group_that_is_joined_must_be_there_under_its_name,
    a_user_is_in_a_group_once,
}

impl Stage {
    /// A group with nobody in it.
    pub(super) async fn group(&self, name: &str) -> Group {
        let group = Group {
            id: GroupId(Uuid::from_bytes(random())),
            name: name.to_owned(),
            is_superuser: false,
            parent: None,
            attributes: serde_json::Map::new(),
            version: 1,
        };
        let groups = self.stores.groups();
        assert_eq!(groups.put(&self.tenant, &group, None).await, Ok(true));
        group
    }

    /// A user with a session, consents, a group, an app password and a wrong device code.
    pub(super) async fn full(&self, name: &str) -> User {
        let ada = self.user(name).await;
        let mut ada_in = changed(&ada);
        let group = self.group("staff").await;
        ada_in.subject.groups.push(membership(&group));
        assert!(self.put(&ada_in, Some(&ada)).await);
        self.enter(&session(&ada).1).await;
        let (stores, tenant) = (&self.stores, &self.tenant);
        for client in ["c", "d"] {
            let plan = self.begun().await;
            let kept = consent(&ada, client);
            let browsers = stores.browsers();
            let saved = browsers.save_consent(tenant, &plan, Some(&kept), NOW);
            saved.await.expect("writes");
        }
        let token = token("ci", "key", &ada);
        let tokens = stores.user_tokens();
        assert_eq!(tokens.put(tenant, &token, None).await, Ok(true));
        stores
            .devices()
            .guess(tenant, ada.subject.id, NOW)
            .await
            .expect("writes");
        ada_in
    }

    async fn tokens_of(&self, user: &User) -> Vec<String> {
        let people = self.stores.people();
        let tokens = people.tokens(&self.tenant, user.subject.id).await;
        let tokens = tokens.expect("reads").into_iter();
        tokens.map(|token| token.identifier).collect()
    }
}

fn token(name: &str, key: &str, of: &User) -> UserToken {
    UserToken::new(name, Intent::AppPassword, of.subject.id, &Secret::new(key))
}

pub(super) fn membership(group: &Group) -> Membership {
    Membership {
        id: group.id,
        name: group.name.clone(),
    }
}

async fn sessions_are_listed_newest_first_while_they_are_good(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    stage.enter(&session(&bob).1).await;
    let mut ids = Vec::new();
    for (began, ends) in [(-30, 100), (-10, 50), (-20, 100)] {
        let (_, mut session) = session(&ada);
        (session.auth_time, session.expires) = (at(began), at(ends));
        stage.enter(&session).await;
        ids.push(session.id);
    }
    let people = stage.stores.people();
    let listed = |user: User, seconds| {
        let people = stage.stores.people();
        async move {
            let sessions = people.sessions(&stage.tenant, &user, at(seconds)).await;
            let sessions = sessions.expect("reads").into_iter();
            sessions.map(|session| session.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(listed(ada.clone(), 49).await, [ids[1], ids[2], ids[0]]);
    assert_eq!(listed(ada.clone(), 50).await, [ids[2], ids[0]]);
    let mut over = changed(&ada);
    over.subject.generation += 1;
    assert!(stage.put(&over, Some(&ada)).await);
    assert!(listed(over, 0).await.is_empty());
    let theirs = people.sessions(&stage.tenant, &bob, NOW).await;
    assert_eq!(theirs.expect("reads").len(), 1);
}

async fn a_session_is_ended_once(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (token, session) = session(&ada);
    stage.enter(&session).await;
    let people = stage.stores.people();
    let another = crate::contract::stage::session(&ada).1;
    let end = |session: Session| {
        let people = stage.stores.people();
        async move { people.end_session(&stage.tenant, &session, &event()).await }
    };
    assert_eq!(end(another).await, Ok(false), "another");
    assert_eq!(end(session.clone()).await, Ok(true));
    assert_eq!(end(session.clone()).await, Ok(false));
    assert!(!stage.signed_in(&token).await);
    let left = people.sessions(&stage.tenant, &ada, NOW).await;
    assert!(left.expect("reads").is_empty());
}

async fn consents_are_listed_in_order_while_they_last(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (browsers, people) = (stage.stores.browsers(), stage.stores.people());
    let lasting = Consent {
        expires: None,
        ..consent(&ada, "b")
    };
    for kept in [consent(&ada, "c"), lasting.clone(), consent(&ada, "a")] {
        let plan = stage.begun().await;
        let saved = browsers.save_consent(&stage.tenant, &plan, Some(&kept), NOW);
        saved.await.unwrap();
    }
    let listed = people.consents(&stage.tenant, ada.subject.id, at(49)).await;
    let want = [consent(&ada, "a"), lasting.clone(), consent(&ada, "c")];
    assert_eq!(listed.unwrap(), want);
    let listed = people.consents(&stage.tenant, ada.subject.id, at(50)).await;
    assert_eq!(listed.unwrap(), [lasting]);
}

async fn tokens_are_listed_to_their_owner(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let tokens = stage.stores.user_tokens();
    let put = |token: UserToken, previous: Option<UserToken>| {
        let tokens = stage.stores.user_tokens();
        async move {
            let put = tokens.put(&stage.tenant, &token, previous.as_ref()).await;
            assert_eq!(put, Ok(true));
        }
    };
    for name in ["two", "one"] {
        put(token(name, name, &ada), None).await;
    }
    assert_eq!(stage.tokens_of(&ada).await, ["one", "two"]);
    assert!(stage.tokens_of(&bob).await.is_empty());
    put(
        token("one", "another key", &ada),
        Some(token("one", "one", &ada)),
    )
    .await;
    assert_eq!(stage.tokens_of(&ada).await, ["one", "two"]);
    put(token("two", "two", &bob), Some(token("two", "two", &ada))).await;
    assert_eq!(stage.tokens_of(&ada).await, ["one"]);
    assert_eq!(stage.tokens_of(&bob).await, ["two"]);
    let found = tokens.by_identifier(&stage.tenant, "two").await;
    assert_eq!(found.unwrap().unwrap().user, bob.subject.id);
}

async fn a_token_is_removed_by_its_owner_only(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let (tokens, people) = (stage.stores.user_tokens(), stage.stores.people());
    let mine = token("ci", "key", &ada);
    assert_eq!(tokens.put(&stage.tenant, &mine, None).await, Ok(true));
    let mut theirs = mine.clone();
    theirs.user = bob.subject.id;
    for (token, want) in [(&theirs, false), (&mine, true), (&mine, false)] {
        let removed = people.remove_token(&stage.tenant, token, &event()).await;
        assert_eq!(removed, Ok(want));
    }
    assert!(stage.tokens_of(&ada).await.is_empty());
    let found = tokens.by_digest(&stage.tenant, &mine.id).await;
    assert_eq!(found, Ok(None));
    let found = tokens.by_identifier(&stage.tenant, "ci").await;
    assert_eq!(found, Ok(None));
    assert_eq!(tokens.put(&stage.tenant, &theirs, None).await, Ok(true));
}

async fn a_group_that_is_joined_must_be_there_under_its_name(stage: &Stage) {
    let staff = stage.group("staff").await;
    let mut misnamed = membership(&staff);
    misnamed.name = "stuff".to_owned();
    let mut unknown = membership(&staff);
    unknown.id = GroupId(Uuid::nil());
    for wrong in [misnamed, unknown] {
        let mut ada = user("ada");
        ada.subject.groups.push(wrong);
        assert_eq!(stage.created(&ada, None).await, Written::Stale);
        assert!(stage.stored(&ada).await.is_none());
    }
    let mut ada = user("ada");
    ada.subject.groups.push(membership(&staff));
    assert_eq!(stage.created(&ada, None).await, Written::Yes);
}

async fn a_user_is_in_a_group_once(stage: &Stage) {
    let staff = stage.group("staff").await;
    let mut ada = user("ada");
    ada.subject.groups = vec![membership(&staff), membership(&staff)];
    assert_eq!(stage.created(&ada, None).await, Written::Yes);
    let found = stage.stored(&ada).await.expect("is there");
    assert_eq!(found.subject.groups, [membership(&staff)]);
}

async fn people_are_listed_in_order_of_their_numbers(stage: &Stage) {
    let mut all = Vec::new();
    for (name, pk) in [("c", 30), ("a", 4), ("d", 1_000), ("b", 5)] {
        let mut user = user(name);
        user.subject.pk = pk;
        assert_eq!(stage.created(&user, None).await, Written::Yes);
        all.push((pk, user));
    }
    let people = stage.stores.people();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = people.list(&stage.tenant, after, 3).await.expect("reads");
        assert!(page.users.len() <= 3);
        seen.extend(page.users.iter().map(|user| user.subject.pk));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [4, 5, 30, 1_000]);
    let (_, gone) = &all[0];
    assert_eq!(people.remove(&stage.tenant, gone, &event()).await, Ok(true));
    let page = people.list(&stage.tenant, Some(5), 9).await.expect("reads");
    let left: Vec<u64> = page.users.iter().map(|user| user.subject.pk).collect();
    assert_eq!(left, [1_000]);
}

async fn people_are_listed_by_folder(stage: &Stage) {
    let long = "p".repeat(2_000);
    let paths = [
        "users",
        "users/staff",
        "usersuntil",
        "guests",
        "users/staff/a",
        "",
        &long,
    ];
    for (at, path) in paths.into_iter().enumerate() {
        let mut user = user(&at.to_string());
        user.profile.path = path.to_owned();
        assert_eq!(stage.created(&user, None).await, Written::Yes);
    }
    let people = stage.stores.people();
    let in_folder = |path: String| {
        let people = stage.stores.people();
        async move {
            let page = people.in_folder(&stage.tenant, &path, None, 100).await;
            let users = page.expect("reads").users;
            let mut paths: Vec<String> = users.into_iter().map(|it| it.profile.path).collect();
            paths.sort();
            paths
        }
    };
    let want = ["users", "users/staff", "users/staff/a"];
    assert_eq!(in_folder("users".to_owned()).await, want);
    assert_eq!(in_folder("users/staff".to_owned()).await, want[1..]);
    assert_eq!(in_folder("user".to_owned()).await, [""; 0]);
    assert_eq!(in_folder(long.clone()).await, [long.as_str()]);
    assert_eq!(
        in_folder("p".repeat(1_999)).await,
        [""; 0],
        "by the whole path"
    );
    assert_eq!(
        in_folder(String::new()).await.len(),
        paths.len(),
        "everybody"
    );
    let first = people
        .in_folder(&stage.tenant, "users", None, 2)
        .await
        .unwrap();
    assert_eq!(first.users.len(), 2);
    let next = first.next.expect("there is more");
    let rest = people
        .in_folder(&stage.tenant, "users", Some(&next), 2)
        .await
        .unwrap();
    assert_eq!(rest.users.len(), 1);
    let mut moved = changed(&rest.users[0]);
    moved.profile.path = "guests/new".to_owned();
    assert!(stage.put(&moved, Some(&rest.users[0])).await);
    assert_eq!(in_folder("users/staff".to_owned()).await.len(), 1);
    assert_eq!(in_folder("guests".to_owned()).await.len(), 2);
}
