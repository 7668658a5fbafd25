//! What time a letter takes. That it arrives: the laptop's mailbox, in `shared/local`.

use std::time::{Duration, Instant};

use protocol::Secret;
use provider::mail::Letter;
use provider::ports::{Mailer as _, PortError};
use tokio::net::TcpListener;

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

/// Long beside what else there is to do, and twice as long is told apart from it on the slowest machine.
const LONG: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_letter_no_letter_and_one_that_cannot_be_sent_take_the_same_time() {
    let (_listener, client) = silent().await;
    let sending = Ses::new(Some(client), &mail());
    let nowhere = Ses::new(None, &mail());
    let nobody = Ses::new(None, &Mail::default());
    assert_eq!(sending.moment, MOMENT, "what it is unless it is set");
    let late = Some("SendEmail: no answer in time");
    let unset = Some("SendEmail: AWS_ENDPOINT_URL_SESV2 is not set");
    let sent = [
        (&sending, Some(letter()), late),
        (&sending, None, None),
        (&nowhere, Some(letter()), unset),
        (&nowhere, None, None),
        (&nobody, Some(letter()), unset),
    ]
    .map(|(ses, letter, error)| {
        let ses = ses.clone().answering_after(LONG);
        tokio::spawn(async move {
            let begun = Instant::now();
            let sent = ses.send(letter.as_ref()).await;
            (sent, begun.elapsed(), error)
        })
    });
    for sent in sent {
        let (sent, took, error) = sent.await.unwrap();
        assert!(took >= LONG && took < LONG * 2, "{took:?}");
        let error = error.map(|error| PortError::Unavailable(error.to_owned()));
        assert_eq!(sent.err(), error);
    }
}

#[tokio::test]
async fn what_is_not_set_is_named() {
    let (_listener, client) = silent().await;
    let ses = Ses::new(Some(client), &Mail::default()).answering_after(Duration::ZERO);
    let sent = ses.send(Some(&letter())).await;
    let want = PortError::Unavailable("SendEmail: LATCHKEY_MAIL_FROM is not set".to_owned());
    assert_eq!(sent, Err(want));
}
