//! Groups (API reference B4). Reading order: [`shape`], [`list`], [`read`], [`write`].

pub mod actions;
pub mod list;
pub mod read;
pub mod shape;
pub mod write;

use http::{Method, StatusCode};

use crate::form::Mode;
use crate::operation::{Answer, Body, Operation, Reply};
use crate::resources::used_by;
use shape::{ACCOUNT, GROUP};

const ALL: &str = "/core/groups/";
const ONE: &str = "/core/groups/{group_uuid}/";

const SHOWN: Answer = Answer::One(StatusCode::OK, &GROUP);

fn id(what: &str) -> String {
    format!("core_groups_{what}")
}

/// All operations on groups.
pub fn operations() -> Vec<Operation> {
    let path = |what: &str| format!("{ONE}{what}/");
    let mut all = resource();
    all.extend([
        Operation::new(
            id("add_user_create"),
            Method::POST,
            path("add_user"),
            |api, ask| Box::pin(actions::add_user(api, ask)),
        )
        .takes(Body::Json(&ACCOUNT, Mode::Create)),
        Operation::new(
            id("remove_user_create"),
            Method::POST,
            path("remove_user"),
            |api, ask| Box::pin(actions::remove_user(api, ask)),
        )
        .takes(Body::Json(&ACCOUNT, Mode::Create)),
        Operation::new(
            id("used_by_list"),
            Method::GET,
            path("used_by"),
            |api, ask| Box::pin(actions::users(api, ask)),
        )
        .answers(Answer::Several(&used_by::SHAPE)),
    ]);
    all
}

fn resource() -> Vec<Operation> {
    vec![
        Operation::new(id("list"), Method::GET, ALL, |api, ask| {
            Box::pin(list::list(api, ask))
        })
        .narrowed_by(list::LISTING.filters)
        .with(list::PARAMETERS)
        .answers(Answer::Page(&GROUP)),
        Operation::new(id("create"), Method::POST, ALL, |api, ask| {
            Box::pin(write::create(api, ask))
        })
        .takes(Body::Json(&GROUP, Mode::Create))
        .answers(Answer::One(StatusCode::CREATED, &GROUP)),
        Operation::new(id("retrieve"), Method::GET, ONE, |api, ask| {
            Box::pin(async move {
                let group = read::found(api, ask).await?;
                Reply::ok(read::object(api, ask, &group).await?)
            })
        })
        .with(&["include_users"])
        .answers(SHOWN),
        Operation::new(id("update"), Method::PUT, ONE, |api, ask| {
            Box::pin(write::update(api, ask, Mode::Replace))
        })
        .takes(Body::Json(&GROUP, Mode::Replace))
        .answers(SHOWN),
        Operation::new(id("partial_update"), Method::PATCH, ONE, |api, ask| {
            Box::pin(write::update(api, ask, Mode::Change))
        })
        .takes(Body::Json(&GROUP, Mode::Change))
        .answers(SHOWN),
        Operation::new(id("destroy"), Method::DELETE, ONE, |api, ask| {
            Box::pin(actions::destroy(api, ask))
        }),
    ]
}
