//! People (API reference B3). Reading order: [`shape`], [`list`], [`read`], [`write`].

pub mod attributes;
pub mod forest;
pub mod form;
pub mod guard;
pub mod list;
pub mod own;
pub mod password;
pub mod read;
pub mod remove;
pub mod service_account;
pub mod shape;
pub mod unbind;
pub mod write;

use http::{Method, StatusCode};
use serde_json::json;

use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Access, Answer, Body, Operation, Reply};
use crate::resources::used_by;
use shape::{
    IMPERSONATION, LINK, METRICS, PASSWORD, PATHS, SERVICE_ACCOUNT, SERVICE_ACCOUNT_MADE,
    SESSION_USER, USER,
};

const ALL: &str = "/core/users/";
const ONE: &str = "/core/users/{id}/";

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
    format!("core_users_{what}")
}

const fn shown() -> Answer {
    Answer::One(StatusCode::OK, &USER)
}

/// What there is for every kind of object.
fn resource() -> Vec<Operation> {
    vec![
        Operation::new(id("list"), Method::GET, ALL, |api, ask| {
            Box::pin(list::list(api, ask))
        })
        .narrowed_by(list::LISTING.filters)
        .with(list::PARAMETERS)
        .answers(Answer::Page(&USER)),
        Operation::new(id("create"), Method::POST, ALL, |api, ask| {
            Box::pin(write::create(api, ask))
        })
        .takes(Body::Json(&USER, Mode::Create))
        .answers(Answer::One(StatusCode::CREATED, &USER)),
        Operation::new(id("retrieve"), Method::GET, ONE, |api, ask| {
            Box::pin(async move {
                let user = read::found(api, ask).await?;
                Reply::ok(read::object(api, ask, &user).await?)
            })
        })
        .answers(shown()),
        Operation::new(id("update"), Method::PUT, ONE, |api, ask| {
            Box::pin(write::update(api, ask, Mode::Replace))
        })
        .takes(Body::Json(&USER, Mode::Replace))
        .answers(shown()),
        Operation::new(id("partial_update"), Method::PATCH, ONE, |api, ask| {
            Box::pin(write::update(api, ask, Mode::Change))
        })
        .takes(Body::Json(&USER, Mode::Change))
        .answers(shown()),
        Operation::new(id("destroy"), Method::DELETE, ONE, |api, ask| {
            Box::pin(remove::destroy(api, ask))
        }),
        Operation::new(
            id("used_by_list"),
            Method::GET,
            format!("{ONE}used_by/"),
            |api, ask| Box::pin(remove::users(api, ask)),
        )
        .answers(Answer::Several(&used_by::SHAPE)),
    ]
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
            |api, ask| {
                Box::pin(async move {
                    read::found(api, ask).await?;
                    // Events are listed by day and not by person, so there is nothing to count by.
                    Reply::ok(json!({ "logins": [], "logins_failed": [], "authorizations": [] }))
                })
            },
        )
        .answers(Answer::One(StatusCode::OK, &METRICS)),
    ]
}
