//! People, groups and their tokens: every item of an account is there, or none.

use protocol::Digest;
use serde_json::Value;

use super::Rules;
use super::grants::text;
use crate::actor::Actor;

impl Rules<'_> {
    /// USER with LOGIN, USERS, USERPATHS and MEMBER; GROUP with GROUPNAME and GROUPS; USERTOKEN with its places.
    pub(super) fn accounts(&self) {
        for (id, _, user) in self.table.all("USER#", "USER") {
            if user.get("sk").and_then(Value::as_str) == Some("USER") {
                self.account(id, user);
            }
        }
        for (_, _, login) in self.table.all("LOGIN#", "LOGIN") {
            let user = text(login, "user").unwrap_or_default();
            self.account_is_there("a login leads to its account", user);
        }
        for partition in ["USERS", "USERPATHS"] {
            for (rest, _, place) in self.table.all(partition, "") {
                if rest.is_empty() {
                    self.account_is_there(
                        "a place in a list leads to its account",
                        text(place, "user").unwrap_or_default(),
                    );
                }
            }
        }
        for (group, user, _) in self.table.all("GROUP#", "MEMBER#") {
            let account = self.table.get(&format!("USER#{user}"), "USER");
            let knows = account.is_some_and(|it| memberships(it).iter().any(|(id, _)| id == group));
            self.hold("a member knows the group", knows, || {
                format!("{user} in {group}")
            });
        }
        self.groups();
        self.tokens();
        let errands = self.table.all("GROUPERRANDS", "").count();
        self.hold("no errand is left", errands == 0, || {
            format!("{errands} errands")
        });
    }

    fn account_is_there(&self, rule: &'static str, user: &str) {
        let there = self.table.get(&format!("USER#{user}"), "USER").is_some();
        self.hold(rule, there, || user.to_owned());
    }

    fn account(&self, id: &str, user: &Value) {
        let of = |name: &str| {
            user.pointer(&format!("/subject/{name}"))
                .and_then(Value::as_str)
        };
        for name in [of("username"), of("email")]
            .into_iter()
            .flatten()
            .filter(|it| !it.is_empty())
        {
            let digest = Digest::of(name.to_lowercase().as_bytes()).encode();
            let login = self.table.get(&format!("LOGIN#{digest}"), "LOGIN");
            let its = login.and_then(|login| text(login, "user")) == Some(id);
            self.hold("an account has its logins", its, || {
                format!("{name} of {id}")
            });
        }
        let pk = user
            .pointer("/subject/pk")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let path = user
            .pointer("/profile/path")
            .and_then(Value::as_str)
            .unwrap_or_default();
        for (partition, sk) in [
            ("USERS", format!("{pk:020}")),
            ("USERPATHS", format!("{path}/#{pk:020}")),
        ] {
            let place = self.table.get(partition, &sk);
            let its = place.and_then(|place| text(place, "user")) == Some(id);
            self.hold("an account is in its lists", its, || {
                format!("{partition} {sk} of {id}")
            });
        }
        for (group, name) in memberships(user) {
            let member = self
                .table
                .get(&format!("GROUP#{group}"), &format!("MEMBER#{id}"))
                .is_some();
            self.hold("a group knows its member", member, || {
                format!("{id} in {group}")
            });
            let its = self.table.get(&format!("GROUP#{group}"), "GROUP");
            let same = its.and_then(|its| text(its, "name")) == Some(&name);
            self.hold("a member knows the group's name", same, || {
                format!("{id} calls {group} {name}")
            });
        }
    }

    fn groups(&self) {
        for (id, _, group) in self.table.all("GROUP#", "GROUP") {
            let name = text(group, "name").unwrap_or_default();
            let digest = Digest::of(name.as_bytes()).encode();
            let named = self.table.get(&format!("GROUPNAME#{digest}"), "GROUPNAME");
            let its = named.and_then(|named| text(named, "group")) == Some(id);
            self.hold("a group has its name", its, || format!("{name} of {id}"));
            let listed = self.table.get("GROUPS", &format!("{name}#{id}")).is_some();
            self.hold("a group is in the list", listed, || {
                format!("{name} of {id}")
            });
        }
        let count = |pk| self.table.all(pk, "").count();
        let groups = self.table.all("GROUP#", "GROUP").count();
        let listed = self
            .table
            .all("GROUPS", "")
            .filter(|(rest, _, _)| rest.is_empty())
            .count();
        let names = count("GROUPNAME#");
        let same = groups == listed && groups == names;
        self.hold("as many groups as names and places", same, || {
            format!("{groups}, {names}, {listed}")
        });
    }

    fn tokens(&self) {
        for (digest, _, token) in self.table.all("USERTOKEN#", "USERTOKEN") {
            let identifier = text(token, "identifier").unwrap_or_default();
            let name = Digest::of(identifier.as_bytes()).encode();
            let named = self
                .table
                .get(&format!("USERTOKENNAME#{name}"), "USERTOKENNAME");
            let its = named.and_then(|named| text(named, "token")) == Some(digest);
            let listed = self.table.get("USERTOKENS", &name).is_some();
            let owner = text(token, "user").unwrap_or_default();
            let kept = self
                .table
                .get(&format!("USER#{owner}"), &format!("USERTOKEN#{name}"))
                .is_some();
            let whole = its && listed && kept;
            self.hold("a person's token has its places", whole, || {
                identifier.to_owned()
            });
        }
    }

    /// People whose making or removal was answered are there, or not.
    pub(super) fn people(&self, actors: &[Actor]) {
        for (name, there) in actors.iter().flat_map(|actor| &actor.made) {
            let digest = Digest::of(name.as_bytes()).encode();
            let found = self
                .table
                .get(&format!("LOGIN#{digest}"), "LOGIN")
                .is_some();
            let rule = "a person is there as was answered";
            self.hold(rule, there.is_none_or(|there| there == found), || {
                format!("{name}: {there:?}")
            });
        }
    }
}

/// The groups in a member's copy: id and name.
fn memberships(user: &Value) -> Vec<(String, String)> {
    let groups = user.pointer("/subject/groups").and_then(Value::as_array);
    let all = groups.into_iter().flatten();
    all.filter_map(|its| Some((text(its, "id")?.to_owned(), text(its, "name")?.to_owned())))
        .collect()
}
