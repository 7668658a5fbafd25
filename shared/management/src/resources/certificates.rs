//! Certificates and the keys they are of (API reference B10). A private key is sealed as it comes in, or never leaves
//! KMS; nobody gets one out.

mod generate;
mod material;
mod retire;
mod rotation;
mod shape;
mod view;

use http::Method;
use protocol::Timestamp;
use protocol::jose::PublicKey;
use provider::config::{Config, KeyPair, Object};
use provider::ports::ObjectKind;
use serde_json::{Value, json};

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::form::Form;
use crate::operation::{Ask, Operation};
use crate::resources::crud::{self, Editable, Kind};
use crate::rows::Listing;
use crate::shape::Shape;
use crate::wire;
use shape::CERTIFICATE_KEY_PAIR;

/// What `include_details=false` leaves out.
const DETAILS: [&str; 5] = [
    "fingerprint_sha256",
    "fingerprint_sha1",
    "cert_expiry",
    "cert_subject",
    "private_key_type",
];

/// What RFC 5280 §4.1.2.5 writes where there is no end: the last second of 9999. A key without a certificate has it, as
/// authentik's Terraform provider does not survive null.
const NEVER: Timestamp = Timestamp::from_unix(253_402_300_799);

/// Certificates with their keys.
pub struct CertificateKeyPairs;

/// All operations on them.
pub fn operations() -> Vec<Operation> {
    let mut all = crud::operations::<CertificateKeyPairs>();
    for operation in &mut all {
        if operation.method == Method::GET && !operation.id.contains("used_by") {
            operation.parameters = &["include_details"];
        }
        if operation.method == Method::DELETE {
            operation.run = |api, ask| Box::pin(retire::destroy(api, ask));
        }
    }
    all.push(generate::operation());
    all.push(rotation::operation());
    all.extend(view::operations());
    all
}

/// Where something of a pair is to be had, relative to the site (API reference B10).
fn download(pair: &KeyPair, what: &str) -> String {
    let path = CertificateKeyPairs::PATH;
    format!("/api/v3{path}{}/{what}/?download", pair.id)
}

/// As authentik names it after the class of the key.
const fn type_of(public: &PublicKey) -> &'static str {
    match public {
        PublicKey::Rsa { .. } => "rsa",
        PublicKey::Ec { .. } => "ec",
        PublicKey::Okp { .. } => "ed25519",
        PublicKey::Akp { .. } => "ml-dsa",
    }
}

fn row(pair: &KeyPair) -> Row {
    let certificate = pair.certificate.as_ref();
    let has_private = pair.has_private();
    let row = json!({
        "pk": pair.id,
        "name": pair.name,
        "fingerprint_sha256": certificate.map(|it| &it.sha256),
        "fingerprint_sha1": certificate.map(|it| &it.sha1),
        "cert_expiry": wire::moment(certificate.map_or(NEVER, |it| it.expires)),
        "cert_subject": certificate.map(|it| &it.subject),
        "private_key_available": has_private,
        "private_key_type": has_private.then(|| type_of(pair.public())),
        "certificate_download_url": download(pair, "view_certificate"),
        "private_key_download_url": download(pair, "view_private_key"),
        "managed": null,
        "rotation": rotation::schedule(pair),
        "rotation_status": rotation::status(pair),
    });
    match row {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

impl Kind for CertificateKeyPairs {
    const ID: &'static str = "crypto_certificatekeypairs";
    const PATH: &'static str = "/crypto/certificatekeypairs/";
    const KEY: &'static str = "kp_uuid";
    const MODEL: &'static str = "CertificateKeyPair";
    const SHAPE: &'static Shape = &CERTIFICATE_KEY_PAIR;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("has_key", Given::Bool).of("private_key_available"),
            Filter::exact("managed", Given::Text),
            Filter::exact("name", Given::Text),
        ],
        search: &["name"],
        order: &["name"],
    };
    const OF: ObjectKind = ObjectKind::Key;

    fn row(_config: &Config, object: &Object) -> Row {
        object.as_key().map(row).unwrap_or_default()
    }

    async fn complete<'a>(
        _api: &'a Api,
        ask: &'a Ask<'_>,
        _config: &'a Config,
        mut rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        if !ask.query.flag("include_details", true) {
            for row in &mut rows {
                for detail in DETAILS {
                    row.insert(detail.to_owned(), Value::Null);
                }
            }
        }
        Ok(rows)
    }
}

impl Editable for CertificateKeyPairs {
    async fn write<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        _config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_key);
        let (material, certificate) = material::written(api, ask, form, before).await?;
        let mut pair = KeyPair {
            id: before.map_or_else(|| api.id_for(form), |it| it.id),
            name: before.map(|it| it.name.clone()).unwrap_or_default(),
            material,
            certificate,
            rotation: None,
        };
        pair.rotation = rotation::written(form, ask, (before, &pair))?;
        form.set("name", &mut pair.name);
        Ok(pair.into())
    }
}
