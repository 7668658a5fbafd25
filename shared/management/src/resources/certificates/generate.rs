//! `/crypto/certificatekeypairs/generate/` (API reference B10): a new key in KMS, and the certificate that it signs for
//! itself.

use http::{Method, StatusCode};
use protocol::Seconds;
use protocol::jose::Algorithm;
use provider::certificate::Certificate;
use provider::config::{Change, Expect, KeyMaterial, KeyPair, Object};
use provider::event::Action;
use provider::key::SigningKey;
use provider::ports::{ObjectKind, SelfSigned};
use provider::rotation::left_behind;

use super::CertificateKeyPairs;
use super::retire;
use super::shape::{CERTIFICATE_KEY_PAIR, GENERATION};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::{Form, Mode};
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::resources::crud;

/// The longest name of a host (RFC 1035 §2.3.4).
const LONGEST_HOST: usize = 253;

const DAY: i64 = 86_400;

pub(super) fn operation() -> Operation {
    Operation::new(
        "crypto_certificatekeypairs_generate_create",
        Method::POST,
        "/crypto/certificatekeypairs/generate/",
        |api, ask| Box::pin(generate(api, ask)),
    )
    .takes(Body::Json(&GENERATION, Mode::Create))
    .answers(Answer::One(StatusCode::OK, &CERTIFICATE_KEY_PAIR))
}

async fn generate(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&GENERATION, Mode::Create)?;
    let name = form.text("common_name").unwrap_or_default().to_owned();
    let hosts = hosts(&mut form);
    let config = api.config(ask).await?;
    // Before anything is made in KMS.
    if config.named(ObjectKind::Key, ("name", &name)).is_some() {
        let text = "Certificate-Key Pair with this name already exists.";
        form.errors.add("common_name", text);
    }
    form.errors.clone().check()?;
    let algorithm = form.text("signing_alg").and_then(Algorithm::of_pair);
    let algorithm = algorithm.unwrap_or_else(|| match form.text("alg") {
        Some("ecdsa") => Algorithm::Es256,
        Some(_) | None => Algorithm::Rs256,
    });
    let days: i64 = form.get("validity_days").unwrap_or_default();
    let key = api
        .parts
        .keyring
        .generate(&ask.call.tenant.id, algorithm)
        .await?;
    let done = keep(api, ask, key.clone(), (&name, &hosts, days)).await;
    match &done {
        Ok(_) => {}
        Err(Refusal::Invalid(_) | Refusal::Conflict) => {
            retire::end(api, &ask.call.tenant.id, &key).await;
        }
        // It may be that the pair is there, and only the answer was lost.
        Err(_) => left_behind(&key, "its pair could not be saved"),
    }
    done
}

/// With its certificate, as a pair.
async fn keep(
    api: &Api,
    ask: &Ask<'_>,
    key: SigningKey,
    (name, hosts, days): (&str, &[String], i64),
) -> Result<Reply, Refusal> {
    let certificate = certificate(api, ask, &key, (name, hosts, days)).await?;
    let pair = Object::from(KeyPair {
        id: api.new_id(),
        name: name.to_owned(),
        material: KeyMaterial::Signing(key),
        certificate: Some(certificate),
        rotation: None,
    });
    let (id, tenant) = (pair.id(), &ask.call.tenant);
    let event = api.event(ask, Action::ModelCreated, "certificatekeypair", &id, name);
    let change = Change::Put {
        object: Box::new(pair.clone()),
        expect: Expect::New,
    };
    let saved = api
        .parts
        .config
        .save(tenant, &[change], &[event], ask.call.now)
        .await;
    let config = saved.map_err(|error| Refusal::of_save(error, ObjectKind::Key, &id))?;
    Reply::ok(crud::one::<CertificateKeyPairs>(api, ask, &config, &pair).await?)
}

/// As authentik has it, good from a day ago: clocks differ.
async fn certificate(
    api: &Api,
    ask: &Ask<'_>,
    key: &SigningKey,
    (name, hosts, days): (&str, &[String], i64),
) -> Result<Certificate, Refusal> {
    let now = ask.call.now;
    let says = SelfSigned {
        common_name: name,
        alternative_names: hosts,
        from: now + Seconds(-DAY),
        until: now + Seconds(days * DAY),
    };
    Ok(api
        .parts
        .keyring
        .certify(&ask.call.tenant.id, key, says)
        .await?)
}

/// The names beside, each of which may be a host's.
fn hosts(form: &mut Form) -> Vec<String> {
    let names = form.text("subject_alt_name").unwrap_or_default().split(',');
    let names = names.map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    for name in names.iter().filter(|name| !is_host(name)) {
        form.errors.add(
            "subject_alt_name",
            format!("{name:?} is no name of a host."),
        );
    }
    names
}

fn is_host(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'*');
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(letter);
    name.len() <= LONGEST_HOST && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc1035_2_3_4_names_of_hosts() {
        for name in [
            "localhost",
            "a.example.com",
            "*.example.com",
            "xn--bcher-kva.example",
        ] {
            assert!(is_host(name), "{name}");
        }
        for name in [
            "a b",
            "a..b",
            ".a",
            "a.",
            "bücher.example",
            "a/b",
            &"a".repeat(64),
        ] {
            assert!(!is_host(name), "{name}");
        }
    }
}
