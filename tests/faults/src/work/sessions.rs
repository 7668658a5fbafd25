//! Sessions: whoever signed out is signed out.

use crate::actor::Actor;
use crate::browser::{Browser, borrowed, field};
use crate::family::Family;
use crate::http_client::{Stop, Went, form_as};
use crate::model::Class;
use crate::world::{CALLBACK, person};

use super::codes::TOKEN;

const END_SESSION: &str = "/application/o/patient/end-session/";

impl Actor {
    /// Somebody signs in anew, gets tokens that end with the session, and signs out.
    pub(super) async fn sign_out(&mut self) -> Went<()> {
        let (someone, address) = (person(self.dice.below(64)), self.address());
        let mut browser = Browser::new(someone, address);
        let back = browser.authorize(self, "patient", "openid").await?;
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
        let mut family = match answer.class {
            Class::Good => Some(Family::of(self, "patient", &answer)?),
            Class::Refused => return Err(Stop::Wrong(format!("a redemption: {}", answer.short()))),
            Class::Failed => None,
        };
        let ended = self.leave(&mut browser).await?;
        if let Some(family) = &mut family {
            match ended {
                Class::Good => family.dead(),
                Class::Failed | Class::Refused => family.doubtful(),
            }
            family.introspect(self, 0).await?;
        }
        self.families.extend(family);
        match (ended, browser.signed_in(self).await?) {
            (Class::Good, Some(true)) => Err(Stop::Wrong(
                "somebody who signed out is signed in".to_owned(),
            )),
            (Class::Good, Some(false)) => {
                self.model().fact("who signed out stays signed out");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Presses the button of the page that asks.
    async fn leave(&self, browser: &mut Browser) -> Went<Class> {
        let page = browser.get(self, "end-session", END_SESSION).await?;
        let page = page.good("end-session")?;
        let Some(csrf) = field(&page.text, "csrf") else {
            return Err(Stop::Wrong(format!(
                "end-session asks nothing: {}",
                page.short()
            )));
        };
        let form = [
            ("csrf".to_owned(), csrf),
            ("choice".to_owned(), "sign_out".to_owned()),
        ];
        let answer = browser
            .post(self, "end-session", END_SESSION, &borrowed(&form))
            .await?;
        Ok(answer.class)
    }
}
