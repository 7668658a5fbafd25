//! `UserTokenStore::write` and `list`: tokens as administrators handle them.

use protocol::Secret;
use provider::ports::{Intent, TokenWritten, UserToken};
use provider::user::User;

use super::stage::{Stage, at, event};

over_both_stores! {
    tokens_of_all_people_are_listed,
    a_token_is_given_another_name_owner_and_key,
    a_token_is_changed_only_as_it_was_read,
    names_and_keys_of_others_are_not_taken,
    with_its_owner_a_token_leaves_the_list,
}

impl Stage {
    async fn write_token(&self, token: &UserToken, previous: Option<&UserToken>) -> TokenWritten {
        let tokens = self.stores.user_tokens();
        let written = tokens.write(&self.tenant, token, previous, &event()).await;
        written.expect("answers")
    }

    async fn all_tokens(&self) -> Vec<UserToken> {
        let tokens = self.stores.user_tokens().list(&self.tenant).await;
        let mut tokens = tokens.expect("reads");
        tokens.sort_by(|one, other| one.identifier.cmp(&other.identifier));
        tokens
    }

    /// How many events were recorded.
    pub(super) async fn events_left(&self) -> usize {
        let items = self.items().await;
        items.keys().filter(|key| key.contains("#EVENTS/")).count()
    }
}

fn token(name: &str, key: &str, of: &User) -> UserToken {
    let mut token = UserToken::new(name, Intent::Api, of.subject.id, &Secret::new(key));
    token.version = 1;
    token
}

fn next(token: &UserToken) -> UserToken {
    UserToken {
        version: token.version + 1,
        ..token.clone()
    }
}

async fn tokens_of_all_people_are_listed(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let mut sealed = token("one", "1", &ada);
    sealed.sealed = Some(provider::tenant::Sealed(vec![1]));
    sealed.expires = Some(at(60));
    assert_eq!(stage.write_token(&sealed, None).await, TokenWritten::Yes);
    let other = token("two", "2", &bob);
    let tokens = stage.stores.user_tokens();
    assert_eq!(tokens.put(&stage.tenant, &other, None).await, Ok(true));
    let unsealed = UserToken {
        sealed: None,
        ..sealed.clone()
    };
    assert_eq!(stage.all_tokens().await, [unsealed, other.clone()]);
    let found = tokens.by_identifier(&stage.tenant, "one").await;
    assert_eq!(
        found.expect("reads"),
        Some(sealed),
        "there it is with its key"
    );
    let people = stage.stores.people();
    let removed = people.remove_token(&stage.tenant, &other, &event()).await;
    assert_eq!(removed, Ok(true));
    assert_eq!(stage.all_tokens().await.len(), 1);
}

async fn a_token_is_given_another_name_owner_and_key(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let before = token("one", "1", &ada);
    assert_eq!(stage.write_token(&before, None).await, TokenWritten::Yes);
    let mut renamed = next(&before);
    renamed.identifier = "two".to_owned();
    assert_eq!(
        stage.write_token(&renamed, Some(&before)).await,
        TokenWritten::Yes
    );
    let mut moved = next(&renamed);
    moved.identifier = "three".to_owned();
    moved.user = bob.subject.id;
    moved.id = Secret::new("another").digest();
    assert_eq!(
        stage.write_token(&moved, Some(&renamed)).await,
        TokenWritten::Yes
    );
    assert_eq!(stage.all_tokens().await, [moved.clone()]);
    let tokens = stage.stores.user_tokens();
    for gone in ["one", "two"] {
        let found = tokens.by_identifier(&stage.tenant, gone).await;
        assert_eq!(found.expect("reads"), None, "{gone}");
    }
    let found = tokens.by_digest(&stage.tenant, &before.id).await;
    assert_eq!(found.expect("reads"), None, "the key is no longer good");
    let people = stage.stores.people();
    let hers = people.tokens(&stage.tenant, ada.subject.id).await;
    assert_eq!(hers.expect("reads"), []);
    let his = people.tokens(&stage.tenant, bob.subject.id).await;
    assert_eq!(his.expect("reads"), [moved]);
    let left = stage.items().await.into_keys();
    let left = left.filter(|key| key.contains("USERTOKEN"));
    assert_eq!(left.count(), 4, "the token, its name and two lists");
}

async fn a_token_is_changed_only_as_it_was_read(stage: &Stage) {
    let ada = stage.user("ada").await;
    let before = token("one", "1", &ada);
    assert_eq!(stage.write_token(&before, None).await, TokenWritten::Yes);
    let now = next(&before);
    assert_eq!(
        stage.write_token(&now, Some(&before)).await,
        TokenWritten::Yes
    );
    let mut late = next(&before);
    late.description = "late".to_owned();
    assert_eq!(
        stage.write_token(&late, Some(&before)).await,
        TokenWritten::Stale
    );
    late.id = Secret::new("another").digest();
    assert_eq!(
        stage.write_token(&late, Some(&before)).await,
        TokenWritten::Stale
    );
    late.identifier = "two".to_owned();
    assert_eq!(
        stage.write_token(&late, Some(&before)).await,
        TokenWritten::Stale
    );
    assert_eq!(stage.all_tokens().await, [now]);
    assert_eq!(stage.events_left().await, 2);
}

async fn names_and_keys_of_others_are_not_taken(stage: &Stage) {
    let ada = stage.user("ada").await;
    let (one, two) = (token("one", "1", &ada), token("two", "2", &ada));
    for token in [&one, &two] {
        assert_eq!(stage.write_token(token, None).await, TokenWritten::Yes);
    }
    let before = stage.items().await;
    assert_eq!(
        stage.write_token(&token("one", "3", &ada), None).await,
        TokenWritten::Taken
    );
    assert_eq!(
        stage.write_token(&token("three", "1", &ada), None).await,
        TokenWritten::KeyTaken
    );
    let mut renamed = next(&two);
    renamed.identifier = "one".to_owned();
    assert_eq!(
        stage.write_token(&renamed, Some(&two)).await,
        TokenWritten::Taken
    );
    let mut rekeyed = next(&two);
    rekeyed.id = one.id;
    assert_eq!(
        stage.write_token(&rekeyed, Some(&two)).await,
        TokenWritten::KeyTaken
    );
    assert_eq!(stage.items().await, before, "nothing was written");
}

async fn with_its_owner_a_token_leaves_the_list(stage: &Stage) {
    let ada = stage.user("ada").await;
    assert_eq!(
        stage.write_token(&token("one", "1", &ada), None).await,
        TokenWritten::Yes
    );
    let people = stage.stores.people();
    assert_eq!(people.remove(&stage.tenant, &ada, &event()).await, Ok(true));
    assert_eq!(stage.all_tokens().await, []);
}
