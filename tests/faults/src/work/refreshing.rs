//! Refresh tokens (RFC 9700 §4.14.2): each has one successor, and one that was given up ends the family.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use http::Request;

use super::codes::TOKEN;
use crate::actor::Actor;
use crate::family::Family;
use crate::http_client::{Answer, Stop, Went, form_as};
use crate::model::{Class, Standing};

/// Well inside the grace of all clients but `brief`.
const SURELY_GRACE: Duration = Duration::from_mins(1);
/// Well past that of `brief`.
const SURELY_PAST: Duration = Duration::from_secs(3);

impl Actor {
    /// A family goes on, or is tried with what it gave up.
    pub(super) async fn refresh(&mut self) -> Went<()> {
        let over = self.dice.percent(15);
        let fits = |it: &Family| it.refresh.is_some() && (over || it.standing == Standing::Live);
        let Some(at) = self.some_family(fits) else {
            return Ok(());
        };
        let Some(mut family) = self.families.get(at).cloned() else {
            return Ok(());
        };
        let again = family.client != "brief" && self.dice.percent(12);
        let went = if family.standing != Standing::Live {
            self.refresh_what_is_over(&mut family).await
        } else if again {
            self.refresh_inside_the_grace(&mut family).await
        } else if self.dice.percent(10) {
            self.refresh_with_an_old_one(&mut family).await
        } else {
            self.refresh_with_the_one_in_force(&mut family).await
        };
        self.put_back(at, family);
        went
    }

    async fn refresh_with_the_one_in_force(&mut self, family: &mut Family) -> Went<()> {
        let Some(token) = family.refresh.clone() else {
            return Ok(());
        };
        let brief = family.client == "brief";
        let times = if brief || !self.dice.percent(35) {
            1
        } else {
            2 + self.dice.below(3)
        };
        let mut requests = Vec::new();
        for _ in 0..times {
            requests.push(asking(family.client, &token)?);
        }
        let begun = Instant::now();
        let answers = self.send_all("token: refresh", requests).await;
        let unsure = family.unsure.get_or_insert(begun).elapsed();
        let surely = !brief && unsure < SURELY_GRACE;
        let refused = answers.iter().find(|it| it.class == Class::Refused);
        if let Some(refused) = refused {
            if surely || refused.error() != "invalid_grant" {
                let told = format!("a refresh token in force was refused: {}", refused.short());
                return Err(Stop::Wrong(told));
            }
            // It had been used, which was not told in time: the answer came after the grace.
            family.dead();
            return Ok(());
        }
        if brief && answers.iter().any(|it| it.class == Class::Failed) {
            family.doubtful();
        }
        self.renewed(family, &token, &answers)
    }

    /// Takes what came of one refresh token, however often it was sent.
    fn renewed(&mut self, family: &mut Family, token: &str, answers: &[Answer]) -> Went<()> {
        let mut successors = BTreeSet::new();
        for answer in answers.iter().filter(|it| it.class == Class::Good) {
            family.took(self, family.client, answer)?;
            let none = || Stop::Wrong("a refresh without a refresh token".to_owned());
            successors.insert(answer.member("refresh_token").ok_or_else(none)?);
        }
        let Some(successor) = successors.pop_first() else {
            return Ok(());
        };
        if !successors.is_empty()
            || successor == token
            || family.earlier.iter().any(|(it, _)| *it == successor)
        {
            return Err(Stop::Wrong(
                "a refresh token has two successors, or an old one".to_owned(),
            ));
        }
        self.model().fact("a refresh token has one successor");
        family.unsure = None;
        family.earlier.push((token.to_owned(), Instant::now()));
        family.refresh = Some(successor);
        Ok(())
    }

