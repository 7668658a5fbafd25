//! People (API reference B3). Reading order: [`shape`], [`list`], [`read`], [`write`].

pub mod attributes;
pub mod forest;
pub mod form;
pub mod guard;
pub mod list;
pub mod metrics;
pub mod own;
pub mod password;
pub mod read;
pub mod remove;
pub mod service_account;
pub mod shape;
pub mod unbind;
pub mod write;

use http::{Method, StatusCode};

use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Access, Answer, Body, Operation, Reply};
use crate::resources::standard::{self, Edits, Standard};
use shape::{
    IMPERSONATION, LINK, METRICS, PASSWORD, PATHS, SERVICE_ACCOUNT, SERVICE_ACCOUNT_MADE,
    SESSION_USER, USER,
};

const ALL: &str = "/core/users/";
const ONE: &str = "/core/users/{id}/";
const ID: &str = "core_users";

/// Nobody acts as somebody else here.
const NO_IMPERSONATION: &str = "User impersonation is disabled.";

/// All operations on people.
pub fn operations() -> Vec<Operation> {
    let mut all = resource();
    all.extend(of_all());
    all.extend(of_one());
    all
}

fn id(what: &str) -> String {
    format!("{ID}_{what}")
}

/// What there is for every kind of object.
fn resource() -> Vec<Operation> {
    let standard = Standard {
        id: ID,
        path: ALL,
        key: "id",
        shape: &USER,
        filters: list::LISTING.filters,
        list: |api, ask| Box::pin(list::list(api, ask)),
        retrieve: |api, ask| {
            Box::pin(async move {
                let user = read::found(api, ask).await?;
                Reply::ok(read::object(api, ask, &user).await?)
            })
        },
        edits: Some(Edits {
            create: |api, ask| Box::pin(write::create(api, ask)),
            update: |api, ask| Box::pin(write::update(api, ask, Mode::Replace)),
            partial_update: |api, ask| Box::pin(write::update(api, ask, Mode::Change)),
        }),
        destroy: |api, ask| Box::pin(remove::destroy(api, ask)),
        used_by: |api, ask| Box::pin(remove::users(api, ask)),
    };
    standard::with(standard.operations(), &id("list"), list::PARAMETERS)
}

/// What is asked of all people.
fn of_all() -> Vec<Operation> {
    let path = |what: &str| format!("{ALL}{what}/");
    vec![
        Operation::new(id("me_retrieve"), Method::GET, path("me"), |api, ask| {
            Box::pin(own::me(api, ask))
        })
        .open_to(Access::Caller)
        .answers(Answer::One(StatusCode::OK, &SESSION_USER)),
        Operation::new(
            id("paths_retrieve"),
            Method::GET,
            path("paths"),
            |api, ask| Box::pin(list::paths(api, ask)),
        )
        .with(&["search"])
        .answers(Answer::One(StatusCode::OK, &PATHS)),
        Operation::new(
            id("service_account_create"),
            Method::POST,
            path("service_account"),
            |api, ask| Box::pin(service_account::create(api, ask)),
        )
        .takes(Body::Json(&SERVICE_ACCOUNT, Mode::Create))
        .answers(Answer::One(StatusCode::OK, &SERVICE_ACCOUNT_MADE)),
        Operation::new(
            id("impersonate_end_retrieve"),
            Method::GET,
            path("impersonate_end"),
            |_, _| Box::pin(async { Reply::done() }),
        )
        .open_to(Access::Caller),
    ]
}

/// What is done with one of them.
fn of_one() -> Vec<Operation> {
    let path = |what: &str| format!("{ONE}{what}/");
    vec![
        Operation::new(
            id("set_password_create"),
            Method::POST,
            path("set_password"),
            |api, ask| Box::pin(password::set(api, ask)),
        )
        .takes(Body::Json(&PASSWORD, Mode::Create)),
        Operation::new(
            id("recovery_create"),
            Method::POST,
            path("recovery"),
            |api, ask| Box::pin(password::recovery(api, ask)),
        )
        .answers(Answer::One(StatusCode::OK, &LINK)),
        Operation::new(
            id("recovery_email_create"),
            Method::POST,
            path("recovery_email"),
            |api, ask| Box::pin(password::by_mail(api, ask)),
        )
        .with(&["email_stage"]),
        Operation::new(
            id("impersonate_create"),
            Method::POST,
            path("impersonate"),
            |api, ask| {
                Box::pin(async move {
                    read::found(api, ask).await?;
                    let text = NO_IMPERSONATION.to_owned();
                    Err(Refusal::Other(StatusCode::UNAUTHORIZED, text))
                })
            },
        )
        .takes(Body::Json(&IMPERSONATION, Mode::Create))
        .refuses_with(&[401]),
        Operation::new(
            id("metrics_retrieve"),
            Method::GET,
            path("metrics"),
            |api, ask| Box::pin(metrics::retrieve(api, ask)),
        )
        .answers(Answer::One(StatusCode::OK, &METRICS)),
    ]
}
