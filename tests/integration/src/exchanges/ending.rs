//! What was got by exchange ends with what it was got for.

use super::{ACCESS, REFUSED, allow, exchanging, subject};
use crate::harness::answers::INVALID_TOKEN;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member, people, summary};

#[tokio::test]
async fn it_ends_with_the_grant_of_the_subject_token() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = bench.tokens("web", "openid offline_access").await;
    let access = member(&theirs, "access_token").to_owned();
    let tokens = exchanging(&bench, ACCESS, &access).tokens().await;
    let got = member(&tokens, "access_token").to_owned();
    assert_eq!(bench.userinfo(&got).await.status(), 200);
    let revoked = Exchange::of(&bench, "web").with("token", member(&theirs, "refresh_token"));
    let revoked = revoked.send_to("/application/o/revoke/").await;
    assert_eq!(revoked.status(), 200);
    assert_eq!(summary(&bench.userinfo(&got).await), INVALID_TOKEN);
    let again = exchanging(&bench, ACCESS, &access).summary().await;
    assert_eq!(again, REFUSED);
}

#[tokio::test]
async fn it_ends_with_the_account() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = subject(&bench, "openid").await;
    let tokens = exchanging(&bench, ACCESS, &theirs).tokens().await;
    people::deactivate(&bench, "ada").await;
    let got = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(summary(&got), INVALID_TOKEN);
    assert_eq!(exchanging(&bench, ACCESS, &theirs).summary().await, REFUSED);
}

#[tokio::test]
async fn a_user_who_changed_meanwhile_is_read_again() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = subject(&bench, "openid profile").await;
    people::rename(&bench, "ada", "Countess Lovelace").await;
    let tokens = exchanging(&bench, ACCESS, &theirs).tokens().await;
    let said = crate::harness::claims(member(&tokens, "access_token"));
    assert_eq!(said["name"], "Countess Lovelace");
}
