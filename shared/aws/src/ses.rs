//! [`Mailer`] on Amazon SES (API v2, `SendEmail`).

mod sender;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata as _};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader};
use provider::mail::Letter;
use provider::ports::{Mailer, Outcome, PortError};

use crate::failure::port_error;
use crate::settings::Mail;

/// How long handing a letter over takes, whatever comes of it: SES answers within a tenth of it, a first connection
/// and a second try included within half. What takes longer is given up.
pub(crate) const MOMENT: Duration = Duration::from_millis(1_500);

/// Sends e-mail through Amazon SES.
#[derive(Clone)]
pub struct Ses {
    way: Result<Way, &'static str>,
    moment: Duration,
}

/// What is needed to send.
#[derive(Clone)]
struct Way {
    client: Client,
    /// The sender's address.
    from: String,
    configuration_set: Option<String>,
}

impl Ses {
    /// Over this client, or none where there is none on this machine. What is missing is said when something is to be
    /// sent: an installation may do without e-mail.
    pub fn new(client: Option<Client>, mail: &Mail) -> Self {
        let way = || {
            Ok(Way {
                client: client.ok_or("AWS_ENDPOINT_URL_SESV2")?,
                from: mail.from.clone().ok_or("LATCHKEY_MAIL_FROM")?,
                configuration_set: mail.configuration_set.clone(),
            })
        };
        Self {
            way: way(),
            moment: MOMENT,
        }
    }

    /// The same with another [`MOMENT`], for tests.
    #[must_use]
    pub const fn answering_after(mut self, moment: Duration) -> Self {
        self.moment = moment;
        self
    }

    async fn hand_over(&self, letter: Option<&Letter>) -> Outcome<()> {
        let Some(letter) = letter else {
            return Ok(());
        };
        let way = self.way.as_ref();
        let way = way.map_err(|missing| {
            PortError::Unavailable(format!("SendEmail: {missing} is not set"))
        })?;
        let sent = tokio::time::timeout(self.moment, way.send(letter));
        sent.await.unwrap_or_else(|_| {
            Err(PortError::Unavailable(
                "SendEmail: no answer in time".to_owned(),
            ))
        })
    }
}

impl fmt::Debug for Ses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ses")
            .field("missing", &self.way.as_ref().err())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Mailer for Ses {
    #[tracing::instrument(name = "ses.send", level = "debug", skip_all)]
    async fn send(&self, letter: Option<&Letter>) -> Outcome<()> {
        let (sent, ()) = tokio::join!(self.hand_over(letter), tokio::time::sleep(self.moment));
        sent
    }
}

impl Way {
    async fn send(&self, letter: &Letter) -> Outcome<()> {
        let content = content(letter)
            .map_err(|error| PortError::Unavailable(format!("SendEmail: {error}")))?;
        let to = Destination::builder()
            .to_addresses(letter.to.as_str())
            .build();
        let request = self
            .client
            .send_email()
            .from_email_address(sender::named(&letter.from_name, &self.from))
            .destination(to)
            .content(content)
            .set_configuration_set_name(self.configuration_set.clone());
        let answer = request.send().await;
        answer.map(drop).map_err(|error| match error.code() {
            // Its message may have the address in it.
            Some(code) => PortError::Unavailable(format!("SendEmail: {code}")),
            None => port_error("SendEmail", &error),
        })
    }
}

fn content(letter: &Letter) -> Result<EmailContent, BuildError> {
    let text = |data: &str| Content::builder().charset("UTF-8").data(data).build();
    let body = Body::builder()
        .text(text(letter.text.expose())?)
        .html(text(letter.html.expose())?)
        .build();
    // RFC 3834 §5: nobody's holiday notice answers it.
    let automatic = MessageHeader::builder()
        .name("Auto-Submitted")
        .value("auto-generated");
    let message = Message::builder()
        .subject(text(&letter.subject)?)
        .body(body)
        .headers(automatic.build()?)
        .build();
    Ok(EmailContent::builder().simple(message).build())
}

#[cfg(test)]
mod tests;
