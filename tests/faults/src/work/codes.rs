//! Codes (RFC 6749 §4.1.2): at most one redemption, and a second one ends what came of the first.

use crate::actor::Actor;
use crate::browser::{Back, Browser};
use crate::family::Family;
use crate::http_client::{Answer, Stop, Went, form_as};
use crate::model::{Class, Standing};
use crate::world::CALLBACK;

/// The token endpoint.
pub(super) const TOKEN: &str = "/application/o/token/";

impl Actor {
    /// Somebody signs in to a client, which redeems the code, and not always once.
    pub(super) async fn redeem_a_code(&mut self) -> Went<()> {
        let clients = ["patient", "patient", "brief", "direct", "asks"];
        let client = self.dice.pick(&clients).copied().unwrap_or("patient");
        let mut browser = self.visitor();
        let back = browser
            .authorize(self, client, "openid profile offline_access")
            .await;
        self.keep(browser);
        self.redeem(client, &back?).await
    }

    /// Most people stay signed in.
    pub(super) fn keep(&mut self, browser: Browser) {
        self.browser = (!self.dice.percent(12)).then_some(browser);
    }

    async fn redeem(&mut self, client: &'static str, back: &Back) -> Went<()> {
        let none = || Stop::Wrong(format!("no code in {}", back.0));
        let code = back.param("code").ok_or_else(none)?;
        self.model().secret(&code);
        let times = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4];
        let times = self.dice.pick(&times).copied().unwrap_or(1);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
        ];
        let request = || form_as(client, TOKEN, &form, "192.0.2.9");
        let mut answers = Vec::new();
        if times == 1 {
            answers.push(self.send("token: code", request()?).await);
            while answers.last().is_some_and(|it| it.class == Class::Failed) && answers.len() < 4 {
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                answers.push(self.send("token: code", request()?).await);
            }
        } else {
            let mut requests = Vec::new();
            for _ in 0..times {
                requests.push(request()?);
            }
            answers = self.send_all("token: code", requests).await;
        }
        self.judge_redemptions(client, &answers, times > 1)
    }

    fn judge_redemptions(
        &mut self,
        client: &'static str,
        answers: &[Answer],
        at_once: bool,
    ) -> Went<()> {
        let of = |class: Class| answers.iter().filter(move |it| it.class == class);
        let (good, failed, refused) = (
            of(Class::Good).count(),
            of(Class::Failed).count(),
            of(Class::Refused).count(),
        );
        for answer in of(Class::Refused) {
            if answer.error() != "invalid_grant" {
                return Err(Stop::Wrong(format!("a redemption: {}", answer.short())));
            }
        }
        if good > 1 {
            return Err(Stop::Wrong(format!("a code was redeemed {good} times")));
        }
        self.model().fact("a code is redeemed at most once");
        let Some(first) = of(Class::Good).next() else {
            // Whoever was told that we failed may have been the first.
            return if failed == 0 {
                Err(Stop::Wrong(
                    "a code was lost: nobody got tokens for it, and we never failed".to_owned(),
                ))
            } else {
                Ok(())
            };
        };
        let mut family = Family::of(self, client, first)?;
        if refused > 0 {
            self.model().fact("a replayed code ends its tokens");
            family.dead();
        } else if failed > 0 && at_once {
            family.doubtful(); // a replay may have ended them, and failed at saying so
        }
        if !at_once && refused > 0 {
            return Err(Stop::Wrong(
                "a code was refused before it was redeemed".to_owned(),
            ));
        }
        if family.refresh.is_none() && family.standing == Standing::Live {
            return Err(Stop::Wrong(
                "no refresh token for offline_access".to_owned(),
            ));
        }
        self.families.push(family);
        Ok(())
    }
}
