//! What a client is told that it is (RFC 7591 §3.2.1, RFC 7592 §3).

use protocol::Secret;
use serde_json::{Map, Value, json};

use crate::client::{Client, RegisteredClient};

/// What is ours in the metadata of a client, and no member that clients register.
const OURS: [&str; 9] = [
    "profile",
    "require_pkce",
    "dpop_nonce_required",
    "access_token_form",
    "revoke_grants_on_logout",
    "authorization_details_types",
    "resources",
    "token_exchange",
    "registration",
];

/// All that is registered. `access`: its registration access token, which only it knows. `place`: where it is read and
/// changed.
pub fn answer(
    item: &RegisteredClient,
    template: &Client,
    secret: Option<&Secret>,
    access: &Secret,
    place: &str,
) -> Value {
    // RFC 7591 §3.2.1: all that is registered, with what the server put in its place.
    let client = Client::registered(template, item);
    let metadata = client.as_ref().map_or(&item.metadata, |it| &it.metadata);
    let mut all = match serde_json::to_value(metadata) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    };
    for name in OURS {
        all.remove(name);
    }
    let types = item.metadata.authorization_details_types.iter();
    let types: Vec<&str> = types.map(|one| one.name.as_str()).collect();
    if !types.is_empty() {
        all.insert("authorization_details_types".to_owned(), json!(types)); // RFC 9396 §10: by name
    }
    // In the order in which it named them.
    let scopes = item.scopes.as_ref().unwrap_or(&template.scopes);
    let scopes = scopes.intersect(&template.scopes);
    let redirects = client.iter().flat_map(|it| &it.redirect_uris);
    let redirects: Vec<&str> = redirects.map(|rule| rule.url.as_str()).collect();
    let alg = template.signing.algorithm().as_str();
    let its = [
        ("client_id", json!(item.client_id)),
        ("client_id_issued_at", json!(item.created.unix())),
        ("redirect_uris", json!(redirects)),
        ("scope", json!(scopes.to_string())),
        ("id_token_signed_response_alg", json!(alg)),
        ("authorization_signed_response_alg", json!(alg)), // JARM §3: a client may count on another where it is not told
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
