//! A letter from the adapter into the mailbox, and who may look into it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Path, State};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use protocol::Secret;
use provider::mail::Letter;
use provider::ports::{Mailer as _, PortError};

use super::pages::{self, Piece, pieces};
use super::{FROM, MOST, Mailbox};
use crate::backend::Backend;

const LINK: &str = "http://localhost:8000/if/flow/f/?flow_token=T";

fn letter(to: &str) -> Letter {
    Letter {
        to: to.to_owned(),
        to_name: "Ada".to_owned(),
        from_name: "Ämter".to_owned(),
        subject: "Grüße <b>".to_owned(),
        text: Secret::new(format!("Hello,\n\n{LINK}\n\nbye <script>")),
        html: Secret::new("<p>Hello</p>"),
    }
}

/// Status and body of a GET with these headers.
async fn get(mailbox: &Arc<Mailbox>, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let named = headers.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    let (mailbox, headers) = (State(Arc::clone(mailbox)), named.collect::<HeaderMap>());
    let id = |text: &str| Path(text.parse::<u64>().unwrap());
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let answer = match parts.as_slice() {
        ["mailbox"] => pages::list(mailbox, headers).await,
        ["mailbox.json"] => pages::json(mailbox, headers).await,
        ["mailbox", n] => pages::letter(mailbox, headers, id(n)).await,
        ["mailbox", n, "html"] => pages::html(mailbox, headers, id(n)).await,
        _ => panic!("{path}"),
    };
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_letter_sent_by_the_adapter_of_lambda_arrives_whole() {
    let backend = Backend::memory().await.unwrap();
    let ses = backend
        .ses()
        .unwrap()
        .answering_after(Duration::from_secs(5));
    // It takes its time in any case: the letter is there long before.
    let letter = letter("ada@example.com");
    let sending = tokio::spawn(async move { ses.send(Some(&letter)).await });
    let arrived = loop {
        match backend.mailbox.letters().pop() {
            Some(arrived) => break arrived,
            None => tokio::task::yield_now().await,
        }
    };
    sending.abort();
    assert_eq!(arrived.from, format!("=?UTF-8?B?w4RtdGVy?= <{FROM}>"));
    assert_eq!((arrived.id, arrived.to.as_str()), (1, "ada@example.com"));
    assert_eq!(arrived.subject, "Grüße <b>");
    assert_eq!(arrived.text, format!("Hello,\n\n{LINK}\n\nbye <script>"));
    assert_eq!(arrived.html, "<p>Hello</p>");
}

#[tokio::test]
async fn what_ses_refuses_is_refused_here_too() {
    let backend = Backend::memory().await.unwrap();
    let ses = backend
        .ses()
        .unwrap()
        .answering_after(Duration::from_millis(500));
    let sent = ses.send(Some(&letter("ädä@example.com"))).await;
    let want = PortError::Unavailable("SendEmail: BadRequestException".to_owned());
    assert_eq!(sent, Err(want));
    assert!(backend.mailbox.letters().is_empty());
}

#[tokio::test]
async fn a_letter_is_shown_as_text_with_its_links() {
    let mailbox = Arc::new(Mailbox::default());
    mailbox
        .send(Some(&letter("ada@example.com")))
        .await
        .unwrap();
    mailbox.send(None).await.unwrap();
    let host = [("host", "localhost:8000")];
    let (status, list) = get(&mailbox, "/mailbox", &host).await;
    assert_eq!(status, 200);
    assert!(
        list.contains(
            "<a href=\"/mailbox/1\"><b>Grüße &#60;b&#62;</b><span>ada@example.com</span>"
        ),
        "{list}"
    );
    let (_, page) = get(&mailbox, "/mailbox/1", &host).await;
    assert!(
        page.contains(&format!("<a href=\"{LINK}\">{LINK}</a>")),
        "{page}"
    );
    assert!(!page.contains("<script>"));
    let (_, html) = get(&mailbox, "/mailbox/1/html", &host).await;
    assert_eq!(html, "<p>Hello</p>");
    let (_, json) = get(&mailbox, "/mailbox.json", &host).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json[0]["id"], &json[0]["to"]),
        (&1.into(), &"ada@example.com".into())
    );
    assert_eq!(get(&mailbox, "/mailbox/2", &host).await.0, 404);
}

#[tokio::test]
async fn nobody_but_this_machine_looks_into_the_mailbox() {
    let mailbox = Arc::new(Mailbox::default());
    mailbox
        .send(Some(&letter("ada@example.com")))
        .await
        .unwrap();
    for path in ["/mailbox", "/mailbox.json", "/mailbox/1", "/mailbox/1/html"] {
        for host in ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"] {
            assert_eq!(
                get(&mailbox, path, &[("host", host)]).await.0,
                200,
                "{host}"
            );
        }
        for headers in [
            &[][..],
            &[("host", "id.example.com")],
            &[("host", "127.0.0.1.example.com")],
            &[("host", "localhost@example.com")],
            &[
                ("host", "localhost:8000"),
                ("x-forwarded-for", "203.0.113.7"),
            ],
            &[("host", "localhost:8000"), ("forwarded", "for=203.0.113.7")],
        ] {
            assert_eq!(get(&mailbox, path, headers).await.0, 404, "{headers:?}");
        }
    }
}

#[tokio::test]
async fn the_last_letters_are_kept() {
    let mailbox = Mailbox::default();
    for n in 0..MOST + 5 {
        mailbox
            .send(Some(&letter(&format!("{n}@example.com"))))
            .await
            .unwrap();
    }
    let kept = mailbox.letters();
    assert_eq!(kept.len(), MOST);
    assert_eq!(kept[0].to, format!("{}@example.com", MOST + 4));
    assert_eq!((kept[0].id, kept[MOST - 1].id), (105, 6));
}

#[test]
fn only_addresses_of_the_web_become_links() {
    let found = pieces("a https://x.example/?a=b&c\njavascript:alert(1) http://y");
    let text = |text: &str| Piece::Text(text.to_owned());
    let link = |url: &str| Piece::Link(url.to_owned());
    let want = [
        text("a "),
        link("https://x.example/?a=b&c"),
        text("\njavascript:alert(1) "),
        link("http://y"),
        text(""),
    ];
    assert_eq!(found, want);
}
