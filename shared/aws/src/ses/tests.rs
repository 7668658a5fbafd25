//! What time a letter takes. That it arrives: the laptop's mailbox, in `shared/local`.

use std::time::Duration;

use protocol::Secret;
use provider::mail::Letter;
use provider::ports::{Mailer as _, PortError};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::{MOMENT, Ses};
use crate::Clients;
use crate::settings::Mail;

fn letter() -> Letter {
    Letter {
        to: "ada@example.com".to_owned(),
        to_name: String::new(),
        from_name: "Acme".to_owned(),
        subject: "Hello".to_owned(),
        text: Secret::new("text"),
        html: Secret::new("<p>html</p>"),
    }
}

fn mail() -> Mail {
    Mail {
        from: Some("no-reply@example.com".to_owned()),
        configuration_set: None,
    }
}

/// A client of a host that takes connections and says nothing.
async fn silent() -> (TcpListener, aws_sdk_sesv2::Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let clients = Clients::local("http://127.0.0.1:9", "http://127.0.0.1:9").unwrap();
    let client = clients.sending_by(&url).unwrap().ses();
    (listener, client.unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_letter_no_letter_and_one_that_cannot_be_sent_take_the_same_time() {
    let (_listener, client) = silent().await;
    let sending = Ses::new(Some(client), &mail());
    let nowhere = Ses::new(None, &mail());
    let nobody = Ses::new(None, &Mail::default());
    let letter = letter();
    for (ses, letter, error) in [
        (
            &sending,
            Some(&letter),
            Some("SendEmail: no answer in time"),
        ),
        (&sending, None, None),
        (
            &nowhere,
            Some(&letter),
            Some("SendEmail: AWS_ENDPOINT_URL_SESV2 is not set"),
        ),
        (&nowhere, None, None),
        (
            &nobody,
            Some(&letter),
            Some("SendEmail: AWS_ENDPOINT_URL_SESV2 is not set"),
        ),
    ] {
        let begun = Instant::now();
        let sent = ses.send(letter).await;
        let took = begun.elapsed();
        assert!(
            took >= MOMENT && took < MOMENT + Duration::from_millis(5),
            "{took:?}"
        );
        let want = error.map_or(Ok(()), |error| {
            Err(PortError::Unavailable(error.to_owned()))
        });
        assert_eq!(sent, want);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_set_is_named() {
    let (_listener, client) = silent().await;
    let sent = Ses::new(Some(client), &Mail::default())
        .send(Some(&letter()))
        .await;
    let want = PortError::Unavailable("SendEmail: LATCHKEY_MAIL_FROM is not set".to_owned());
    assert_eq!(sent, Err(want));
}
