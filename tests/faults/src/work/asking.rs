//! Somebody is asked by a client (OpenID Connect CIBA Core 1.0).

use crate::actor::Actor;
use crate::browser::{Browser, borrowed, hidden};
use crate::family::Family;
use crate::http_client::{Stop, Went, form_as};
use crate::model::Class;
use crate::world::person;

use super::codes::TOKEN;

const ENDPOINT: &str = "/application/o/backchannel-authentication/";
const PAGE: &str = "/if/user/requests/";

impl Actor {
    /// A client asks, the person allows what they are asked first, and the client polls.
    pub(super) async fn be_asked(&mut self) -> Went<()> {
        let (name, password) = person(self.number);
        let form = [("scope", "openid"), ("login_hint", &name)];
        let asking = self
            .send(
                "ask: new",
                form_as("patient", ENDPOINT, &form, "192.0.2.9")?,
            )
            .await;
        if asking.status == 429 {
            return Ok(()); // others ask this person, too
        }
        let asking = asking.good("a client asks")?;
        let Some(id) = asking.member("auth_req_id") else {
            return Err(Stop::Wrong(format!("no auth_req_id: {}", asking.short())));
        };
        let mut browser = Browser::new((name, password), self.address());
        browser.open(self, PAGE).await?;
        let page = browser
            .get(self, "ask: page", PAGE)
            .await?
            .good("the page of requests")?;
        let mut fields = hidden(&page.text, &["csrf", "request"]);
        if fields.len() < 2 {
            return Ok(()); // another browser was faster
        }
        fields.push(("action".to_owned(), "allow".to_owned()));
        browser
            .post(self, "ask: answer", PAGE, &borrowed(&fields))
            .await?
            .good("an answer")?;
        let polled = [
            ("grant_type", "urn:openid:params:grant-type:ciba"),
            ("auth_req_id", id.as_str()),
        ];
        let request = || form_as("patient", TOKEN, &polled, "192.0.2.9");
        let answers = self
            .send_all("token: asked", vec![request()?, request()?])
            .await;
        let good: Vec<_> = answers
            .iter()
            .filter(|it| it.class == Class::Good)
            .collect();
        if good.len() > 1 {
            return Err(Stop::Wrong("an auth_req_id was redeemed twice".to_owned()));
        }
        let Some(first) = good.first() else {
            return Ok(());
        };
        self.model().fact("an auth_req_id is redeemed at most once");
        let mut family = Family::of(self, "patient", first)?;
        let replayed = answers.iter().any(|it| it.error() == "invalid_grant");
        if replayed {
            family.dead();
        } else {
            family.doubtful(); // what the second poll did is not known
        }
        self.families.push(family);
        Ok(())
    }
}
