//! Groups (API reference B4). Reading order: [`shape`], [`list`], [`read`], [`write`].

pub mod actions;
pub mod list;
pub mod read;
pub mod shape;
pub mod write;

use http::Method;

use crate::form::Mode;
use crate::operation::{Body, Operation, Reply};
use crate::resources::standard::{self, Edits, Standard};
use shape::{ACCOUNT, GROUP};

const ALL: &str = "/core/groups/";
const ONE: &str = "/core/groups/{group_uuid}/";
const ID: &str = "core_groups";

fn id(what: &str) -> String {
    format!("{ID}_{what}")
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
    ]);
    all
}

fn resource() -> Vec<Operation> {
    let standard = Standard {
        id: ID,
        path: ALL,
        key: "group_uuid",
        shape: &GROUP,
        filters: list::LISTING.filters,
        list: |api, ask| Box::pin(list::list(api, ask)),
        retrieve: |api, ask| {
            Box::pin(async move {
                let group = read::found(api, ask).await?;
                Reply::ok(read::object(api, ask, &group).await?)
            })
        },
        edits: Some(Edits {
            create: |api, ask| Box::pin(write::create(api, ask)),
            update: |api, ask| Box::pin(write::update(api, ask, Mode::Replace)),
            partial_update: |api, ask| Box::pin(write::update(api, ask, Mode::Change)),
        }),
        destroy: |api, ask| Box::pin(actions::destroy(api, ask)),
        used_by: |api, ask| Box::pin(actions::users(api, ask)),
    };
    let all = standard.operations();
    let all = standard::with(all, &id("list"), list::PARAMETERS);
    standard::with(all, &id("retrieve"), &["include_users"])
}
