//! `UserTokenStore` and `MachineStore`.

use std::sync::Arc;

use futures_util::future::join_all;
use protocol::Secret;
use provider::ports::{AccountChange, Intent, MachineIssue, Spending, Spent, UserToken};
use provider::user::User;

use super::stage::{NOW, Stage, at, changed, digest, event, grant, record, user};

over_both_stores! {
    every_item_ends_when_the_document_says,
    a_users_token_is_found_by_its_key_and_its_name,
    a_token_with_another_key_takes_the_place_of_the_former,
    a_name_or_key_of_another_token_is_not_taken,
    an_account_is_kept_for_thirty_seconds,
    an_account_is_written_only_over_the_version_that_was_read,
    a_name_that_waits_for_the_sweep_is_free,
    a_token_for_an_assertion_is_given_once,
    an_assertion_past_its_time_may_come_again,
    a_token_for_an_assertion_needs_the_user_as_they_were,
}

fn token(name: &str, key: &str, of: &User) -> UserToken {
    UserToken::new(name, Intent::AppPassword, of.subject.id, &Secret::new(key))
}

impl Stage {
    async fn put_token(&self, token: &UserToken, previous: Option<&UserToken>) -> bool {
        let tokens = self.stores.user_tokens();
        tokens
            .put(&self.tenant, token, previous)
            .await
            .expect("writes")
    }

    async fn keyed(&self, key: &str) -> Option<UserToken> {
        let tokens = self.stores.user_tokens();
        let id = Secret::new(key).digest();
        tokens.by_digest(&self.tenant, &id).await.expect("reads")
    }

    async fn token_named(&self, name: &str) -> Option<UserToken> {
        let tokens = self.stores.user_tokens();
        tokens
            .by_identifier(&self.tenant, name)
            .await
            .expect("reads")
    }
}

async fn a_users_token_is_found_by_its_key_and_its_name(stage: &Stage) {
    let ada = stage.user("ada").await;
    let mut token = token("ci", "key", &ada);
    token.expires = Some(at(60));
    token.description = "of the build".to_owned();
    assert!(stage.put_token(&token, None).await);
    assert!(stage.keyed("key").await == Some(token.clone()));
    assert!(stage.token_named("ci").await == Some(token.clone()));
    for nothing in ["", "ci", "KEY"] {
        assert!(stage.keyed(nothing).await.is_none(), "{nothing}");
    }
    for nothing in ["", "key", "CI"] {
        assert!(stage.token_named(nothing).await.is_none(), "{nothing}");
    }
    let long = "n".repeat(10_000);
    let mut other = token;
    (other.identifier, other.id) = (long.clone(), digest());
    assert!(stage.put_token(&other, None).await, "names have any length");
    assert!(stage.token_named(&long).await == Some(other));
}

async fn a_token_with_another_key_takes_the_place_of_the_former(stage: &Stage) {
    let ada = stage.user("ada").await;
    let former = token("ci", "former", &ada);
    assert!(stage.put_token(&former, None).await);
    let renewed = token("ci", "renewed", &ada);
    assert!(stage.put_token(&renewed, Some(&former)).await);
    assert!(
        stage.keyed("former").await.is_none(),
        "its key is no longer good"
    );
    assert!(stage.keyed("renewed").await == Some(renewed.clone()));
    assert!(stage.token_named("ci").await == Some(renewed.clone()));
    let mut longer = renewed.clone();
    longer.expires = Some(at(60));
    assert!(
        stage.put_token(&longer, Some(&renewed)).await,
        "the key may stay"
    );
    assert!(stage.keyed("renewed").await == Some(longer));
}

async fn a_name_or_key_of_another_token_is_not_taken(stage: &Stage) {
    let ada = stage.user("ada").await;
    let first = token("ci", "key", &ada);
    assert!(stage.put_token(&first, None).await);
    assert!(!stage.put_token(&token("ci", "another", &ada), None).await);
    assert!(!stage.put_token(&token("other", "key", &ada), None).await);
    let former = token("ci", "never there", &ada);
    assert!(
        !stage
            .put_token(&token("ci", "another", &ada), Some(&former))
            .await
    );
    assert!(stage.keyed("another").await.is_none() && stage.token_named("other").await.is_none());
    assert!(
        stage.keyed("key").await == Some(first),
        "nothing was written"
    );
}

async fn an_account_is_kept_for_thirty_seconds(stage: &Stage) {
    let machines = stage.stores.machines();
    let seen = |at| machines.by_name(&stage.tenant, "bot", at);
    assert!(seen(NOW).await.unwrap().is_none());
    let bot = stage.user("bot").await;
    assert!(
        seen(NOW).await.unwrap().is_some(),
        "that there is none is not kept"
    );
    let second = changed(&bot);
    assert!(stage.put(&second, Some(&bot)).await);
    stage.proxy.take_calls();
    assert_eq!(seen(at(29)).await.unwrap().unwrap().subject.version, 1);
    assert!(stage.proxy.take_calls().is_empty());
    let fresh = machines
        .reread(&stage.tenant, "bot", at(29))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(fresh.subject.version, 2);
    assert_eq!(seen(at(58)).await.unwrap().unwrap().subject.version, 2);
    let third = changed(&second);
    assert!(stage.put(&third, Some(&second)).await);
    assert_eq!(seen(at(59)).await.unwrap().unwrap().subject.version, 3);
}

