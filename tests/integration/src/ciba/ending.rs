//! The session in which somebody answered, and its end (Back-Channel Logout 1.0 §2.1, OpenID Connect Core §11).

use super::{answer, asked, asking, may_ask, page, poll, polling};
use crate::harness::answers::INVALID_GRANT;
use crate::harness::browser::{Browser, field};
use crate::harness::{Bench, claims, encode, member, text};

/// Where `fast` has people signed out.
const END: &str = "/application/o/fast/end-session/";

/// Signs out of everything.
async fn leave(browser: &mut Browser<'_>) {
    let csrf = field(&text(&browser.get(END).await), "csrf").expect("a token");
    let form = [("csrf", csrf.as_str()), ("choice", "sign_out")];
    browser.post(END, &form).await;
}

async fn hearing() -> Bench {
    let bench = Bench::embedded().await;
    may_ask(&bench, |metadata| {
        metadata.backchannel_logout_uri = Some("https://rp.example/heard".to_owned());
    })
    .await;
    bench
}

#[tokio::test]
async fn backchannel_2_1_a_client_that_asked_hears_of_the_end_of_the_session_its_id_token_names() {
    let bench = hearing().await;
    let id = asked(&asking(&bench)).await;
    let (mut ada, _) = page(Browser::new(&bench)).await;
    answer(&mut ada, "allow").await;
    let tokens = poll(&bench, &id).tokens().await;
    let token = member(&tokens, "id_token");
    let told = claims(token);
    let query = encode(&[("id_token_hint", token)]);
    ada.get(&format!("{END}?{query}")).await;
    let notices = bench.backend.outbox.take();
    let [notice] = notices.as_slice() else {
        panic!("{notices:?}")
    };
    assert_eq!(notice.client.as_str(), "fast");
    assert_eq!(told["sub"], notice.visit.sub.as_str());
    assert_eq!(told["iss"], notice.visit.iss.as_str());
    let sid = notice.session.sid(&notice.visit.iss, &notice.client);
    assert_eq!(told["sid"], sid.as_str());
}

#[tokio::test]
async fn who_refuses_has_not_visited_the_client() {
    let bench = hearing().await;
    asked(&asking(&bench)).await;
    let (mut ada, _) = page(Browser::new(&bench)).await;
    answer(&mut ada, "refuse").await;
    leave(&mut ada).await;
    assert!(bench.backend.outbox.take().is_empty());
}

/// It was told of the end before it had anything, and is not told again.
#[tokio::test]
async fn what_was_allowed_is_not_given_once_the_session_has_ended() {
    let bench = polling().await;
    for scope in ["openid", "openid offline_access"] {
        let id = asked(&asking(&bench).with("scope", scope)).await;
        let (mut ada, _) = page(Browser::new(&bench)).await;
        answer(&mut ada, "allow").await;
        leave(&mut ada).await;
        assert_eq!(poll(&bench, &id).summary().await, INVALID_GRANT, "{scope}");
    }
}