    /// The predecessor yields the same successor again.
    async fn refresh_inside_the_grace(&mut self, family: &mut Family) -> Went<()> {
        let Some((token, at)) = family.earlier.last().cloned() else {
            return Ok(());
        };
        // Where the one in force may have been used already, this is no predecessor any more.
        if at.elapsed() > SURELY_GRACE || family.unsure.is_some() {
            return Ok(());
        }
        let answer = self
            .send("token: refresh again", asking(family.client, &token)?)
            .await;
        match answer.class {
            Class::Failed => Err(Stop::Failed),
            Class::Refused => Err(Stop::Wrong(format!("inside the grace: {}", answer.short()))),
            Class::Good if answer.member("refresh_token") == family.refresh => {
                self.model()
                    .fact("inside the grace the successor is the same");
                family.took(self, family.client, &answer)
            }
            Class::Good => Err(Stop::Wrong(
                "inside the grace another successor was given".to_owned(),
            )),
        }
    }

    /// One that was given up ends the family.
    async fn refresh_with_an_old_one(&mut self, family: &mut Family) -> Went<()> {
        let mut earlier = family.earlier.iter().rev();
        let old = if family.client == "brief" {
            earlier.find(|(_, at)| at.elapsed() > SURELY_PAST)
        } else {
            earlier.nth(1)
        };
        let Some((token, _)) = old.cloned() else {
            return Ok(());
        };
        let answer = self
            .send("token: refresh, reused", asking(family.client, &token)?)
            .await;
        match answer.class {
            Class::Good => Err(Stop::Wrong(
                "a refresh token that was given up yields tokens".to_owned(),
            )),
            Class::Failed => {
                family.doubtful();
                Err(Stop::Failed)
            }
            Class::Refused if answer.error() == "invalid_grant" => {
                self.model().fact("a reused refresh token ends its family");
                family.dead();
                family.introspect(self, 0).await
            }
            Class::Refused => Err(Stop::Wrong(format!(
                "a reused refresh token: {}",
                answer.short()
            ))),
        }
    }

    /// What is over yields nothing, and what may be over yields something or is over from then on.
    async fn refresh_what_is_over(&mut self, family: &mut Family) -> Went<()> {
        let Some(token) = family.refresh.clone() else {
            return Ok(());
        };
        let answer = self
            .send("token: refresh, over", asking(family.client, &token)?)
            .await;
        match (answer.class, family.standing) {
            (Class::Failed, _) => Err(Stop::Failed),
            (Class::Good, Standing::Dead) => Err(Stop::Wrong(
                "a grant that was revoked is live again".to_owned(),
            )),
            (Class::Good, Standing::Live | Standing::Unknown) => {
                self.renewed(family, &token, &[answer])
            }
            (Class::Refused, _) => {
                self.model().fact("a grant that was revoked stays revoked");
                family.dead();
                Ok(())
            }
        }
    }

    /// A refresh and a revocation at the same moment: whatever the one yields, the other ends.
    pub(super) async fn race_revocation(&mut self) -> Went<()> {
        let Some(at) = self.some_family(|it| it.refresh.is_some() && it.standing == Standing::Live)
        else {
            return Ok(());
        };
        let Some(mut family) = self.families.get(at).cloned() else {
            return Ok(());
        };
        let Some(token) = family.refresh.clone() else {
            return Ok(());
        };
        let revocation = form_as(
            family.client,
            "/application/o/revoke/",
            &[("token", &token)],
            "192.0.2.9",
        )?;
        let requests = vec![asking(family.client, &token)?, revocation];
        let answers = self.send_all("refresh and revoke at once", requests).await;
        if let [refreshed, revoked] = &answers[..] {
            if refreshed.class == Class::Good {
                family.took(self, family.client, refreshed)?;
                family.refresh = refreshed.member("refresh_token");
            }
            family.revocation(revoked.class)?;
        }
        let last = family.tokens.len().saturating_sub(1);
        let went = family.introspect(self, last).await;
        self.put_back(at, family);
        went
    }
}

/// A refresh.
fn asking(client: &str, token: &str) -> Went<Request<bytes::Bytes>> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    form_as(client, TOKEN, &form, "192.0.2.9")
}
