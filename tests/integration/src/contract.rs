//! What every store, signer and vault must do: one test per sentence of `shared/provider/src/ports.rs`.
//!
//! The rules of stores run twice, over the embedded DynamoDB and over DynamoDB Local, which is the
//! reference. Each test has a table of its own. What neither ever answers is scripted (`conflicts`).

/// Makes a test of each rule over each store.
macro_rules! over_both_stores {
    ($($rule:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test]
            async fn $rule() {
                super::$rule(&crate::contract::stage::Stage::embedded().await).await;
            })+
        }

        mod dynamodb_local {
            $(#[tokio::test]
            async fn $rule() {
                super::$rule(&crate::contract::stage::Stage::dynamodb_local().await).await;
            })+
        }
    };
}

mod script;
pub(crate) mod stage;
pub(crate) use links::link;
pub(crate) use registered::client as registered_client;
pub(crate) use stage::{event, user};

mod askings;
mod attempts;
mod authenticators;
mod belongings;
mod brands;
mod browsers;
mod configuration;
mod conflicts;
mod device_codes;
mod device_sessions;
mod devices;
mod events;
mod grants;
mod groups;
mod invitations;
mod isolation;
mod items;
mod kms;
mod ledger;
mod links;
mod logouts;
mod machines;
mod media;
mod members;
mod objects;
mod people;
mod pushed;
mod races;
mod redemption;
mod refreshing;
mod registered;
mod replays;
mod rosters;
mod sessions;
mod tenants;
mod throttle;
mod token_changes;
mod tokens;
mod users;
mod visits;
