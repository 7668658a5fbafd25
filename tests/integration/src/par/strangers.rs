//! Clients that prove nothing: what they have us keep is bounded.

use protocol::Seconds;

use super::{ASKED, PAR, error, pushing};
use crate::harness::{Bench, header, member};
use crate::register;

#[tokio::test]
async fn rfc9126_2_3_a_public_client_that_pushes_too_often_waits() {
    let bench = Bench::embedded().await;
    for _ in 0..200 {
        let answer = pushing(&bench, "spa").send_to(PAR).await;
        assert_eq!(answer.status(), 201);
    }
    let late = pushing(&bench, "spa").send_to(PAR).await;
    assert_eq!(late.status(), 429);
    assert_eq!(error(&late), "temporarily_unavailable");
    assert_eq!(header(&late, "retry-after"), "1");
    let other = pushing(&bench, "fast").send_to(PAR).await;
    assert_eq!(
        other.status(),
        201,
        "a client that authenticates does not wait"
    );
    bench.wait(Seconds(1));
    assert_eq!(pushing(&bench, "spa").send_to(PAR).await.status(), 201);
}

#[tokio::test]
async fn rfc9126_2_3_a_large_request_is_kept_of_clients_that_authenticate_only() {
    let bench = Bench::embedded().await;
    let long = "x".repeat(16 * 1024);
    let large = |client| pushing(&bench, client).with("state", &long);
    let refused = large("spa").send_to(PAR).await;
    assert_eq!(
        (refused.status().as_u16(), error(&refused)),
        (413, "invalid_request".into())
    );
    let kept = large("fast").send_to(PAR).await;
    assert_eq!(kept.status(), 201);
}

/// Its secret proves that it is that client, and nobody knows who that is.
#[tokio::test]
async fn a_client_that_registered_itself_pushes_no_more_than_one_that_proves_nothing() {
    let bench = register::registering(|_| {}).await;
    let client = register::registered(&bench, &register::plain()).await;
    let its = (
        member(&client, "client_id"),
        member(&client, "client_secret"),
    );
    let mut form = ASKED.to_vec();
    form.retain(|(name, _)| *name != "scope");
    let mut large = form.clone();
    let long = "x".repeat(16 * 1024);
    large.push(("nonce", &long));
    let refused = bench.post_as(its, PAR, &large).await;
    assert_eq!(refused.status(), 413);
    for _ in 0..200 {
        assert_eq!(bench.post_as(its, PAR, &form).await.status(), 201);
    }
    let late = bench.post_as(its, PAR, &form).await;
    assert_eq!(late.status(), 429);
    assert_eq!(header(&late, "retry-after"), "1");
    let made = pushing(&bench, "fast").send_to(PAR).await;
    assert_eq!(made.status(), 201, "an administrator's does not wait");
}
