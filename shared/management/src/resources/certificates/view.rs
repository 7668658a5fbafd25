//! What of a pair is to be seen (API reference B10): its certificate, and of its private key that there is nothing.

use http::{Method, StatusCode};
use provider::config::KeyPair;
use provider::event::Action;
use serde_json::json;

use super::CertificateKeyPairs;
use super::shape::CERTIFICATE_DATA;
use crate::download;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Answer, Ask, Operation, Reply};
use crate::resources::crud::{Kind, found};

/// The type of a file of PEM.
const PEM_FILE: &str = "application/x-pem-file";

/// What is looked at.
#[derive(Clone, Copy)]
enum Part {
    Certificate,
    PrivateKey,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::PrivateKey => "private_key",
        }
    }
}

pub(super) fn operations() -> Vec<Operation> {
    let certificate = Operation::new(
        "crypto_certificatekeypairs_view_certificate_retrieve",
        Method::GET,
        "/crypto/certificatekeypairs/{kp_uuid}/view_certificate/",
        |api, ask| Box::pin(view(api, ask, Part::Certificate)),
    );
    let private_key = Operation::new(
        "crypto_certificatekeypairs_view_private_key_retrieve",
        Method::GET,
        "/crypto/certificatekeypairs/{kp_uuid}/view_private_key/",
        |api, ask| Box::pin(view(api, ask, Part::PrivateKey)),
    );
    let shown = |operation: Operation| {
        let operation = operation.with(&["download"]).or_file(PEM_FILE);
        operation.answers(Answer::One(StatusCode::OK, &CERTIFICATE_DATA))
    };
    vec![shown(certificate), shown(private_key)]
}

/// What is said of the private key of a pair that somebody brought.
const KEPT: &str = "The private key of a pair that was brought is never shown.";

/// Each look is recorded, as authentik does. No private key is in what is shown. Terraform's resource reads it on each
/// turn, takes what it reads for the key there is (an empty one would be put right for ever) and goes on where it is
/// refused; its data source takes an empty one, but no refusal. Its resources are pairs that were brought.
async fn view(api: &Api, ask: &Ask<'_>, part: Part) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let pair = found::<CertificateKeyPairs>(&config, &ask.key)?
        .object
        .as_key();
    let pair = pair.ok_or(Refusal::NotFound(CertificateKeyPairs::MODEL))?;
    let brought = pair.certificate.as_ref().is_some_and(|it| it.given);
    if matches!(part, Part::PrivateKey) && brought {
        return Err(Refusal::Denied(KEPT));
    }
    let id = pair.id.to_string();
    let event = api.event(
        ask,
        Action::SecretView,
        "certificatekeypair",
        &id,
        &pair.name,
    );
    let event = event.with("type", part.name());
    api.parts
        .events
        .record(&ask.call.tenant.id, &[event])
        .await?;
    let data = match part {
        Part::Certificate => pair.certificate.as_ref().map_or("", |it| &it.pem),
        Part::PrivateKey => "",
    };
    if ask.query.one("download").is_some() {
        let name = file_name(pair, part);
        return Ok(download::file(PEM_FILE, &name, data.to_owned()));
    }
    Reply::ok(json!({ "data": data }))
}

fn file_name(pair: &KeyPair, part: Part) -> String {
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ');
    let name = pair.name.chars().map(|it| if plain(it) { it } else { '_' });
    format!("{}_{}.pem", name.collect::<String>(), part.name())
}
