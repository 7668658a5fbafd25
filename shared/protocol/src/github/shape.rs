//! People, teams and organizations in GitHub's fields (reference §7): every field clients look for is there, and
//! what has no meaning here is empty, zero or false as authentik has it.

use icu_normalizer::DecomposingNormalizer;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::time::Timestamp;

/// `GET /user`.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// Small integer.
    pub id: u64,
    /// User name.
    pub login: &'a str,
    /// Full name; may be empty.
    pub name: &'a str,
    /// May be empty.
    pub email: &'a str,
    /// When the account was made.
    pub joined: Timestamp,
}

/// Links of an account.
const ACCOUNT_TEXTS: [&str; 17] = [
    "node_id",
    "avatar_url",
    "gravatar_id",
    "url",
    "html_url",
    "followers_url",
    "following_url",
    "gists_url",
    "starred_url",
    "subscriptions_url",
    "organizations_url",
    "repos_url",
    "events_url",
    "received_events_url",
    "company",
    "blog",
    "location",
];

/// Counts of an account.
const ACCOUNT_COUNTS: [&str; 9] = [
    "public_repos",
    "public_gists",
    "followers",
    "following",
    "private_gists",
    "total_private_repos",
    "owned_private_repos",
    "disk_usage",
    "collaborators",
];

impl Account<'_> {
    /// As JSON.
    pub fn to_json(&self) -> Value {
        let joined = self.joined.rfc3339();
        let mut account = object(json!({
            "login": self.login,
            "id": self.id,
            "name": self.name,
            "email": self.email,
            "type": "User",
            "site_admin": false,
            "hireable": false,
            "two_factor_authentication": true,
            "created_at": joined,
            "updated_at": joined,
            "plan": {"name": "None", "space": 0, "private_repos": 0, "collaborators": 0},
        }));
        fill(&mut account, &ACCOUNT_TEXTS, &json!(""));
        fill(&mut account, &["bio"], &json!(""));
        fill(&mut account, &ACCOUNT_COUNTS, &json!(0));
        Value::Object(account)
    }
}

/// An entry of `GET /user/emails`; `visibility` is `private`, as nothing here is published.
pub fn email(address: &str, verified: bool) -> Value {
    json!({"email": address, "primary": true, "verified": verified, "visibility": "private"})
}

/// The organization that everybody of a tenant is in: its brand.
#[derive(Clone, Copy, Debug)]
pub struct Organization<'a> {
    /// The brand's title.
    pub title: &'a str,
}

const ORGANIZATION_TEXTS: [&str; 17] = [
    "node_id",
    "url",
    "repos_url",
    "events_url",
    "hooks_url",
    "issues_url",
    "members_url",
    "public_members_url",
    "avatar_url",
    "description",
    "company",
    "blog",
    "location",
    "email",
    "html_url",
    "created_at",
    "updated_at",
];

impl Organization<'_> {
    /// As JSON.
    pub fn to_json(&self) -> Value {
        let mut organization = object(json!({
            "login": slugify(self.title),
            "id": 1,
            "name": self.title,
            "type": "Organization",
        }));
        let truths = [
            "is_verified",
            "has_organization_projects",
            "has_repository_projects",
        ];
        fill(&mut organization, &truths, &json!(true));
        let counts = ["public_repos", "public_gists", "followers", "following"];
        fill(&mut organization, &counts, &json!(0));
        fill(&mut organization, &ORGANIZATION_TEXTS, &json!(""));
        Value::Object(organization)
    }
}

/// An entry of `GET /user/teams`: a group.
#[derive(Clone, Copy, Debug)]
pub struct Team<'a> {
    /// The group's UUID.
    pub id: Uuid,
    /// The group's name.
    pub name: &'a str,
    /// Whose it is.
    pub organization: Organization<'a>,
}

const TEAM_TEXTS: [&str; 10] = [
    "node_id",
    "url",
    "html_url",
    "description",
    "privacy",
    "permission",
    "members_url",
    "repositories_url",
    "created_at",
    "updated_at",
];

impl Team<'_> {
    /// As JSON.
    pub fn to_json(&self) -> Value {
        let mut team = object(json!({
            "id": self.number(),
            "name": self.name,
            "slug": slugify(self.name),
            "parent": null,
            "members_count": 0,
            "repos_count": 0,
            "organization": self.organization.to_json(),
        }));
        fill(&mut team, &TEAM_TEXTS, &json!(""));
        Value::Object(team)
    }

    /// The first five digits of the UUID as a decimal number, as authentik counts teams.
    fn number(&self) -> u32 {
        let digits: String = self.id.as_u128().to_string().chars().take(5).collect();
        digits.parse().unwrap_or_default()
    }
}

/// A name as part of a URL, as Django makes it: compatible ASCII, lower case, words joined by hyphens.
pub fn slugify(name: &str) -> String {
    let decomposed = DecomposingNormalizer::new_nfkd().normalize(name);
    let kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || c.is_whitespace();
    let plain: String = decomposed
        .chars()
        .filter(char::is_ascii)
        .filter(kept)
        .collect();
    let words = plain.split(|c: char| c == '-' || c.is_whitespace());
    let joined = words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    joined.trim_matches(['-', '_']).to_ascii_lowercase()
}

fn fill(object: &mut Map<String, Value>, names: &[&str], value: &Value) {
    for name in names {
        object.insert((*name).to_owned(), value.clone());
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_what_django_makes_of_a_name() {
        for (name, slug) in [
            ("Platform Team", "platform-team"),
            ("  Café -- à la carte!  ", "cafe-a-la-carte"),
            ("_under_score_", "under_score"),
            ("a/b.c:d", "abcd"),
            ("ﬁne\tprint", "fine-print"),
            ("日本", ""),
        ] {
            assert_eq!(slugify(name), slug, "{name}");
        }
    }

    #[test]
    fn a_teams_number_is_the_first_five_digits_of_its_uuid() {
        let team = |id| Team {
            id,
            name: "x",
            organization: Organization { title: "t" },
        };
        let id = Uuid::from_u128(123_456_789_012_345_678);
        assert_eq!(team(id).number(), 12345);
        assert_eq!(team(Uuid::nil()).number(), 0);
        assert_eq!(team(Uuid::max()).number(), 34028);
    }
}
