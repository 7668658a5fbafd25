//! What can be asked of an OAuth2 provider beside (API reference B1).

use http::{Method, StatusCode};
use provider::client::IssuerMode;
use provider::config::{Config, Provider};
use serde_json::{Value, json};

use super::Oauth2Providers;
use super::shape::{PREVIEW, SETUP_URLS};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Answer, Ask, Operation, Reply};
use crate::resources::crud::{Kind, found};
use crate::resources::whom;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            "providers_oauth2_setup_urls_retrieve",
            Method::GET,
            "/providers/oauth2/{id}/setup_urls/",
            |api, ask| Box::pin(setup_urls(api, ask)),
        )
        .answers(Answer::One(StatusCode::OK, &SETUP_URLS)),
        Operation::new(
            "providers_oauth2_preview_user_retrieve",
            Method::GET,
            "/providers/oauth2/{id}/preview_user/",
            |api, ask| Box::pin(preview_user(api, ask)),
        )
        .with(&["for_user"])
        .answers(Answer::One(StatusCode::OK, &PREVIEW)),
    ]
}

fn provider<'a>(config: &'a Config, key: &str) -> Result<&'a Provider, Refusal> {
    let stored = found::<Oauth2Providers>(config, key)?;
    let provider = stored.object.as_provider();
    provider.ok_or(Refusal::NotFound(Oauth2Providers::MODEL))
}

async fn setup_urls(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let provider = provider(&config, &ask.key)?;
    Reply::ok(urls(ask, &config, provider))
}

/// Absolute URLs. What only an application gives is "" without one: strict clients refuse null (API reference E).
fn urls(ask: &Ask<'_>, config: &Config, provider: &Provider) -> Value {
    let tenant = &ask.call.tenant;
    let shared = |path: &str| format!("{}/application/o/{path}/", tenant.base_url);
    let slug = config.application_of(provider.pk).map(|it| &it.slug);
    let issuer = slug.map(|slug| tenant.issuer(slug)).unwrap_or_default();
    let own = |path: &str| match slug {
        Some(_) => format!("{issuer}{path}"),
        None => String::new(),
    };
    json!({
        "issuer": match provider.issuer_mode {
            IssuerMode::PerProvider => issuer.clone(),
            IssuerMode::Global => format!("{}/", tenant.base_url),
        },
        "authorize": shared("authorize"),
        "token": shared("token"),
        "user_info": shared("userinfo"),
        "provider_info": own(".well-known/openid-configuration"),
        "logout": own("end-session/"),
        "jwks": own("jwks/"),
    })
}

/// The claims that an ID token with all its scopes would have, of whoever asks, or of whom they name.
async fn preview_user(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let provider = provider(&config, &ask.key)?;
    let user = match whom::named(api, ask).await? {
        Some(user) => user,
        None => ask.caller()?.user.clone(),
    };
    let of = &api.parts.config;
    let claims = of.preview(ask.call, &config, provider.pk, &user).await?;
    let claims = claims.ok_or(Refusal::NotFound(Oauth2Providers::MODEL))?;
    Reply::ok(json!({ "preview": claims }))
}
