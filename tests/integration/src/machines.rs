//! Programs: client credentials and `password` (RFC 6749 §4.4; reference §3.5).

mod account;
mod app_password;
mod policies;
mod race;
mod scopes;

use protocol::{ClientId, Seconds, Secret};
use provider::client::Client;
use provider::event::{Action, Event};
use provider::http::Response;
use provider::http::encode::Told;
use provider::ports::{Intent, UserToken};
use provider::user::User;

use crate::harness::exchange::Exchange;
use crate::harness::{Bench, people, summary};

/// What a program is told that is not let in: one answer for every reason (RFC 6749 §5.2).
pub(crate) const NOT_LET_IN: &str = r#"400 cache-control: no-store {"error":"invalid_grant","error_description":"the assertion or credentials are invalid, expired, used before, or not accepted here"}"#;

/// Both names of the grant (reference §3.2).
pub(crate) const GRANTS: [&str; 2] = ["client_credentials", "password"];

/// A request of this client with its secret in the header.
pub(crate) fn by_secret<'a>(bench: &'a Bench, client: &str) -> Exchange<'a> {
    Exchange::of(bench, client).with("grant_type", "client_credentials")
}

/// A request that only names its client.
pub(crate) fn naming<'a>(bench: &'a Bench, client: &str) -> Exchange<'a> {
    by_secret(bench, client)
        .without_authorization()
        .with("client_id", client)
}

/// Why a request was refused, as the log has it.
pub(crate) fn logged(answer: &Response) -> String {
    let told: Option<&Told> = answer.extensions().get();
    told.map(|Told(fault)| fault.reason()).unwrap_or_default()
}

/// Sends a request that must be refused with [`NOT_LET_IN`]; what the log says of it.
pub(crate) async fn refused(exchange: &Exchange<'_>) -> String {
    let answer = exchange.send().await;
    assert_eq!(summary(&answer), NOT_LET_IN, "{}", logged(&answer));
    logged(&answer)
}

/// Changes a compiled client, and forgets the one in memory.
pub(crate) async fn reconfigure(bench: &Bench, id: &str, change: impl FnOnce(&mut Client)) {
    let tenant = &bench.seeded.tenant.id;
    let mut client = client(bench, id).await;
    change(&mut client);
    crate::harness::configure::write(&bench.backend.stores, tenant, &client).await;
    bench.wait(Seconds(30));
    bench.forget_calls();
}

/// A compiled client.
pub(crate) async fn client(bench: &Bench, id: &str) -> Client {
    let id = ClientId::parse(id).expect("an id");
    let clients = bench.backend.stores.clients();
    let found = clients.by_id(&bench.seeded.tenant.id, &id, bench.now());
    (*found.await.expect("reads").expect("a client")).clone()
}

/// The user name of a client's own account.
pub(crate) async fn account_name(bench: &Bench, id: &str) -> String {
    let provider = client(bench, id).await.provider_name;
    format!("ak-{provider}-client_credentials")
}

/// Gives a user a token with this key.
pub(crate) async fn give(bench: &Bench, user: &User, intent: Intent, key: &str) -> UserToken {
    let identifier = format!("{}-{key}", user.subject.username);
    let mut token = UserToken::new(identifier, intent, user.subject.id, &Secret::new(key));
    token.expires = Some(bench.now() + Seconds::days(1));
    let tokens = bench.backend.stores.user_tokens();
    let written = tokens.put(&bench.seeded.tenant.id, &token, None).await;
    assert_eq!(written, Ok(true));
    token
}

/// The user with this name, if there is one.
pub(crate) async fn found(bench: &Bench, login: &str) -> Option<User> {
    let users = bench.backend.stores.users();
    let found = users.by_login(&bench.seeded.tenant.id, login).await;
    found.expect("reads")
}

/// The events of this kind, newest first.
pub(crate) async fn events(bench: &Bench, action: Action) -> Vec<Event> {
    let tenant = &bench.seeded.tenant.id;
    let events = bench.backend.stores.events();
    let page = events.recent(tenant, None, 100, bench.now()).await;
    let all = page.expect("reads").events;
    all.into_iter()
        .filter(|event| event.action == action)
        .collect()
}

/// A user of the fixture.
pub(crate) async fn ada(bench: &Bench) -> User {
    people::user(bench, "ada").await
}
