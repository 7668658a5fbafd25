//! The session in which somebody answered a device, and its end (Back-Channel Logout 1.0 §2.1).

use super::{answer, ask, poll};
use crate::harness::answers::INVALID_GRANT;
use crate::harness::browser::{Browser, field};
use crate::harness::{Bench, claims, configure, encode, member, text};

/// Where `fast` has people signed out.
const END: &str = "/application/o/fast/end-session/";

#[tokio::test]
async fn backchannel_2_1_a_devices_client_hears_of_the_end_of_the_session_its_id_token_names() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "fast", |client| {
        client.metadata.backchannel_logout_uri = Some("https://rp.example/heard".to_owned());
    })
    .await;
    for (consent, count) in [("accept", 1), ("deny", 0)] {
        let codes = ask(&bench, "fast", "openid").await;
        let mut ada = Browser::new(&bench);
        answer(&mut ada, &codes.user, consent).await;
        let hint = if consent == "accept" {
            let tokens = poll(&bench, "fast", &codes).tokens().await;
            member(&tokens, "id_token").to_owned()
        } else {
            String::new()
        };
        leave(&mut ada, &hint).await;
        let notices = bench.backend.outbox.take();
        assert_eq!(notices.len(), count, "{notices:?}");
        for notice in notices {
            let told = claims(&hint);
            assert_eq!(told["sub"], notice.visit.sub.as_str());
            let sid = notice.session.sid(&notice.visit.iss, &notice.client);
            assert_eq!(told["sid"], sid.as_str());
        }
    }
}

#[tokio::test]
async fn frontchannel_3_a_devices_client_is_shown_the_end_in_the_browser() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "fast", |client| {
        client.metadata.frontchannel_logout_uri = Some("https://rp.example/gone".to_owned());
    })
    .await;
    let codes = ask(&bench, "fast", "openid").await;
    let mut ada = Browser::new(&bench);
    answer(&mut ada, &codes.user, "accept").await;
    let tokens = poll(&bench, "fast", &codes).tokens().await;
    let page = leave(&mut ada, member(&tokens, "id_token")).await;
    assert!(page.contains("https://rp.example/gone"), "{page}");
}

#[tokio::test]
async fn a_device_gets_nothing_of_a_session_that_has_ended() {
    let bench = Bench::embedded().await;
    for scope in ["openid", "openid offline_access"] {
        let codes = ask(&bench, "fast", scope).await;
        let mut ada = Browser::new(&bench);
        answer(&mut ada, &codes.user, "accept").await;
        leave(&mut ada, "").await;
        let polled = poll(&bench, "fast", &codes).summary().await;
        assert_eq!(polled, INVALID_GRANT, "{scope}");
    }
}

/// Signs out of everything: the last page.
async fn leave(browser: &mut Browser<'_>, hint: &str) -> String {
    if !hint.is_empty() {
        let path = format!("{END}?{}", encode(&[("id_token_hint", hint)]));
        return text(&browser.get(&path).await);
    }
    let csrf = field(&text(&browser.get(END).await), "csrf").expect("a token");
    let form = [("csrf", csrf.as_str()), ("choice", "sign_out")];
    text(&browser.post(END, &form).await)
}
