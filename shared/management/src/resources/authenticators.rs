//! Authenticators of people: one's own, and for superusers everybody's.
//!
//! Reading order: [`shape`], [`find`], [`list`], [`write`]. There are three classes; authentik's others (Duo, SMS,
//! endpoints) do not exist here.

pub mod find;
pub mod list;
pub mod shape;
pub mod types;
pub mod write;

use http::{Method, StatusCode};
use provider::flow::stage::DeviceClass;
use serde_json::{Value, json};

use crate::filter::{Filter, Form};
use crate::form::Mode;
use crate::operation::{Access, Answer, Body, Operation, Reply};
use crate::resources::used_by;
use crate::shape::Shape;
use shape::{DEVICE, LISTING, STATIC, TOTP, WEBAUTHN, row, words};

/// A class of authenticators.
pub trait Class: Send + Sync + 'static {
    /// Which.
    const OF: DeviceClass;
    /// Its fields.
    const SHAPE: &'static Shape;
    /// authentik's class.
    const MODEL: &'static str = words(Self::OF).0;
}

/// Authenticator apps.
pub struct Totp;
/// Recovery codes.
pub struct Static;
/// Passkeys and security keys.
pub struct Webauthn;

impl Class for Totp {
    const OF: DeviceClass = DeviceClass::Totp;
    const SHAPE: &'static Shape = &TOTP;
}

impl Class for Static {
    const OF: DeviceClass = DeviceClass::Static;
    const SHAPE: &'static Shape = &STATIC;
}

impl Class for Webauthn {
    const OF: DeviceClass = DeviceClass::Webauthn;
    const SHAPE: &'static Shape = &WEBAUTHN;
}

/// Whose.
const OWNER: &[Filter] = &[Filter::exact("user", Form::Int)];

/// All operations on authenticators.
pub fn operations() -> Vec<Operation> {
    let all = [
        together(),
        own::<Totp>(),
        own::<Static>(),
        own::<Webauthn>(),
        everybodys::<Totp>(),
        everybodys::<Static>(),
        everybodys::<Webauthn>(),
        types::operations(),
    ];
    all.into_iter().flatten().collect()
}

/// Those of all classes, without pages.
fn together() -> Vec<Operation> {
    vec![
        Operation::new(
            "authenticators_all_list",
            Method::GET,
            "/authenticators/all/",
            |api, ask| Box::pin(list::all_own(api, ask)),
        )
        .open_to(Access::Caller)
        .answers(Answer::Several(&DEVICE)),
        Operation::new(
            "authenticators_admin_all_list",
            Method::GET,
            "/authenticators/admin/all/",
            |api, ask| Box::pin(list::all(api, ask)),
        )
        .narrowed_by(OWNER)
        .answers(Answer::Several(&DEVICE)),
    ]
}

/// What whoever calls does with their own.
fn own<C: Class>() -> Vec<Operation> {
    let class = C::OF.as_str();
    let id = |what: &str| format!("authenticators_{class}_{what}");
    let all = format!("/authenticators/{class}/");
    let one = format!("{all}{{id}}/");
    let (shown, takes) = (Answer::One(StatusCode::OK, C::SHAPE), taken::<C>);
    let operations = vec![
        Operation::new(id("list"), Method::GET, all, |api, ask| {
            Box::pin(list::own::<C>(api, ask))
        })
        .narrowed_by(LISTING.filters)
        .answers(Answer::Page(C::SHAPE)),
        Operation::new(id("retrieve"), Method::GET, &*one, |api, ask| {
            Box::pin(async move { Reply::ok(Value::Object(row(&find::own::<C>(api, ask).await?))) })
        })
        .answers(shown),
        Operation::new(id("update"), Method::PUT, &*one, |api, ask| {
            Box::pin(async move {
                let found = find::own::<C>(api, ask).await?;
                write::rename::<C>(api, ask, Mode::Replace, found).await
            })
        })
        .takes(takes(Mode::Replace))
        .answers(shown),
        Operation::new(id("partial_update"), Method::PATCH, &*one, |api, ask| {
            Box::pin(async move {
                let found = find::own::<C>(api, ask).await?;
                write::rename::<C>(api, ask, Mode::Change, found).await
            })
        })
        .takes(takes(Mode::Change))
        .answers(shown),
        Operation::new(id("destroy"), Method::DELETE, &*one, |api, ask| {
            Box::pin(write::destroy_own::<C>(api, ask))
        }),
        Operation::new(
            id("used_by_list"),
            Method::GET,
            format!("{one}used_by/"),
            |api, ask| {
                Box::pin(async move {
                    find::own::<C>(api, ask).await?; // nothing refers to one
                    Reply::ok(json!([]))
                })
            },
        )
        .answers(Answer::Several(&used_by::SHAPE)),
    ];
    let operations = operations.into_iter();
    operations.map(|it| it.open_to(Access::Caller)).collect()
}

fn taken<C: Class>(mode: Mode) -> Body {
    Body::Json(C::SHAPE, mode)
}

/// What superusers do with everybody's. They set none up for others, which authentik's `create` would.
fn everybodys<C: Class>() -> Vec<Operation> {
    let class = C::OF.as_str();
    let id = |what: &str| format!("authenticators_admin_{class}_{what}");
    let all = format!("/authenticators/admin/{class}/");
    let one = format!("{all}{{id}}/");
    let (shown, takes) = (Answer::One(StatusCode::OK, C::SHAPE), taken::<C>);
    vec![
        Operation::new(id("list"), Method::GET, all, |api, ask| {
            Box::pin(list::everybodys::<C>(api, ask))
        })
        .narrowed_by(LISTING.filters)
        .answers(Answer::Page(C::SHAPE)),
        Operation::new(id("retrieve"), Method::GET, &*one, |api, ask| {
            Box::pin(async move {
                let found = find::anybodys::<C>(api, ask).await?;
                Reply::ok(Value::Object(row(&found)))
            })
        })
        .answers(shown),
        Operation::new(id("update"), Method::PUT, &*one, |api, ask| {
            Box::pin(async move {
                let found = find::anybodys::<C>(api, ask).await?;
                write::rename::<C>(api, ask, Mode::Replace, found).await
            })
        })
        .takes(takes(Mode::Replace))
        .answers(shown),
        Operation::new(id("partial_update"), Method::PATCH, &*one, |api, ask| {
            Box::pin(async move {
                let found = find::anybodys::<C>(api, ask).await?;
                write::rename::<C>(api, ask, Mode::Change, found).await
            })
        })
        .takes(takes(Mode::Change))
        .answers(shown),
        Operation::new(id("destroy"), Method::DELETE, &*one, |api, ask| {
            Box::pin(async move {
                let found = find::anybodys::<C>(api, ask).await?;
                write::destroy::<C>(api, ask, &found).await
            })
        }),
    ]
}
