//! Passwords of people and keys of tokens.

use http::Method;
use protocol::Secret;
use provider::flow::password;
use serde_json::{Map, Value};

use super::{KEY, PASSWORD};
use crate::blueprint::diff;
use crate::blueprint::models::{Home, Model};
use crate::blueprint::report::Change;
use crate::blueprint::run::{Named, Run, Said, Stop};
use crate::filter::Row;

impl Run<'_> {
    /// Passwords and keys, which requests set at a path of their own: what of them is another than before. A rehearsal does
    /// not compare them: whoever may look without a trace could guess at them.
    pub(super) async fn secrets(
        &mut self,
        named: Named<'_>,
        said: &Said,
        row: &Row,
        compare: bool,
    ) -> Result<Vec<Change>, Stop> {
        let (_, model) = named;
        let (field, action) = match model.home {
            Home::User => (PASSWORD, "set_password"),
            Home::Token => (KEY, "set_key"),
            Home::Group | Home::Brand | Home::Invitation | Home::Object(_) => return Ok(Vec::new()),
        };
        let Some(secret) = said.body.get(field).and_then(Value::as_str) else {
            return Ok(Vec::new());
        };
        if self.rehearsing {
            return Ok(vec![diff::hidden(field)]);
        }
        if compare && self.is_the_same(model, row, &Secret::new(secret)).await? {
            return Ok(Vec::new());
        }
        let path = format!("{}{action}/", Self::path(model, row));
        let body = Value::Object(Map::from_iter([(field.to_owned(), secret.into())]));
        self.write(named, said, (Method::POST, &path), Some(&body))
            .await?;
        Ok(vec![diff::hidden(field)])
    }

    async fn is_the_same(&self, model: &Model, row: &Row, secret: &Secret) -> Result<bool, Stop> {
        let tenant = &self.ask.call.tenant.id;
        let refused = |error: provider::ports::PortError| Stop::Refused(error.into());
        if model.home_is_user() {
            let pk = row.get("pk").and_then(Value::as_u64).unwrap_or_default();
            let user = self
                .api
                .parts
                .people
                .by_pk(tenant, pk)
                .await
                .map_err(refused)?;
            let hash = user.and_then(|user| user.password);
            return match hash {
                Some(hash) => password::verify(secret, Some(&hash)).map_err(refused),
                None => Ok(false),
            };
        }
        let tokens = &self.api.parts.user_tokens;
        let token = tokens
            .by_digest(tenant, &secret.digest())
            .await
            .map_err(refused)?;
        Ok(token.is_some_and(|token| row.get("identifier") == Some(&token.identifier.into())))
    }
}
