//! Clients nobody here wrote, and a real browser, against an issuer in a process of its own: first as
//! `cargo run` starts it, then as the Lambda binaries under `cargo xtask watch`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this is a test, where failing loudly is the point"
)]

mod api;
mod fixture;
mod github;
mod issuer;
mod relying_party;

use issuer::{Issuer, node};

/// `cargo run`: the crate, the npm package, and every page in the browser.
#[test]
fn cargo_run_serves_openidconnect_openid_client_and_the_browser() {
    let issuer = Issuer::cargo_run();
    relying_party::signs_in_and_out(&issuer, "web");
    relying_party::signs_in_and_out(&issuer, "elliptic");
    node(&issuer, "openid-client.test.mjs");
    node(&issuer, "protocol.test.mjs");
    github::passport(&issuer);
    github::social_auth(&issuer);
    node(&issuer, "pages.test.mjs");
    node(&issuer, "device.test.mjs");
    node(&issuer, "executor.test.mjs");
    node(&issuer, "journeys.test.mjs");
    node(&issuer, "first-paint.mjs");
}

/// `cargo xtask watch`: the same clients, the very Lambda binaries.
#[test]
fn cargo_xtask_watch_serves_openidconnect_and_openid_client() {
    let issuer = Issuer::cargo_xtask_watch();
    api::makes_a_client_that_works(&issuer);
    relying_party::signs_in_and_out(&issuer, "web");
    node(&issuer, "openid-client.test.mjs");
    node(&issuer, "protocol.test.mjs");
    github::passport(&issuer);
}
