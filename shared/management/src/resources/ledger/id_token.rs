//! `id_token` of tokens: what the ID token beside them says of itself, as far as it is on record, as text.

use protocol::Timestamp;
use provider::claims::sub_in;
use provider::client::IssuerMode;
use provider::config::{Application, Provider};
use provider::flow::proof::Strength;
use provider::tenant::Tenant;
use provider::user::Subject;
use serde_json::{Map, Value, json};

/// What is on record.
pub struct Claims<'a> {
    /// When it was made.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// When the person signed in.
    pub auth_time: Option<Timestamp>,
    /// How well.
    pub strength: Strength,
    /// How.
    pub amr: &'a [String],
    /// Of the authorization request.
    pub nonce: Option<&'a str>,
}

/// The claims as JSON for people. No token stands in it.
pub fn text(
    tenant: &Tenant,
    (provider, application): (&Provider, &Application),
    subject: &Subject,
    of: &Claims<'_>,
) -> String {
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    let issuer = match provider.issuer_mode {
        IssuerMode::PerProvider => tenant.issuer(&application.slug),
        IssuerMode::Global => format!("{}/", tenant.base_url),
    };
    put("iss", issuer.into());
    let client_id = provider.client_id.as_str();
    let sector = provider.metadata.sector(&provider.redirect_uris, client_id);
    let sub = sub_in(tenant, sector.as_deref(), provider.sub_mode, subject);
    put("sub", sub.into());
    put("aud", provider.client_id.as_str().into());
    put("exp", of.expires.unix().into());
    put("iat", of.issued.unix().into());
    if let Some(auth_time) = of.auth_time {
        put("auth_time", auth_time.unix().into());
    }
    put("acr", of.strength.acr().into());
    if !of.amr.is_empty() {
        put("amr", json!(of.amr));
    }
    if let Some(nonce) = of.nonce {
        put("nonce", nonce.into());
    }
    format!("{:#}", Value::Object(claims))
}
