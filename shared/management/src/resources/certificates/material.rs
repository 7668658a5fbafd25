//! What is made of the certificate and the private key that somebody brings.

use protocol::Timestamp;
use protocol::jose::PublicKey;
use provider::certificate::Certificate;
use provider::config::{KeyMaterial, KeyPair};

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Form;
use crate::operation::Ask;
use crate::wire;

/// A pair's key and certificate.
type Made = (KeyMaterial, Option<Certificate>);

const CERTIFICATE: &str = "certificate_data";
const KEY: &str = "key_data";

/// The pair as it is to be.
///
/// # Errors
/// By field; nothing of it is kept then. The texts say nothing of the key itself.
pub(super) async fn written(
    api: &Api,
    ask: &Ask<'_>,
    form: &Form,
    before: Option<&KeyPair>,
) -> Result<Made, Refusal> {
    let (public, certificate) = certificate(api, form, before, ask.call.now)?;
    match form.text(KEY) {
        None => kept(public, certificate, before),
        Some("") => Ok((KeyMaterial::Certificate(public), certificate)),
        Some(pem) => {
            let key = api
                .parts
                .keyring
                .take(&ask.call.tenant.id, &public, pem)
                .await?;
            let key = key.map_err(|unfit| Refusal::field(KEY, unfit.to_string()))?;
            Ok((KeyMaterial::Signing(key), certificate))
        }
    }
}

/// The certificate that was given, else the one there is, each with its public key.
fn certificate(
    api: &Api,
    form: &Form,
    before: Option<&KeyPair>,
    now: Timestamp,
) -> Result<(PublicKey, Option<Certificate>), Refusal> {
    let same = |pem: &str| {
        let before = before?;
        let certificate = before.certificate.as_ref().filter(|it| it.pem == pem)?;
        Some((before.public().clone(), Some(certificate.clone())))
    };
    match (form.text(CERTIFICATE), before) {
        (Some(pem), _) => match same(pem) {
            // Whatever time it is: whoever changes the name sends the certificate as well.
            Some(same) => Ok(same),
            None => read(api, pem, now).map(|(public, it)| (public, Some(it))),
        },
        (None, Some(before)) => Ok((before.public().clone(), before.certificate.clone())),
        (None, None) => Err(Refusal::field(CERTIFICATE, "This field is required.")),
    }
}

fn read(api: &Api, pem: &str, now: Timestamp) -> Result<(PublicKey, Certificate), Refusal> {
    let wrong = |text: String| Refusal::field(CERTIFICATE, text);
    let read = api.parts.keyring.read(pem);
    let (public, certificate) = read.map_err(|unfit| wrong(unfit.to_string()))?;
    if certificate.expires <= now {
        let expired = wire::moment(certificate.expires);
        return Err(wrong(format!("This certificate expired at {expired}.")));
    }
    Ok((public, certificate))
}

/// With the private key that there is; a certificate for the same key may take the place of another.
fn kept(
    public: PublicKey,
    mut certificate: Option<Certificate>,
    before: Option<&KeyPair>,
) -> Result<Made, Refusal> {
    match before {
        Some(before) if *before.public() == public => {
            if before.has_private() {
                let given = before.certificate.as_ref().is_some_and(|it| it.given);
                if let Some(certificate) = &mut certificate {
                    certificate.given = given;
                }
            }
            Ok((before.material.clone(), certificate))
        }
        Some(before) if before.has_private() => {
            let text = "It does not belong to the private key of this pair. Give key_data as well.";
            Err(Refusal::field(CERTIFICATE, text))
        }
        Some(_) | None => Ok((KeyMaterial::Certificate(public), certificate)),
    }
}
