//! `Ledger`: what people were given is listed by everybody, person and number, and ended once.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use protocol::{Digest, TenantId, UserId};
use provider::grant::{Grant, State, TokenRecord};
use provider::ports::{
    Book, Entry, Named, Number, Redemption, Renewal, Rotation, SessionEntry, SessionsOf, Whose,
};
use provider::session::{Consent, Session};
use provider::user::User;
use uuid::Uuid;

use super::stage::{
    NOW, REFRESH, Stage, at, client_id, consent, digest, entering, event, grant, onward, opening,
    record, redeemed, scopes, session, session_id,
};

over_both_stores! {
    what_was_given_is_listed_to_its_person_by_its_number_and_to_everybody,
    codes_are_listed_until_their_end_and_refresh_tokens_where_one_comes,
    a_grant_that_was_rotated_or_revoked_stands_where_it_stood,
    consents_are_listed_while_they_last_and_once,
    sessions_are_listed_by_name_and_person,
    what_is_read_is_in_order_and_none_where_there_is_none,
    a_grant_is_ended_once_with_its_event,
    a_token_is_ended_once_with_its_event,
    what_another_tenant_gave_is_not_listed,
    a_list_is_as_long_as_it_is,
}

const BOOKS: [Book; 4] = [
    Book::Consents,
    Book::Codes,
    Book::RefreshTokens,
    Book::AccessTokens,
];

impl Stage {
    async fn entries(&self, book: Book, whose: Whose, seconds: i64) -> Vec<Entry> {
        let ledger = self.stores.ledger();
        let entries = ledger.entries(&self.tenant, book, whose, at(seconds));
        let mut entries = entries.await.expect("reads");
        entries.sort_by_key(Entry::number);
        entries
    }

    async fn session_entries(&self, of: SessionsOf, seconds: i64) -> Vec<SessionEntry> {
        let ledger = self.stores.ledger();
        let entries = ledger.session_entries(&self.tenant, of, at(seconds));
        let mut entries = entries.await.expect("reads");
        entries.sort_by_key(|entry| entry.id);
        entries
    }

    /// A grant of this user for this client, opened, and redeemed with a token.
    async fn given(&self, user: &User, client: &str, scope: &str) -> (Grant, TokenRecord) {
        let mut grant = grant(user);
        (grant.client_id, grant.scopes) = (client_id(client), scopes(scope));
        let grants = self.stores.grants();
        let event = event();
        let opening = opening(&grant, &event);
        grants.open(&self.tenant, &opening).await.expect("opens");
        grant.state = State::Live {
            refresh: (!grant.ends_with_session()).then_some(REFRESH),
        };
        let record = record(&grant);
        let done = grants.redeem(&self.tenant, &grant, &record, NOW).await;
        assert_eq!(done, Ok(Redemption::First));
        (grant, record)
    }

    async fn agree(&self, kept: &Consent) {
        let plan = self.begun().await;
        let browsers = self.stores.browsers();
        let saved = browsers.save_consent(&self.tenant, &plan, Some(kept), NOW);
        assert_eq!(saved.await, Ok(provider::ports::Saved::Yes));
    }

    async fn events_of_changes(&self) -> usize {
        let items = self.items().await;
        items.keys().filter(|key| key.contains("#EVENTS")).count()
    }
}

fn entry(grant: &Grant, named: Named, until: Option<i64>) -> Entry {
    Entry {
        user: grant.subject.id,
        client_id: grant.client_id.clone(),
        named,
        until: until.map(at),
    }
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(Entry::number);
    entries
}

async fn what_was_given_is_listed_to_its_person_by_its_number_and_to_everybody(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let mut given = Vec::new();
    // A client's id may have any character, the keys' own separator, too.
    for (user, client) in [(&ada, "c"), (&ada, "c#1#-#"), (&bob, "c")] {
        let (grant, token) = stage.given(user, client, "openid offline_access").await;
        let kept = Consent {
            client_id: client_id(client),
            ..consent(user, "c")
        };
        stage.agree(&kept).await;
        given.push([
            entry(&grant, Named::Consent, Some(50)),
            entry(&grant, Named::Grant(grant.id), Some(60)),
            entry(&grant, Named::Grant(grant.id), None),
            entry(&grant, Named::Token(token.id), Some(300)),
        ]);
    }
    for (index, book) in BOOKS.into_iter().enumerate() {
        let all: Vec<Entry> = given.iter().map(|each| each[index].clone()).collect();
        assert_eq!(
            stage.entries(book, Whose::Everybodys, 0).await,
            sorted(all.clone()),
            "{book:?}"
        );
        for user in [&ada, &bob] {
            let id = user.subject.id;
            let mut theirs = all.clone();
            theirs.retain(|entry| entry.user == id);
            let listed = stage.entries(book, Whose::Of(id), 0).await;
            assert_eq!(listed, sorted(theirs), "{book:?}");
        }
        for entry in all {
            let whose = Whose::Numbered(entry.number());
            assert!(
                stage.entries(book, whose, 0).await.contains(&entry),
                "{book:?}"
            );
        }
        let nobody = UserId::from_random([9; 16]);
        assert!(stage.entries(book, Whose::Of(nobody), 0).await.is_empty());
    }
}

