//! What a provider's tokens would say of somebody (API reference B1, `preview_user`).

use serde_json::Value;

use super::compile::compile;
use super::objects::{Application, Provider};
use super::save::Configuration;
use super::state::{Config, Stored};
use crate::claims::{About, Claims, Mappings};
use crate::flow::proof::Strength;
use crate::grant::Terms;
use crate::http::Call;
use crate::issuer::Order;
use crate::ports::PortError;
use crate::script::TokenFacts;
use crate::user::User;

impl Configuration {
    /// The claims of an ID token with all scopes of the provider. Without an application it is as if there were one,
    /// and `iss` is null. `None` where there is no such provider, or it cannot be used.
    ///
    /// # Errors
    /// Where facts for its mappings cannot be read.
    pub async fn preview(
        &self,
        call: &Call<'_>,
        config: &Config,
        pk: u64,
        user: &User,
    ) -> Result<Option<Claims>, PortError> {
        let assigned = config.application_of(pk).is_some();
        let client = match config.provider(pk) {
            Some(provider) if !assigned => compile(&with_application(config, provider), pk),
            Some(_) => compile(config, pk),
            None => None,
        };
        let Some(client) = client else {
            return Ok(None);
        };
        let token = TokenFacts::of(&client.scopes, call.now + client.access_lifetime);
        let mappings = Mappings::new(self.scripts.clone());
        let mapped = mappings.claims(call, &client, &client.scopes, About::User(user), token);
        let mapped = mapped.await?;
        let order = Order {
            tenant: &call.tenant,
            client: &client,
            subject: &user.subject,
            grant: None,
            session: None,
            given_in: None,
            scopes: &client.scopes,
            auth_time: call.now,
            amr: &[],
            strength: Strength::default(),
            nonce: None,
            terms: &Terms::default(),
            key: None,
            mapped: &mapped,
            asked: None,
            alone: false,
            now: call.now,
        };
        let mut claims = order.claims();
        if !assigned {
            claims.insert("iss".to_owned(), Value::Null);
        }
        Ok(Some(claims))
    }
}

/// With an application that stands in for the one it does not have.
fn with_application(config: &Config, provider: &Provider) -> Config {
    let mut config = config.clone();
    if let Ok(slug) = protocol::Slug::parse("-") {
        let application = Application {
            provider: Some(provider.pk),
            ..Application::new(uuid::Uuid::nil(), slug, &*provider.name)
        };
        let place = (
            crate::ports::ObjectKind::Application,
            application.id.to_string(),
        );
        let object = application.into();
        config.insert(place, Stored { version: 1, object });
    }
    config
}