async fn an_account_is_written_only_over_the_version_that_was_read(stage: &Stage) {
    let machines = stage.stores.machines();
    let bot = user("bot");
    let put = |account: User, previous: Option<User>| {
        let machines = Arc::clone(&machines);
        async move {
            let change = AccountChange {
                account: &account,
                previous: previous.as_ref(),
                until: None,
            };
            machines.put(&stage.tenant, &change, NOW).await.unwrap()
        }
    };
    assert!(put(bot.clone(), None).await);
    assert!(!put(user("bot"), None).await, "the name is taken");
    let second = changed(&bot);
    assert!(put(second.clone(), Some(bot.clone())).await);
    assert!(!put(changed(&bot), Some(bot)).await, "the version moved on");
    let kept = machines
        .by_name(&stage.tenant, "bot", NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        kept.subject, second.subject,
        "what was written is known at once"
    );
    let mut others = user("other");
    others.subject.username = "BOT".to_owned();
    assert!(!put(others, None).await, "whatever the case");
    assert!(
        machines.next_pk(&stage.tenant).await.unwrap()
            < machines.next_pk(&stage.tenant).await.unwrap()
    );
}

async fn a_name_that_waits_for_the_sweep_is_free(stage: &Stage) {
    let machines = stage.stores.machines();
    let (first, second) = (user("bot"), user("bot"));
    let change = |account, until| AccountChange {
        account,
        previous: None,
        until: Some(until),
    };
    let tenant = &stage.tenant;
    assert_eq!(
        machines.put(tenant, &change(&first, at(60)), NOW).await,
        Ok(true)
    );
    assert_eq!(
        machines
            .put(tenant, &change(&second, at(600)), at(59))
            .await,
        Ok(false)
    );
    assert_eq!(
        machines
            .put(tenant, &change(&second, at(600)), at(60))
            .await,
        Ok(true)
    );
    let found = machines
        .reread(tenant, "bot", at(60))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.subject, second.subject);
}

async fn once(
    stage: &Stage,
    user: &User,
    id: protocol::Digest,
    now: protocol::Timestamp,
) -> Spending {
    let record = record(&grant(user));
    let event = event();
    let issue = MachineIssue {
        record: &record,
        subject: &user.subject,
        assertion: &Spent { id, until: at(60) },
        event: &event,
    };
    let outcome = stage
        .stores
        .machines()
        .issue_once(&stage.tenant, &issue, now)
        .await;
    let outcome = outcome.unwrap();
    assert_eq!(stage.recorded(&record).await, outcome == Spending::Done);
    outcome
}

async fn a_token_for_an_assertion_is_given_once(stage: &Stage) {
    let bot = stage.user("bot").await;
    let (a, b) = (digest(), digest());
    assert_eq!(once(stage, &bot, a, NOW).await, Spending::Done);
    assert_eq!(once(stage, &bot, a, NOW).await, Spending::Replay);
    assert_eq!(once(stage, &bot, a, at(59)).await, Spending::Replay);
    assert_eq!(once(stage, &bot, b, NOW).await, Spending::Done);
    let c = digest();
    let many = join_all((0..10).map(|_| once(stage, &bot, c, NOW))).await;
    assert_eq!(many.iter().filter(|one| **one == Spending::Done).count(), 1);
    assert!(many.iter().all(|one| *one != Spending::UserChanged));
}

async fn an_assertion_past_its_time_may_come_again(stage: &Stage) {
    let bot = stage.user("bot").await;
    let id = digest();
    assert_eq!(once(stage, &bot, id, NOW).await, Spending::Done);
    assert_eq!(once(stage, &bot, id, at(60)).await, Spending::Done);
}

async fn a_token_for_an_assertion_needs_the_user_as_they_were(stage: &Stage) {
    let bot = stage.user("bot").await;
    let id = digest();
    assert_eq!(
        once(stage, &user("ghost"), id, NOW).await,
        Spending::UserChanged
    );
    let second = changed(&bot);
    assert!(stage.put(&second, Some(&bot)).await);
    assert_eq!(once(stage, &bot, id, NOW).await, Spending::UserChanged);
    let mut inactive = changed(&second);
    inactive.active = false;
    assert!(stage.put(&inactive, Some(&second)).await);
    assert_eq!(once(stage, &inactive, id, NOW).await, Spending::UserChanged);
    let mut back = changed(&inactive);
    back.active = true;
    assert!(stage.put(&back, Some(&inactive)).await);
    assert_eq!(
        once(stage, &back, id, NOW).await,
        Spending::Done,
        "and nothing was spent before"
    );
}

/// Keys, as the document has them, and when they may be swept away. Only a test may scan.
async fn every_item_ends_when_the_document_says(stage: &Stage) {
    let bot = user("bot");
    let change = AccountChange {
        account: &bot,
        previous: None,
        until: Some(at(600)),
    };
    let machines = stage.stores.machines();
    assert_eq!(machines.put(&stage.tenant, &change, NOW).await, Ok(true));
    let mut token = token("ci", "key", &bot);
    token.expires = Some(at(30));
    assert!(stage.put_token(&token, None).await);
    assert_eq!(once(stage, &bot, digest(), NOW).await, Spending::Done);
    let dynamodb = stage.aws.dynamodb();
    let scan = dynamodb.scan().table_name(&stage.table).send().await;
    let rows = scan.expect("scans").items.unwrap_or_default();
    let mut ends: Vec<(String, i64)> = rows
        .iter()
        .map(|row| {
            let ttl = row["ttl"].as_n().expect("a number").parse::<i64>();
            let after = ttl.expect("one") - NOW.unix();
            (row["sk"].as_s().expect("text").clone(), after)
        })
        .filter(|(sk, _)| sk.chars().all(|c| c.is_ascii_uppercase()) && sk != "TOKEN")
        .collect();
    ends.sort();
    let want = [
        ("LOGIN", 600),
        ("LOGIN", 600),
        ("SPENT", 60),
        ("USER", 600),
        ("USERTOKEN", 30),
        ("USERTOKENNAME", 30),
    ];
    assert_eq!(ends, want.map(|(sk, after)| (sk.to_owned(), after)));
}
