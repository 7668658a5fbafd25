//! What of a pair is to be seen (API reference B10): its certificate, and of its private key that there is nothing.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Method, StatusCode};
use provider::config::KeyPair;
use provider::event::Action;
use provider::http::{Response, encode};
use serde_json::json;

use super::CertificateKeyPairs;
use super::shape::CERTIFICATE_DATA;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Answer, Ask, Operation, Reply};
use crate::resources::crud::{Kind, found};

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
        let operation = operation.with(&["download"]);
        operation.answers(Answer::One(StatusCode::OK, &CERTIFICATE_DATA))
    };
    vec![shown(certificate), shown(private_key)]
}

/// Each look is recorded, as authentik does. No private key is in what is shown: authentik's Terraform provider reads
/// one on each turn and takes an empty one, but no refusal.
async fn view(api: &Api, ask: &Ask<'_>, part: Part) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let pair = found::<CertificateKeyPairs>(&config, &ask.key)?
        .object
        .as_key();
    let pair = pair.ok_or(Refusal::NotFound(CertificateKeyPairs::MODEL))?;
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
        return Ok(Reply::Other(Box::new(file(pair, part, data))));
    }
    Reply::ok(json!({ "data": data }))
}

fn file(pair: &KeyPair, part: Part, data: &str) -> Response {
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ');
    let name = pair.name.chars().map(|it| if plain(it) { it } else { '_' });
    let name = format!("{}_{}.pem", name.collect::<String>(), part.name());
    let mut response = Response::new(Bytes::from(data.to_owned()));
    encode::set(&mut response, CONTENT_TYPE, "application/x-pem-file");
    let disposition = format!("attachment; filename=\"{name}\"");
    encode::set(&mut response, CONTENT_DISPOSITION, &disposition);
    encode::set(&mut response, CACHE_CONTROL, "no-store");
    response
}
