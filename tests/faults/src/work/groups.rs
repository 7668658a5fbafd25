//! Groups: a new name goes to all members, and people join and leave.

use std::time::Instant;

use http::Method;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::http_client::{Stop, Went};
use crate::model::Class;

const GROUPS: &str = "/core/groups/";

impl Actor {
    /// Renames one of the teams.
    pub(super) async fn groups(&mut self) -> Went<()> {
        let list = self
            .api(
                "api: read",
                Method::GET,
                &format!("{GROUPS}?page_size=100"),
                Value::Null,
            )
            .await?;
        let list = list.good("groups are listed")?.json();
        let all = list
            .get("results")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let named = |group: &Value, start: &str| {
            let name = group.get("name").and_then(Value::as_str);
            name.is_some_and(|name| name.starts_with(start))
        };
        let teams: Vec<&Value> = all.iter().filter(|group| named(group, "team")).collect();
        let Some(pk) = self
            .dice
            .pick(&teams)
            .and_then(|team| team.get("pk")?.as_str().map(str::to_owned))
        else {
            return Err(Stop::Wrong("the teams are gone".to_owned()));
        };
        let number = self.model().number();
        let (path, begun) = (format!("{GROUPS}{pk}/"), Instant::now());
        let body = json!({ "name": named_by(number) });
        let answer = self.api("api: group", Method::PATCH, &path, body).await?;
        match answer.class {
            Class::Good => {
                self.model().renamed(number);
                self.read_group(&path, number, begun).await
            }
            Class::Failed => Ok(()),
            // Another client renames the same team.
            Class::Refused if answer.status == 409 => Ok(()),
            Class::Refused => Err(Stop::Wrong(format!("a group: {}", answer.short()))),
        }
    }

    /// A group that was renamed has its new name, or one that somebody gave it meanwhile: none that had been answered before
    /// this change began.
    async fn read_group(&self, path: &str, number: u64, begun: Instant) -> Went<()> {
        let answer = self
            .api("api: read", Method::GET, path, Value::Null)
            .await?;
        let answer = answer.good("a group is read")?;
        let said = answer.member("name").unwrap_or_default();
        let of_another = said.strip_prefix("team-").and_then(|it| it.parse().ok());
        let fits = said == named_by(number)
            || of_another.is_some_and(|other| !self.model().renamed_before(other, begun));
        if !fits {
            return Err(Stop::Wrong(format!(
                "a group is called {said:?}, and {number} was answered"
            )));
        }
        self.model().fact("a group is called as was answered");
        Ok(())
    }
}

fn named_by(number: u64) -> String {
    format!("team-{number}")
}
