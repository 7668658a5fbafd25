//! What consents, codes and tokens have in common: they are listed, shown and ended in the same way.

use std::collections::BTreeMap;
use std::future::Future;

use protocol::{Scopes, Timestamp, UserId};
use provider::config::Provider;
use provider::event::{Action, Event};
use provider::ports::{Book, Entry};
use provider::user::User;
use serde_json::{Value, json};

use super::clients::Clients;
use super::id_token::{Claims, text};
use super::list;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::operation::{Access, Ask, Operation, Reply};
use crate::resources::providers::row;
use crate::resources::standard::Standard;
use crate::resources::users::read;
use crate::rows::Listing;
use crate::shape::Shape;
use crate::wire::maybe;

/// A kind of what people are given.
pub trait Given: Send + Sync + 'static {
    /// How its operations are called, such as `core_user_consent`.
    const ID: &'static str;
    /// Where its list is.
    const PATH: &'static str;
    /// What authentik calls one.
    const MODEL: &'static str;
    /// What Django calls it.
    const DJANGO: &'static str;
    /// Its fields.
    const SHAPE: &'static Shape;
    /// How its list can be asked about.
    const LISTING: Listing;
    /// Where it is listed.
    const BOOK: Book;
    /// What is read of it.
    type Item: Send + Sync;

    /// What these entries lead to, `None` where it is gone.
    fn read<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        entries: &'a [Entry],
    ) -> impl Future<Output = Result<Vec<Option<Self::Item>>, Refusal>> + Send + 'a;

    /// Whether it is of this kind, and still good at `now`.
    fn is_good(item: &Self::Item, owner: &User, now: Timestamp) -> bool;

    /// The number of the provider that it was given to.
    fn provider(item: &Self::Item) -> u64;

    /// When it ends.
    fn expires(item: &Self::Item) -> Option<Timestamp>;

    /// As they are answered; one whose client or owner is gone is left out.
    fn rows<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        within: &'a Within<'a>,
        held: &'a [Held<Self::Item>],
    ) -> impl Future<Output = Result<Vec<Value>, Refusal>> + Send + 'a;

    /// Ends it; `false` where it was gone.
    fn end<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        held: &'a Held<Self::Item>,
        event: &'a Event,
    ) -> impl Future<Output = Result<bool, Refusal>> + Send + 'a;
}

/// One that is there and good.
pub struct Held<I> {
    /// Its place in the list.
    pub entry: Entry,
    /// Whose it is.
    pub owner: User,
    /// What it is.
    pub item: I,
}

/// What the answer's objects are taken from.
pub struct Within<'a> {
    /// All of the configuration.
    pub config: &'a provider::config::Config,
    /// Its clients.
    pub clients: &'a Clients<'a>,
    /// `User` of each owner.
    pub owners: BTreeMap<UserId, Value>,
}

impl Within<'_> {
    /// What codes and tokens have in common: authentik's `ExpiringBaseGrantModel`. `None` where the owner is gone.
    pub fn granted<G: Given>(
        &self,
        ask: &Ask<'_>,
        held: &Held<G::Item>,
        (provider, scopes): (&Provider, &Scopes),
    ) -> Option<Row> {
        let mut row = Row::new();
        let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
        put("pk", held.entry.number().get().into());
        put("provider", row::nested_oauth2(ask, self.config, provider));
        put("user", self.owners.get(&held.owner.subject.id)?.clone());
        put("is_expired", false.into()); // what is over is not there
        put("expires", maybe(G::expires(&held.item)));
        put("scope", json!(scopes));
        Some(row)
    }

    /// A token: authentik's `TokenModel`.
    pub fn token<G: Given>(
        &self,
        ask: &Ask<'_>,
        held: &Held<G::Item>,
        scopes: &Scopes,
        claims: &Claims<'_>,
    ) -> Option<Value> {
        let client = self.clients.get(&held.entry.client_id)?;
        let mut row = self.granted::<G>(ask, held, (client.0, scopes))?;
        let id_token = text(&ask.call.tenant, client, &held.owner.subject, claims);
        row.insert("id_token".to_owned(), id_token.into());
        row.insert("revoked".to_owned(), false.into());
        Some(Value::Object(row))
    }
}

/// The four operations of a kind.
pub fn operations<G: Given>() -> Vec<Operation> {
    let standard = Standard {
        id: G::ID,
        path: G::PATH,
        key: "id",
        shape: G::SHAPE,
        filters: G::LISTING.filters,
        list: |api, ask| Box::pin(list::list::<G>(api, ask)),
        retrieve: |api, ask| Box::pin(retrieve::<G>(api, ask)),
        edits: None,
        destroy: |api, ask| Box::pin(destroy::<G>(api, ask)),
        used_by: |api, ask| {
            Box::pin(async move {
                let config = api.config(ask).await?;
                list::found::<G>(api, ask, &Clients::of(&config)).await?;
                Reply::ok(json!([]))
            })
        },
    };
    let all = standard.operations().into_iter();
    all.map(|it| it.open_to(Access::Caller)).collect()
}

/// As they are answered.
///
/// # Errors
/// Where their owners cannot be read.
pub async fn shown<G: Given>(
    api: &Api,
    ask: &Ask<'_>,
    (config, clients): (&provider::config::Config, &Clients<'_>),
    held: &[Held<G::Item>],
) -> Result<Vec<Value>, Refusal> {
    let mut owners: Vec<User> = held.iter().map(|held| held.owner.clone()).collect();
    owners.sort_unstable_by_key(|owner| owner.subject.id);
    owners.dedup_by_key(|owner| owner.subject.id);
    let objects = read::objects(api, ask, &owners).await?;
    let ids = owners.iter().map(|owner| owner.subject.id);
    let within = Within {
        config,
        clients,
        owners: ids.zip(objects).collect(),
    };
    G::rows(api, ask, &within, held).await
}

async fn retrieve<G: Given>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let clients = Clients::of(&config);
    let held = list::found::<G>(api, ask, &clients).await?;
    let rows = shown::<G>(api, ask, (&config, &clients), &[held]).await?;
    match rows.into_iter().next() {
        Some(row) => Reply::ok(row),
        None => Err(Refusal::NotFound(G::MODEL)),
    }
}

async fn destroy<G: Given>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let held = list::found::<G>(api, ask, &Clients::of(&config)).await?;
    let client = &held.entry.client_id;
    let name = format!("{client} for {}", held.owner.subject.username);
    let pk = held.entry.number().get().to_string();
    let event = api.event(ask, Action::ModelDeleted, G::DJANGO, &pk, &name);
    if G::end(api, ask, &held, &event.for_client(client)).await? {
        return Reply::done();
    }
    Err(Refusal::NotFound(G::MODEL))
}
