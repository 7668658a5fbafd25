//! Clients without a person, and tokens for tokens.

use super::codes::TOKEN;
use crate::actor::Actor;
use crate::family::Family;
use crate::http_client::{Stop, Went, form_as};
use crate::model::{Class, Standing};

impl Actor {
    /// A client gets a token for itself (RFC 6749 §4.4).
    pub(super) async fn machine(&mut self) -> Went<()> {
        let clients = ["patient", "direct"];
        let client = self.dice.pick(&clients).copied().unwrap_or("patient");
        let form = [("grant_type", "client_credentials"), ("scope", "openid")];
        let answer = self
            .again("token: client", 3, || {
                form_as(client, TOKEN, &form, "192.0.2.9")
            })
            .await?;
        let answer = answer.good("client credentials")?;
        let mut family = Family::of(self, client, &answer)?;
        let went = if self.dice.percent(30) {
            family.revoke_access(self, 0).await
        } else {
            family.introspect(self, 0).await
        };
        self.families.push(family);
        went
    }

    /// A client exchanges somebody's token (RFC 8693); what it gets ends with their grant.
    pub(super) async fn exchange(&mut self) -> Went<()> {
        let fits = |it: &Family| it.refresh.is_some() && ["patient", "direct"].contains(&it.client);
        let Some(at) = self.some_family(fits) else {
            return Ok(());
        };
        let Some(mut family) = self.families.get(at).cloned() else {
            return Ok(());
        };
        let own = family
            .tokens
            .iter()
            .filter(|token| token.client == family.client);
        let own: Vec<_> = own.cloned().collect();
        let Some(token) = self.dice.pick(&own).cloned() else {
            return Ok(());
        };
        let standing = family.standing_of(&token);
        let form = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("subject_token", &token.text),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
            ),
        ];
        let answer = self
            .send(
                "token: exchange",
                form_as("trader", TOKEN, &form, "192.0.2.9")?,
            )
            .await;
        let went = match (answer.class, standing) {
            (Class::Good, Standing::Dead) => {
                Err(Stop::Wrong("a revoked token was exchanged".to_owned()))
            }
            (Class::Good, Standing::Live | Standing::Unknown) => {
                family.lent = true;
                let took = family.took(self, "trader", &answer);
                if let (Standing::Unknown, Some(token)) = (standing, family.tokens.last_mut()) {
                    token.standing = Standing::Unknown;
                }
                took
            }
            (Class::Refused, Standing::Live) => {
                Err(Stop::Wrong(format!("an exchange: {}", answer.short())))
            }
            (Class::Refused, Standing::Dead | Standing::Unknown) => Ok(()),
            (Class::Failed, _) => Err(Stop::Failed),
        };
        self.put_back(at, family);
        went
    }
}
