//! Devices (RFC 8628): of any number of polls one gets tokens.

use std::time::Duration;

use crate::actor::Actor;
use crate::browser::{Browser, borrowed, hidden};
use crate::family::Family;
use crate::http_client::{Answer, Stop, Went, form};
use crate::model::Class;

use super::codes::TOKEN;

const DEVICE: &str = "/application/o/device/";
const PAGE: &str = "/device";

impl Actor {
    /// A device asks, somebody allows it, and it polls, often twice at once.
    pub(super) async fn device(&mut self) -> Went<()> {
        let asked = [("client_id", "patient"), ("scope", "openid offline_access")];
        let address = self.address();
        let asking = self
            .send("device: ask", form(DEVICE, &asked, &address)?)
            .await;
        let asking = asking.good("a device asks")?;
        let (Some(device), Some(user)) = (asking.member("device_code"), asking.member("user_code"))
        else {
            return Err(Stop::Wrong(format!(
                "no codes for a device: {}",
                asking.short()
            )));
        };
        let mut browser = self.visitor();
        let allowed = self.allow(&mut browser, &user).await;
        self.keep(browser);
        let surely = match allowed {
            Ok(()) => true,
            Err(Stop::Failed) => false,
            Err(wrong) => return Err(wrong),
        };
        let times = 1 + self.dice.below(3);
        let mut answers = self.poll(&device, times).await?;
        if times == 1 && surely && answers.iter().all(|it| it.class == Class::Failed) {
            tokio::time::sleep(Duration::from_millis(300)).await;
            answers.extend(self.poll(&device, 1).await?);
        }
        self.judge_polls(&answers, surely)
    }

    async fn allow(&self, browser: &mut Browser, code: &str) -> Went<()> {
        let page = browser.open(self, PAGE).await?;
        let question = self.fill(browser, &page, &[("code", code)]).await?;
        let done = self
            .fill(browser, &question, &[("code", code), ("consent", "accept")])
            .await?;
        if done.text.contains("Your device is connected") {
            return Ok(());
        }
        // The answer to the first try was lost, and the page was sent again.
        Err(Stop::Wrong(format!(
            "a device is not connected: {}",
            done.short()
        )))
    }

    async fn fill(
        &self,
        browser: &mut Browser,
        page: &Answer,
        fields: &[(&str, &str)],
    ) -> Went<Answer> {
        let hidden = hidden(&page.text, &["csrf", "component"]);
        let mut form = borrowed(&hidden);
        form.extend(fields);
        let answer = browser.post(self, "device: answer", PAGE, &form).await?;
        answer.good("the device page")
    }

    async fn poll(&self, device: &str, times: usize) -> Went<Vec<Answer>> {
        let polled = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", "patient"),
            ("device_code", device),
        ];
        let mut requests = Vec::new();
        for _ in 0..times {
            requests.push(form(TOKEN, &polled, "192.0.2.9")?);
        }
        Ok(self.send_all("token: device", requests).await)
    }

    fn judge_polls(&mut self, answers: &[Answer], surely: bool) -> Went<()> {
        let of = |class: Class| answers.iter().filter(move |it| it.class == class);
        if of(Class::Good).count() > 1 {
            return Err(Stop::Wrong("a device code was redeemed twice".to_owned()));
        }
        let replayed = of(Class::Refused).any(|it| it.error() == "invalid_grant");
        let Some(first) = of(Class::Good).next() else {
            let lost = surely && of(Class::Failed).count() == 0;
            let told = answers.first().map_or_else(String::new, Answer::short);
            return if lost {
                Err(Stop::Wrong(format!(
                    "an allowed device gets nothing: {told}"
                )))
            } else {
                Ok(())
            };
        };
        self.model().fact("a device code is redeemed at most once");
        let mut family = Family::of(self, "patient", first)?;
        if replayed {
            family.dead();
        } else if of(Class::Failed).count() > 0 && answers.len() > 1 {
            family.doubtful();
        }
        self.families.push(family);
        Ok(())
    }
}
