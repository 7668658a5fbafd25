//! Clients that register, read, change and remove themselves (RFC 7591, RFC 7592).

use http::Method;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::http_client::{self, Answer, Stop, Went};
use crate::model::Class;
use crate::world::{CALLBACK, ROOT_KEY};

const PLACE: &str = "/application/o/asks/register/";

impl Actor {
    /// The whole life of one.
    pub(super) async fn register(&mut self) -> Went<()> {
        let wanted = |name: &str| json!({"redirect_uris": [CALLBACK], "client_name": name, "scope": "openid"});
        let request = http_client::json(Method::POST, PLACE, ROOT_KEY, &wanted("one"))?;
        let made = self
            .send("register: new", request)
            .await
            .good("a client registers")?;
        let (Some(id), Some(token)) = (
            made.member("client_id"),
            made.member("registration_access_token"),
        ) else {
            return Err(Stop::Wrong(format!("no client: {}", made.short())));
        };
        let place = format!("{PLACE}?client_id={id}");
        let said = self
            .asked(Method::GET, &place, &token, &Value::Null)
            .await?;
        if said.class == Class::Good && said.json() != made.json() {
            return Err(Stop::Wrong(format!(
                "a client reads other than it was told: {}",
                said.short()
            )));
        }
        refused(&said)?;
        let mut other = wanted("two");
        if let Some(other) = other.as_object_mut() {
            other.insert("client_id".to_owned(), id.clone().into());
        }
        let put = self.asked(Method::PUT, &place, &token, &other).await?;
        refused(&put)?;
        let said = self
            .asked(Method::GET, &place, &token, &Value::Null)
            .await?;
        refused(&said)?;
        let name = said.member("client_name");
        if put.class == Class::Good && said.class == Class::Good && name.as_deref() != Some("two") {
            return Err(Stop::Wrong(
                "a client's change was answered, and is not there".to_owned(),
            ));
        }
        if put.class == Class::Good && said.class == Class::Good {
            self.model().fact("a registered client is as it was told");
        }
        if self.dice.percent(30) {
            return Ok(());
        }
        let gone = self
            .asked(Method::DELETE, &place, &token, &Value::Null)
            .await?;
        refused(&gone)?;
        let said = self
            .asked(Method::GET, &place, &token, &Value::Null)
            .await?;
        match (gone.class, said.class) {
            (Class::Good, Class::Good) => {
                Err(Stop::Wrong("a client that was removed is there".to_owned()))
            }
            (Class::Good, Class::Refused) => {
                self.model().fact("a client that was removed stays removed");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn asked(&self, method: Method, place: &str, token: &str, body: &Value) -> Went<Answer> {
        let request = http_client::json(method, place, token, body)?;
        Ok(self.send("register: own", request).await)
    }
}

fn refused(answer: &Answer) -> Went<()> {
    if answer.class == Class::Refused {
        return Err(Stop::Wrong(format!(
            "a registered client: {}",
            answer.short()
        )));
    }
    Ok(())
}