async fn codes_are_listed_until_their_end_and_refresh_tokens_where_one_comes(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (short, token) = stage.given(&ada, "c", "openid").await;
    let (lasting, other) = stage.given(&ada, "c", "openid offline_access").await;
    let count = async |book, seconds| stage.entries(book, Whose::Everybodys, seconds).await.len();
    assert_eq!(count(Book::Codes, 59).await, 2);
    assert_eq!(count(Book::Codes, 60).await, 0, "at the very second");
    let refreshing = stage
        .entries(Book::RefreshTokens, Whose::Everybodys, 9_000)
        .await;
    let want = entry(&lasting, Named::Grant(lasting.id), None);
    assert_eq!(refreshing, [want], "until when, only the grant says");
    assert_eq!(count(Book::AccessTokens, 299).await, 2);
    assert_eq!(count(Book::AccessTokens, 300).await, 0);
    assert_ne!(short.id, lasting.id);
    assert_ne!(token.id, other.id);
}

async fn a_grant_that_was_rotated_or_revoked_stands_where_it_stood(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (grant, _) = stage.given(&ada, "c", "openid offline_access").await;
    let before = stage
        .entries(Book::RefreshTokens, Whose::Everybodys, 0)
        .await;
    let token = record(&grant);
    let renewal = Renewal {
        grant: &grant,
        record: &token,
        refresh_expires: at(2_000),
    };
    let grants = stage.stores.grants();
    let rotated = grants.rotate(&stage.tenant, &renewal, NOW).await;
    assert_eq!(rotated, Ok(Rotation::Done));
    let ended = grants
        .revoke(&stage.tenant, grant.id, &grant.client_id)
        .await;
    assert_eq!(ended, Ok(true));
    let after = stage
        .entries(Book::RefreshTokens, Whose::Everybodys, 0)
        .await;
    assert_eq!(before, after, "who reads it finds that it is over");
    let tokens = stage
        .entries(Book::AccessTokens, Whose::Everybodys, 0)
        .await;
    assert_eq!(tokens.len(), 2);
}

async fn consents_are_listed_while_they_last_and_once(stage: &Stage) {
    let ada = stage.user("ada").await;
    let mut kept = consent(&ada, "c");
    let lasting = Consent {
        expires: None,
        ..consent(&ada, "d")
    };
    for kept in [&kept, &lasting] {
        stage.agree(kept).await;
    }
    for whose in [Whose::Everybodys, Whose::Of(ada.subject.id)] {
        assert_eq!(stage.entries(Book::Consents, whose, 49).await.len(), 2);
        let left = stage.entries(Book::Consents, whose, 50).await;
        let [left] = &left[..] else {
            panic!("one: {left:?}")
        };
        assert_eq!((left.client_id.as_str(), left.until), ("d", None));
    }
    let number = stage.entries(Book::Consents, Whose::Everybodys, 0).await;
    (kept.expires, kept.scopes) = (None, scopes("openid email"));
    stage.agree(&kept).await;
    for whose in [Whose::Everybodys, Whose::Of(ada.subject.id)] {
        let again = stage.entries(Book::Consents, whose, 50).await;
        let numbers: Vec<Number> = again.iter().map(Entry::number).collect();
        let before: Vec<Number> = number.iter().map(Entry::number).collect();
        assert_eq!(numbers, before, "given again it has its number");
    }
}

