//! Grants, tokens, devices, sessions, and what was recorded with each.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Rules;

/// Clients whose grants come of codes alone.
const BY_CODE: [&str; 3] = ["brief", "direct", "asks"];

impl Rules<'_> {
    /// A token was recorded with the change of its grant; a grant or session was with its event.
    pub(super) fn grants(&self) {
        for (id, _, token) in self.table.all("TOKEN#", "TOKEN") {
            let Some(grant) = text(token, "grant") else {
                continue;
            };
            let state = self.table.get(&format!("GRANT#{grant}"), "GRANT");
            let state = state.and_then(|grant| text(grant, "state"));
            let redeemed = matches!(state, Some("live" | "revoked"));
            self.hold("a token's grant was redeemed", redeemed, || {
                format!("{id} of {grant}: {state:?}")
            });
        }
        for (id, _, device) in self.table.all("DEVICE#", "DEVICE") {
            if text(device, "state") != Some("redeemed") {
                continue;
            }
            let grant = text(device, "grant").unwrap_or_default();
            let there = self.table.get(&format!("GRANT#{grant}"), "GRANT").is_some();
            self.hold("a redeemed device has its grant", there, || id.to_owned());
        }
        self.tokens_of_grants();
        self.grants_and_events();
        self.sessions_and_events();
    }

    /// A grant that was never renewed has one token, however often its code was sent and whatever was answered. What its client
    /// got is counted: others may have got tokens for these.
    fn tokens_of_grants(&self) {
        let mut count: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, _, token) in self.table.all("TOKEN#", "TOKEN") {
            let Some(grant) = text(token, "grant") else {
                continue;
            };
            let item = self.table.get(&format!("GRANT#{grant}"), "GRANT");
            let Some(item) = item else { continue };
            let renewed = item.get("generation").and_then(Value::as_i64).unwrap_or(0) > 0;
            if !renewed && text(item, "client_id") == text(token, "client_id") {
                *count.entry(grant).or_default() += 1;
            }
        }
        for (grant, tokens) in count {
            let rule = "a grant that was never renewed has one token";
            self.hold(rule, tokens == 1, || format!("{grant}: {tokens}"));
        }
    }

    fn grants_and_events(&self) {
        let mut balance: BTreeMap<(String, String), i64> = BTreeMap::new();
        for (_, _, grant) in self.table.all("GRANT#", "GRANT") {
            let user = grant
                .pointer("/subject/id")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let client = text(grant, "client_id").unwrap_or_default();
            *balance
                .entry((user.to_owned(), client.to_owned()))
                .or_default() += 1;
        }
        for (user, client) in self.events("authorize_application", |_| true) {
            *balance.entry((user, client)).or_default() -= 1;
        }
        for ((user, client), over) in balance {
            // An allowed device or request has its event before it has its grant.
            let holds = if BY_CODE.contains(&client.as_str()) {
                over == 0
            } else {
                over <= 0
            };
            let rule = "as many grants as events of them";
            self.hold(rule, holds, || format!("{user} at {client}: {over:+}"));
        }
    }

    fn sessions_and_events(&self) {
        let mut balance: BTreeMap<String, i64> = BTreeMap::new();
        for (user, _, _) in self.table.all("USER#", "SESSION#") {
            *balance.entry(user.to_owned()).or_default() += 1;
        }
        let by_password =
            |event: &Value| text(event, "context").is_some_and(|it| it.contains("\"password\""));
        for (user, _) in self.events("login", by_password) {
            *balance.entry(user).or_default() -= 1;
        }
        for (user, _) in self.events("logout", |_| true) {
            *balance.entry(user).or_default() += 1;
        }
        for (user, over) in balance {
            if self.table.get(&format!("USER#{user}"), "USER").is_none() {
                continue; // their sessions went with them
            }
            self.hold(
                "as many sessions as sign-ins without sign-outs",
                over == 0,
                || format!("{user}: {over:+}"),
            );
        }
    }

    /// Whose the events of this action are, and of which client.
    fn events(&self, action: &'static str, fits: impl Fn(&Value) -> bool) -> Vec<(String, String)> {
        let all = self.table.all("EVENTS", "").map(|(_, _, event)| event);
        let fitting = all.filter(|event| text(event, "action") == Some(action) && fits(event));
        let named = fitting.map(|event| {
            let user = event
                .pointer("/user/id")
                .and_then(Value::as_str)
                .unwrap_or_default();
            (
                user.to_owned(),
                text(event, "client_id").unwrap_or_default().to_owned(),
            )
        });
        named.collect()
    }
}

/// A member that is text.
pub(super) fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name)?.as_str()
}
