//! Where one is signed in.

use super::{act, own, page};
use crate::harness::Bench;
use crate::harness::browser::location;

const PATH: &str = "/if/user/sessions/";

#[tokio::test]
async fn other_browsers_are_signed_out_and_this_one_stays() {
    let bench = Bench::embedded().await;
    let (mut here, _) = own(&bench, PATH).await;
    let (mut there, _) = own(&bench, PATH).await;
    let html = page(&mut here, PATH).await;
    assert_eq!(html.matches("value=\"end\"").count(), 1, "one other");
    let done = act(&mut here, PATH, &[("action", "end_others")]).await;
    let to = location(&done).expect("back");
    assert_eq!(to, "/if/user/sessions/?notice=others-ended");
    assert!(
        page(&mut here, &to)
            .await
            .contains("All other browsers are signed out.")
    );
    let asked = location(&there.get(PATH).await).expect("to sign in");
    assert!(asked.starts_with("/if/flow/"), "{asked}");
}

#[tokio::test]
async fn a_session_of_somebody_else_is_out_of_reach() {
    let bench = Bench::embedded().await;
    let (mut ada, _) = own(&bench, PATH).await;
    let (mut other, _) = own(&bench, PATH).await;
    let html = page(&mut other, PATH).await;
    let id = crate::harness::browser::field(&html, "session").expect("another session");
    // Not this user's: what is named does not exist for them.
    let stranger = uuid::Uuid::from_u128(7).to_string();
    let gone = act(&mut ada, PATH, &[("action", "end"), ("session", &stranger)]).await;
    assert_eq!(
        location(&gone).expect("back"),
        "/if/user/sessions/?notice=gone"
    );
    let ended = act(&mut other, PATH, &[("action", "end"), ("session", &id)]).await;
    assert_eq!(
        location(&ended).expect("back"),
        "/if/user/sessions/?notice=session-ended"
    );
    assert!(location(&ada.get(PATH).await).is_some(), "signed out");
}