async fn sessions_are_listed_by_name_and_person(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let mut made: Vec<Session> = Vec::new();
    for (user, ends) in [(&ada, 100), (&ada, 50), (&bob, 100)] {
        let (_, mut session) = session(user);
        session.expires = at(ends);
        stage.enter(&session).await;
        made.push(session);
    }
    let of = |sessions: &[&Session]| {
        let entries = sessions.iter().map(|it| SessionEntry {
            id: it.id,
            user: it.user,
        });
        let mut entries: Vec<SessionEntry> = entries.collect();
        entries.sort_by_key(|entry| entry.id);
        entries
    };
    let [first, short, other] = &made[..] else {
        panic!("three")
    };
    let everybody = SessionsOf::Everybody;
    let adas = SessionsOf::User(ada.subject.id);
    assert_eq!(
        stage.session_entries(everybody, 49).await,
        of(&[first, short, other])
    );
    assert_eq!(
        stage.session_entries(everybody, 50).await,
        of(&[first, other])
    );
    assert_eq!(stage.session_entries(adas, 49).await, of(&[first, short]));
    assert_eq!(stage.session_entries(adas, 50).await, of(&[first]));
    let named = SessionsOf::Named(other.id);
    assert_eq!(stage.session_entries(named, 0).await, of(&[other]));
    assert_eq!(stage.session_entries(named, 100).await, []);
    let nobodys = SessionsOf::Named(session_id());
    assert_eq!(stage.session_entries(nobodys, 0).await, []);

    // It goes on for longer, under another cookie.
    let (mut again, from, onward) = (short.clone(), stage.begun().await, onward());
    again.expires = at(200);
    let event = event();
    let entry = provider::ports::SignIn {
        goes_on: true,
        ..entering(&again, &from, &onward, None, &event)
    };
    let browsers = stage.stores.browsers();
    let saved = browsers.sign_in(&stage.tenant, &entry, NOW).await;
    assert_eq!(saved, Ok(provider::ports::Saved::Yes));
    assert_eq!(stage.session_entries(everybody, 150).await, of(&[&again]));
    let people = stage.stores.people();
    let ended = people.end_session(&stage.tenant, &again, &event);
    assert_eq!(ended.await, Ok(true));
    assert_eq!(
        stage.session_entries(everybody, 49).await,
        of(&[first, other])
    );
}

async fn what_is_read_is_in_order_and_none_where_there_is_none(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (grant, token) = stage.given(&ada, "c", "openid").await;
    let kept = consent(&ada, "c");
    stage.agree(&kept).await;
    let (_, session) = session(&ada);
    stage.enter(&session).await;
    let (ledger, a, id) = (stage.stores.ledger(), &stage.tenant, ada.subject.id);

    let of = [(id, client_id("x")), (id, client_id("c"))];
    assert_eq!(ledger.consents(a, &of).await, Ok(vec![None, Some(kept)]));
    let none = protocol::GrantId::from_random([9; 16]);
    let grants = ledger.grants(a, &[none, grant.id]).await.unwrap();
    let ids: Vec<_> = grants
        .iter()
        .map(|it| it.as_ref().map(|it| it.id))
        .collect();
    assert_eq!(ids, [None, Some(grant.id)]);
    let tokens = ledger.tokens(a, &[token.id, digest()]).await.unwrap();
    let ids: Vec<_> = tokens
        .iter()
        .map(|it| it.as_ref().map(|it| it.id))
        .collect();
    assert_eq!(ids, [Some(token.id), None]);
    let entry = |session| SessionEntry {
        id: session,
        user: id,
    };
    let of = [entry(session_id()), entry(session.id)];
    assert_eq!(ledger.sessions(a, &of).await, Ok(vec![None, Some(session)]));
    assert_eq!(ledger.grants(a, &[]).await.unwrap().len(), 0);
}

async fn a_grant_is_ended_once_with_its_event(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (grant, _) = stage.given(&ada, "c", "openid offline_access").await;
    let (ledger, a) = (stage.stores.ledger(), &stage.tenant);
    let before = stage.events_of_changes().await;
    assert_eq!(ledger.end_grant(a, grant.id, &event()).await, Ok(true));
    assert_eq!(stage.found(grant.id).await.state, State::Revoked);
    assert_eq!(stage.events_of_changes().await, before + 1);
    assert_eq!(ledger.end_grant(a, grant.id, &event()).await, Ok(false));
    let none = protocol::GrantId::from_random([9; 16]);
    assert_eq!(ledger.end_grant(a, none, &event()).await, Ok(false));
    assert_eq!(stage.events_of_changes().await, before + 1);
    let mut other = self::grant(&ada);
    other.state = State::Pending;
    let (grants, event) = (stage.stores.grants(), event());
    grants.open(a, &opening(&other, &event)).await.unwrap();
    assert_eq!(ledger.end_grant(a, other.id, &event).await, Ok(true));
    let other = redeemed(other);
    let late = grants.redeem(a, &other, &record(&other), NOW).await;
    assert_eq!(late, Ok(Redemption::Revoked), "the code is not good");
}

async fn a_token_is_ended_once_with_its_event(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (grant, token) = stage.given(&ada, "c", "openid").await;
    let (ledger, a) = (stage.stores.ledger(), &stage.tenant);
    let before = stage.events_of_changes().await;
    assert_eq!(ledger.end_token(a, &token.id, &event()).await, Ok(true));
    assert!(!stage.recorded(&token).await);
    assert_eq!(ledger.end_token(a, &token.id, &event()).await, Ok(false));
    assert_eq!(stage.events_of_changes().await, before + 1);
    assert_ne!(stage.found(grant.id).await.state, State::Revoked);
    let left = stage
        .entries(Book::AccessTokens, Whose::Everybodys, 0)
        .await;
    assert_eq!(left, []);
}

