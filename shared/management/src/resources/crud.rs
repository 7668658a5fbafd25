//! What all objects of the configuration have in common: they are listed, made, shown, changed and removed in the same
//! way (API reference A; Django REST framework's `ModelViewSet`).

use std::future::Future;

use http::StatusCode;
use provider::config::{Change, Config, Expect, Object, SaveError, Stored};
use provider::event::{Action, Event};
use provider::ports::ObjectKind;
use serde_json::{Map, Value, json};

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::form::{Form, Mode};
use crate::operation::{Ask, Operation, Reply};
use crate::page::Page;
use crate::resources::common::TRIES;
use crate::resources::standard::{Edits, Standard};
use crate::resources::used_by;
use crate::rows::Listing;
use crate::shape::Shape;

/// A kind of object.
pub trait Kind: Send + Sync + 'static {
    /// How its operations are called, such as `providers_oauth2`.
    const ID: &'static str;
    /// Where its list is.
    const PATH: &'static str;
    /// The name of the key in paths.
    const KEY: &'static str;
    /// What authentik calls one.
    const MODEL: &'static str;
    /// Its fields.
    const SHAPE: &'static Shape;
    /// How lists of it can be asked about.
    const LISTING: Listing;
    /// Where it is kept.
    const OF: ObjectKind;

    /// Whether an object of [`Kind::OF`] is one of this kind; stages are of many.
    fn is(_object: &Object) -> bool {
        true
    }

    /// The object with this key.
    fn find<'a>(config: &'a Config, key: &str) -> Option<&'a Stored> {
        let id = uuid::Uuid::parse_str(key).ok()?.to_string();
        config.get(Self::OF, &id)
    }

    /// Its own fields, as they are answered; what is taken from elsewhere may be left to [`Kind::complete`]. Only what is
    /// in it can be searched, filtered and put in order.
    fn row(config: &Config, object: &Object) -> Row;

    /// Rows as they are answered: with the objects that they name, and the secrets that are opened for it.
    fn complete<'a>(
        _api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        rows: Vec<Row>,
    ) -> impl Future<Output = Result<Vec<Row>, Refusal>> + Send + 'a {
        async { Ok(rows) }
    }
}

/// A kind of object that is made and changed as what it is.
pub trait Editable: Kind {
    /// The object as it is to be stored: a new one, or `before` changed. What is wrong is noted in the form; what only
    /// the rules of the configuration know is found on saving.
    fn write<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> impl Future<Output = Result<Object, Refusal>> + Send + 'a;
}

/// The seven operations of a kind.
pub fn operations<K: Editable>() -> Vec<Operation> {
    Standard {
        edits: Some(Edits {
            create: |api, ask| Box::pin(create::<K>(api, ask)),
            update: |api, ask| Box::pin(update::<K>(api, ask, Mode::Replace)),
            partial_update: |api, ask| Box::pin(update::<K>(api, ask, Mode::Change)),
        }),
        ..standard::<K>()
    }
    .operations()
}

/// The operations of what is made and changed elsewhere.
pub fn operations_without_edits<K: Kind>() -> Vec<Operation> {
    standard::<K>().operations()
}

fn standard<K: Kind>() -> Standard {
    Standard {
        id: K::ID,
        path: K::PATH,
        key: K::KEY,
        shape: K::SHAPE,
        filters: K::LISTING.filters,
        list: |api, ask| Box::pin(list::<K>(api, ask)),
        retrieve: |api, ask| Box::pin(retrieve::<K>(api, ask)),
        edits: None,
        destroy: |api, ask| Box::pin(destroy::<K>(api, ask)),
        used_by: |api, ask| Box::pin(users::<K>(api, ask)),
    }
}

/// A page of them.
///
/// # Errors
/// Where the query is malformed, or behind the last page.
pub async fn list<K: Kind>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let config = api.config(ask).await?;
    let objects = config.of_kind(K::OF).filter(|object| K::is(object));
    let rows = objects.map(|object| K::row(&config, object)).collect();
    let (pagination, rows) = page.cut(K::LISTING.select(rows, ask)?)?;
    let results = K::complete(api, ask, &config, rows).await?;
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// Makes one.
///
/// # Errors
/// By field; nothing was made then.
pub async fn create<K: Editable>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(K::SHAPE, Mode::Create)?;
    form.errors.clone().check()?;
    let config = api.config(ask).await?;
    let object = K::write(api, ask, &config, &mut form, None).await?;
    form.errors.check()?;
    let event = api.event_of(ask, Action::ModelCreated, &object);
    let change = Change::Put {
        object: Box::new(object.clone()),
        expect: Expect::New,
    };
    let saved = save(api, ask, change, event).await;
    let config = saved.map_err(|error| Refusal::of_save(error, K::OF, &object.id()))?;
    shown::<K>(api, ask, &config, &object.id(), StatusCode::CREATED).await
}

