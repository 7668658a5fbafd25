//! What is done with a deployment: every function, by every right of its role.

mod api;
mod asking;
pub(crate) mod codes;
mod logout;
mod machines;
mod people;
mod registration;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt as _;

use crate::scene::Scene;

/// All of it, one after the other: the names of those that fail.
pub(crate) async fn all(scene: &Scene) -> Vec<&'static str> {
    let mut failed = Vec::new();
    macro_rules! go {
        ($($journey:path),* $(,)?) => {
            $(
                let begun = Instant::now();
                if AssertUnwindSafe(Box::pin($journey(scene))).catch_unwind().await.is_err() {
                    failed.push(stringify!($journey));
                }
                println!("{:<60} {:.1} s", stringify!($journey), begun.elapsed().as_secs_f64());
            )*
        };
    }
    go!(
        codes::documents,
        codes::web,
        codes::other_custodies,
        codes::signed_answers,
        codes::github,
        codes::pushed,
        machines::credentials,
        machines::assertions,
        machines::exchanges,
        asking::device,
        asking::ciba,
        asking::ciba_with_a_ping,
        asking::secrets_that_sign,
        machines::bound_to_a_key,
        registration::a_client_registers_changes_and_removes_itself,
        people::recovery,
        people::second_factor,
        people::own_account,
        api::keys,
        api::applications,
        api::people,
        api::lists,
        logout::ends,
        logout::is_heard_of,
        machines::rotation,
    );
    failed
}