async fn what_another_tenant_gave_is_not_listed(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (grant, token) = stage.given(&ada, "c", "openid offline_access").await;
    stage.agree(&consent(&ada, "c")).await;
    let (_, session) = session(&ada);
    stage.enter(&session).await;
    let (ledger, b) = (stage.stores.ledger(), TenantId::parse("b").unwrap());
    for book in BOOKS {
        let entries = stage.entries(book, Whose::Everybodys, 0).await;
        let number = entries[0].number();
        for whose in [
            Whose::Everybodys,
            Whose::Of(ada.subject.id),
            Whose::Numbered(number),
        ] {
            assert_eq!(ledger.entries(&b, book, whose, NOW).await, Ok(Vec::new()));
        }
    }
    for of in [
        SessionsOf::Everybody,
        SessionsOf::User(ada.subject.id),
        SessionsOf::Named(session.id),
    ] {
        assert_eq!(ledger.session_entries(&b, of, NOW).await, Ok(Vec::new()));
    }
    assert_eq!(ledger.end_grant(&b, grant.id, &event()).await, Ok(false));
    assert_eq!(ledger.end_token(&b, &token.id, &event()).await, Ok(false));
    assert!(stage.recorded(&token).await);
}

/// More than one request of the batches takes, and of several people.
async fn a_list_is_as_long_as_it_is(stage: &Stage) {
    let ada = stage.user("ada").await;
    let mut ids: Vec<Digest> = Vec::new();
    for _ in 0..130 {
        let mut token = record(&grant(&ada));
        (token.grant, token.user) = (None, UserId::from_random(super::stage::random()));
        let (tokens, event) = (stage.stores.tokens(), event());
        let issued = tokens.issue(&stage.tenant, &token, &ada.subject, &event);
        issued.await.unwrap();
        ids.push(token.id);
    }
    let listed = stage
        .entries(Book::AccessTokens, Whose::Everybodys, 0)
        .await;
    assert_eq!(listed.len(), 130);
    let ledger = stage.stores.ledger();
    let read = ledger.tokens(&stage.tenant, &ids).await.unwrap();
    let read: Vec<Digest> = read.into_iter().flatten().map(|it| it.id).collect();
    assert_eq!(read, ids);
}

/// On the laptop. DynamoDB Local makes an index in the background, for as long as it likes where it has much else to do.
#[tokio::test]
async fn a_table_of_an_earlier_release_gets_the_index() {
    let stage = Stage::embedded().await;
    let (dynamodb, table) = (
        stage.aws.dynamodb(),
        format!("t{}", Uuid::new_v4().simple()),
    );
    let attribute = |name| {
        let it = AttributeDefinition::builder().attribute_name(name);
        it.attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let key = |name, kind| {
        let it = KeySchemaElement::builder().attribute_name(name);
        it.key_type(kind).build().unwrap()
    };
    let made = dynamodb
        .create_table()
        .table_name(&table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("sk"))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .send();
    made.await.unwrap();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let kept = dynamodb.put_item().table_name(&table);
    let kept = kept.item("pk", text("HOST#x")).item("sk", text("TENANT"));
    kept.send().await.unwrap();
    for _ in 0..2 {
        aws::create_table(&dynamodb, &table).await.unwrap();
    }
    let told = dynamodb.describe_table().table_name(&table).send().await;
    let told = told.unwrap().table.unwrap();
    let [index] = told.global_secondary_indexes() else {
        panic!("one index")
    };
    assert_eq!(index.index_name(), Some("LISTED"));

    let stores = aws::Stores::new(dynamodb.clone(), &table);
    let ada = stage.user("ada").await;
    let written = stores.registry().put_user(&stage.tenant, &ada, None).await;
    assert_eq!(written, Ok(true));
    let token = record(&grant(&ada));
    let (tokens, event) = (stores.tokens(), event());
    let issued = tokens.issue(&stage.tenant, &token, &ada.subject, &event);
    issued.await.unwrap();
    let ledger = stores.ledger();
    let (book, whose) = (Book::AccessTokens, Whose::Everybodys);
    let entries = ledger.entries(&stage.tenant, book, whose, NOW).await;
    assert_eq!(entries.unwrap().len(), 1);
    let kept = dynamodb.get_item().table_name(&table);
    let kept = kept.key("pk", text("HOST#x")).key("sk", text("TENANT"));
    assert!(kept.send().await.unwrap().item.is_some());
}