/// Shows one.
///
/// # Errors
/// Where it is not there.
pub async fn retrieve<K: Kind>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let id = found::<K>(&config, &ask.key)?.object.id();
    shown::<K>(api, ask, &config, &id, StatusCode::OK).await
}

/// Changes one. Where somebody else changes it at the same time, this change is made of what they left.
///
/// # Errors
/// By field; nothing was changed then.
pub async fn update<K: Editable>(api: &Api, ask: &Ask<'_>, mode: Mode) -> Result<Reply, Refusal> {
    let given = ask.form(K::SHAPE, mode)?;
    given.errors.clone().check()?;
    for _ in 0..TRIES {
        let config = api.config(ask).await?;
        let before = found::<K>(&config, &ask.key)?;
        let mut form = given.clone();
        let object = K::write(api, ask, &config, &mut form, Some(&before.object)).await?;
        form.errors.check()?;
        let id = object.id();
        let event = api.event_of(ask, Action::ModelUpdated, &object);
        let change = Change::Put {
            object: Box::new(object),
            expect: Expect::Version(before.version),
        };
        match save(api, ask, change, event).await {
            Ok(config) => return shown::<K>(api, ask, &config, &id, StatusCode::OK).await,
            Err(SaveError::Conflict(_)) => {}
            Err(error) => return Err(Refusal::of_save(error, K::OF, &id)),
        }
    }
    Err(Refusal::Conflict)
}

/// Removes one, and what hangs on it.
///
/// # Errors
/// Where it is not there, or something cannot be without it.
pub async fn destroy<K: Kind>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let object = &found::<K>(&config, &ask.key)?.object;
    let event = api.event_of(ask, Action::ModelDeleted, object);
    let change = Change::Remove {
        kind: K::OF,
        id: object.id(),
        expect: Expect::Any,
    };
    let saved = save(api, ask, change, event).await;
    saved.map_err(|error| Refusal::of_save(error, K::OF, &object.id()))?;
    Reply::done()
}

/// What uses one.
///
/// # Errors
/// Where it is not there.
pub async fn users<K: Kind>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let object = &found::<K>(&config, &ask.key)?.object;
    Reply::ok(used_by::list(&config, object))
}

/// The object with this key.
///
/// # Errors
/// Where there is none of this kind.
pub fn found<'a, K: Kind>(config: &'a Config, key: &str) -> Result<&'a Stored, Refusal> {
    let stored = K::find(config, key).filter(|stored| K::is(&stored.object));
    stored.ok_or(Refusal::NotFound(K::MODEL))
}

/// One as it is answered.
///
/// # Errors
/// Where a secret cannot be opened.
pub async fn one<K: Kind>(
    api: &Api,
    ask: &Ask<'_>,
    config: &Config,
    object: &Object,
) -> Result<Value, Refusal> {
    let rows = vec![K::row(config, object)];
    let mut rows = K::complete(api, ask, config, rows).await?;
    Ok(Value::Object(rows.pop().unwrap_or_else(Map::new)))
}

async fn shown<K: Kind>(
    api: &Api,
    ask: &Ask<'_>,
    config: &Config,
    id: &str,
    status: StatusCode,
) -> Result<Reply, Refusal> {
    let stored = config.get(K::OF, id).ok_or(Refusal::NotFound(K::MODEL))?;
    let value = one::<K>(api, ask, config, &stored.object).await?;
    Ok(Reply::Json(status, value))
}

async fn save(api: &Api, ask: &Ask<'_>, change: Change, event: Event) -> Result<Config, SaveError> {
    let tenant = &ask.call.tenant;
    let config = &api.parts.config;
    config.save(tenant, &[change], &[event], ask.call.now).await
}
