//! People: made, given a password, signed in, made inactive, removed.

use http::Method;
use serde_json::{Value, json};

use super::codes::TOKEN;
use crate::actor::Actor;
use crate::browser::Browser;
use crate::family::Family;
use crate::http_client::{Stop, Went, form_as};
use crate::model::Class;
use crate::world::CALLBACK;

const USERS: &str = "/core/users/";

impl Actor {
    /// The life of an account; whatever fails on the way ends it early, and the table is looked at in the end.
    pub(super) async fn account(&mut self) -> Went<()> {
        let name = format!("made{}", self.model().number());
        let body = json!({"username": name, "name": "Made", "email": format!("{name}@example.com"), "path": "made"});
        let made = self.api("api: person", Method::POST, USERS, body).await?;
        let there = match made.class {
            Class::Good => Some(true),
            Class::Failed => None,
            Class::Refused => return Err(Stop::Wrong(format!("a person: {}", made.short()))),
        };
        self.made.push((name.clone(), there));
        let made = made.good("a person")?;
        let Some(pk) = made.json().get("pk").and_then(Value::as_u64) else {
            return Err(Stop::Wrong(format!(
                "a person without a number: {}",
                made.short()
            )));
        };
        let path = format!("{USERS}{pk}/");
        if self.dice.percent(50) {
            self.live(&name, &path).await?;
        }
        self.remove(&name, &path).await
    }

    /// Signs in, and is made inactive: then nothing works any more, whatever comes after.
    async fn live(&mut self, name: &str, path: &str) -> Went<()> {
        let password = format!("the password of {name}");
        let body = json!({ "password": password });
        let set = self
            .api(
                "api: password",
                Method::POST,
                &format!("{path}set_password/"),
                body,
            )
            .await?;
        set.good("a password is set")?;
        let mut browser = Browser::new((name.to_owned(), password), self.address());
        let back = browser
            .authorize(self, "patient", "openid offline_access")
            .await?;
        let Some(code) = back.param("code") else {
            return Err(Stop::Wrong(format!("no code in {}", back.0)));
        };
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ];
        let answer = self
            .send(
                "token: code",
                form_as("patient", TOKEN, &form, "192.0.2.9")?,
            )
            .await;
        let mut family = Family::of(self, "patient", &answer.good("a redemption")?)?;
        let mut went = family.introspect(self, 0).await;
        for active in [false, true] {
            let body = json!({ "is_active": active });
            let changed = self.api("api: person", Method::PATCH, path, body).await?;
            match (changed.class, active) {
                (Class::Good, _) => family.dead(),
                (Class::Failed, false) => family.doubtful(),
                (Class::Failed, true) => {}
                (Class::Refused, _) => {
                    return Err(Stop::Wrong(format!("a person: {}", changed.short())));
                }
            }
            if went.is_ok() {
                went = family.introspect(self, 0).await;
                if went.is_ok() && changed.class == Class::Good {
                    let fact = "who was made inactive has no token that works";
                    self.model().fact(fact);
                }
            }
            if changed.class == Class::Failed {
                break;
            }
        }
        self.families.push(family);
        went
    }

    async fn remove(&mut self, name: &str, path: &str) -> Went<()> {
        let gone = self
            .api("api: person", Method::DELETE, path, Value::Null)
            .await?;
        let there = match (gone.class, gone.status) {
            (Class::Good, _) => Some(false),
            (Class::Failed, _) => None,
            (Class::Refused, _) => return Err(Stop::Wrong(format!("a removal: {}", gone.short()))),
        };
        self.is(name, there);
        let said = self
            .api("api: read", Method::GET, path, Value::Null)
            .await?;
        match (there, said.class, said.status) {
            (Some(false), Class::Good, _) => {
                Err(Stop::Wrong("somebody who was removed is there".to_owned()))
            }
            (_, Class::Refused, 404) => {
                self.is(name, Some(false)); // and never again
                self.model().fact("who was removed stays removed");
                Ok(())
            }
            (_, Class::Refused, _) => Err(Stop::Wrong(format!("a person: {}", said.short()))),
            _ => Ok(()),
        }
    }

    fn is(&mut self, name: &str, there: Option<bool>) {
        for (_, its) in self.made.iter_mut().filter(|(made, _)| made == name) {
            *its = there;
        }
    }
}
