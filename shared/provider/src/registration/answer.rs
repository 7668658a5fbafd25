//! What a client is told that it is (RFC 7591 §3.2.1, RFC 7592 §3).

use protocol::Secret;
use serde_json::{Map, Value, json};

use crate::client::{Client, RegisteredClient};

/// All that is registered. `access`: its registration access token, which only it knows. `place`: where it is read and
/// changed.
pub fn answer(
    item: &RegisteredClient,
    template: &Client,
    secret: Option<&Secret>,
    access: &Secret,
    place: &str,
) -> Value {
    let mut all = match serde_json::to_value(&item.metadata) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    };
    let types = item.metadata.authorization_details_types.iter();
    let types: Vec<&str> = types.map(|one| one.name.as_str()).collect();
    if !types.is_empty() {
        all.insert("authorization_details_types".to_owned(), json!(types)); // RFC 9396 §10: by name
    }
    let scopes = item.scopes.as_ref().unwrap_or(&template.scopes);
    let its = [
        ("client_id", json!(item.client_id)),
        ("client_id_issued_at", json!(item.created.unix())),
        ("redirect_uris", json!(item.redirect_uris)),
        ("scope", json!(scopes.to_string())),
        (
            "id_token_signed_response_alg",
            json!(template.signing.algorithm().as_str()),
        ),
        ("registration_access_token", json!(access.expose())),
        ("registration_client_uri", json!(place)),
    ];
    all.extend(its.map(|(name, value)| (name.to_owned(), value)));
    let mut set = |name: &str, value: Value| all.insert(name.to_owned(), value);
    if let Some(secret) = secret {
        set("client_secret", json!(secret.expose()));
        // §3.2.1: REQUIRED with a secret; 0 where it does not expire.
        let expires = item.until.map_or(0, protocol::Timestamp::unix);
        set("client_secret_expires_at", json!(expires));
    }
    if let Some(name) = &item.name {
        set("client_name", json!(name));
    }
    if !item.post_logout_redirect_uris.is_empty() {
        let uris = json!(item.post_logout_redirect_uris);
        set("post_logout_redirect_uris", uris);
    }
    if let Some(statement) = &item.software_statement {
        set("software_statement", json!(statement)); // §3.2.1: MUST be returned unmodified
    }
    Value::Object(all)
}
