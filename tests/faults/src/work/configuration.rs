//! Providers: what was saved is there, and what we failed at is there or is not.

use http::Method;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::http_client::{Stop, Went};
use crate::model::Class;

/// The client that changes the mapping which many providers share.
const KEEPER: usize = 0;

impl Actor {
    /// Changes this client's own provider; one of them, now and then, a mapping that more clients have than one transaction
    /// takes.
    pub(super) async fn change_provider(&mut self) -> Went<()> {
        if self.number == KEEPER && (self.mapped.is_none() || self.dice.percent(60)) {
            return self.change_mapping().await;
        }
        self.read_provider().await?;
        let days = 1 + self.model().number();
        let path = self.own()?;
        let body = json!({"refresh_token_validity": format!("days={days}")});
        let answer = self
            .api("api: provider", Method::PATCH, &path, body)
            .await?;
        let saved = self.saved.get_or_insert((30, Vec::new()));
        match answer.class {
            Class::Good => *saved = (days, Vec::new()),
            Class::Failed => saved.1.push(days),
            Class::Refused if answer.status == 409 => {}
            Class::Refused => return Err(Stop::Wrong(format!("a provider: {}", answer.short()))),
        }
        self.read_provider().await
    }

    /// Holds the provider against what was saved of it.
    pub(crate) async fn read_provider(&mut self) -> Went<()> {
        let Some((days, maybe)) = self.saved.clone() else {
            return Ok(());
        };
        let path = self.own()?;
        let answer = self
            .api("api: read", Method::GET, &path, Value::Null)
            .await?;
        let answer = answer.good("a provider is read")?;
        let said = answer.member("refresh_token_validity").unwrap_or_default();
        let fits = |days: &u64| said == format!("days={days}");
        if !fits(&days) && !maybe.iter().any(fits) {
            return Err(Stop::Wrong(format!(
                "a provider has {said}, saved was {days}, or perhaps {maybe:?}"
            )));
        }
        self.model().fact("a provider is as it was saved");
        Ok(())
    }

    fn own(&self) -> Went<String> {
        let pk = self
            .stage
            .providers
            .get(self.number % self.stage.providers.len().max(1));
        let pk = pk.ok_or_else(|| Stop::Wrong("no providers".to_owned()))?;
        Ok(format!("/providers/oauth2/{pk}/"))
    }

    /// Changes it once more, where this is the client that does, as a last look.
    pub(crate) async fn keep_mapping(&mut self) -> Went<()> {
        if self.number == KEEPER {
            self.change_mapping().await?;
        }
        Ok(())
    }

    async fn change_mapping(&mut self) -> Went<()> {
        self.read_mapping().await?;
        let (path, _) = self.mapping().await?;
        let number = self.model().number();
        let body = json!({"expression": expression(number)});
        let answer = self.api("api: mapping", Method::PATCH, &path, body).await?;
        let saved = self.mapped.get_or_insert((0, Vec::new()));
        match answer.class {
            Class::Good => *saved = (number, Vec::new()),
            Class::Failed => saved.1.push(number),
            Class::Refused if answer.status == 409 => {}
            Class::Refused => return Err(Stop::Wrong(format!("a mapping: {}", answer.short()))),
        }
        self.read_mapping().await
    }

    /// Holds the mapping against what was saved of it, where this is the client that saves it.
    async fn read_mapping(&mut self) -> Went<()> {
        let Some((number, maybe)) = self.mapped.clone() else {
            return Ok(());
        };
        let (_, said) = self.mapping().await?;
        let fits = |number: &u64| said == expression(*number);
        if !fits(&number) && !maybe.iter().any(fits) {
            return Err(Stop::Wrong(format!(
                "a mapping has {said:?}, saved was {number}, or perhaps {maybe:?}"
            )));
        }
        self.model().fact("a mapping is as it was saved");
        Ok(())
    }

    /// Where the mapping is that many providers share, and what it says.
    async fn mapping(&self) -> Went<(String, String)> {
        let path = "/propertymappings/provider/scope/";
        let list = self
            .api(
                "api: read",
                Method::GET,
                &format!("{path}?name=Shared"),
                Value::Null,
            )
            .await?;
        let list = list.good("mappings are listed")?.json();
        let of = |name: &str| {
            let found = list.pointer(&format!("/results/0/{name}"));
            found.and_then(Value::as_str)
        };
        let (Some(pk), Some(said)) = (of("pk"), of("expression")) else {
            return Err(Stop::Wrong("the shared mapping is gone".to_owned()));
        };
        Ok((format!("{path}{pk}/"), said.to_owned()))
    }
}

/// What the mapping says after the change of this number; 0 is how it was seeded.
fn expression(number: u64) -> String {
    format!("return {{\"shared\": {number}}}")
}
