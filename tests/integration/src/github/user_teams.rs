//! `/user/teams`, `/api/v3/user/teams`.

use provider::group::GroupId;
use provider::user::Membership;
use serde_json::{Value, json as object};
use uuid::Uuid;

use crate::harness::{Bench, json, people, summary};

use super::{get, lacks, token, told, value};

/// Makes ada a member of these groups alone; the UUID of each begins with its place in the list.
async fn member_of(bench: &Bench, names: &[&str]) {
    let group = |(at, name): (usize, &&str)| Membership {
        id: GroupId(Uuid::from_u128(1_234_500_000_000 + at as u128)),
        name: (*name).to_owned(),
    };
    let groups: Vec<Membership> = names.iter().enumerate().map(group).collect();
    people::change(bench, "ada", |user| user.subject.groups.clear()).await;
    for some in groups.chunks(20) {
        for group in some {
            people::group(bench, group).await;
        }
        people::change(bench, "ada", |user| {
            user.subject.groups.extend_from_slice(some);
        })
        .await;
    }
}

#[tokio::test]
async fn reference_7_a_team_has_these_fields() {
    let bench = Bench::embedded().await;
    member_of(&bench, &["Équipe Moteurs"]).await;
    let token = token(&bench, "read:org").await;
    let teams = told(&bench, "/user/teams", &token).await;
    let [team] = teams.as_array().expect("a list").as_slice() else {
        panic!("one team: {teams}")
    };
    let mut team = team.as_object().expect("an object").clone();
    let organization = team.remove("organization").expect("an organization");
    assert_eq!(
        Value::Object(team),
        object!({
            "id": 12345, "name": "Équipe Moteurs", "slug": "equipe-moteurs", "parent": null,
            "members_count": 0, "repos_count": 0,
            "node_id": "", "url": "", "html_url": "", "description": "", "privacy": "",
            "permission": "", "members_url": "", "repositories_url": "", "created_at": "", "updated_at": "",
        })
    );
    let orgs = told(&bench, "/user/orgs", &token).await;
    assert_eq!(orgs, object!([organization]), "the same one");
    assert_eq!(organization["login"], "example");
}

#[tokio::test]
async fn seed_003_read_org_lists_all_the_users_groups_as_teams() {
    let bench = Bench::embedded().await;
    let token = token(&bench, "read:org").await;
    let names = |teams: &Value| -> Vec<String> {
        let all = teams.as_array().expect("a list").iter();
        all.map(|team| team["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(
        names(&told(&bench, "/user/teams", &token).await),
        ["engines"]
    );
    member_of(&bench, &["b", "a"]).await;
    assert_eq!(
        names(&told(&bench, "/api/v3/user/teams", &token).await),
        ["b", "a"],
        "as they are now"
    );
    member_of(&bench, &[]).await;
    assert_eq!(told(&bench, "/user/teams", &token).await, object!([]));
}

#[tokio::test]
async fn seed_003_user_teams_needs_read_org() {
    let bench = Bench::embedded().await;
    let token = token(&bench, "user read:user user:email").await;
    for path in ["/user/teams", "/api/v3/user/teams"] {
        let answer = get(&bench, path, &format!("token {token}")).await;
        assert_eq!(summary(&answer), lacks("read:org"), "{path}");
    }
}

#[tokio::test]
async fn teams_come_in_pages_that_end_in_an_empty_one() {
    let bench = Bench::embedded().await;
    let names: Vec<String> = (0..45).map(|n| format!("g{n}")).collect();
    member_of(
        &bench,
        &names.iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .await;
    let token = token(&bench, "read:org").await;
    for (query, expected) in [
        ("", 30),
        ("?page=2", 15),
        ("?page=3", 0),
        ("?per_page=20&page=3", 5),
        ("?per_page=20&page=4", 0),
        ("?per_page=100&page=1", 45),
        ("?per_page=100&page=2", 0),
        ("?per_page=1000", 45),
        ("?per_page=0", 30),
        ("?per_page=-5&page=-1", 30),
        ("?per_page=x&page=y", 30),
        ("?page=18446744073709551615", 0),
        ("?limit=200", 30),
    ] {
        let teams = told(&bench, &format!("/user/teams{query}"), &token).await;
        assert_eq!(teams.as_array().map(Vec::len), Some(expected), "{query}");
    }
}

#[tokio::test]
async fn rfc8288_links_lead_through_all_pages() {
    let bench = Bench::embedded().await;
    let names: Vec<String> = (0..5).map(|n| format!("g{n}")).collect();
    member_of(
        &bench,
        &names.iter().map(String::as_str).collect::<Vec<_>>(),
    )
    .await;
    let token = token(&bench, "read:org").await;
    let mut path = "/api/v3/user/teams?per_page=2".to_owned();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let answer = get(&bench, &path, &format!("token {token}")).await;
        seen.extend(json(&answer).as_array().expect("a list").clone());
        let links = value(answer.headers(), "link");
        let Some(next) = links
            .split(", ")
            .find(|link| link.ends_with("rel=\"next\""))
        else {
            assert_eq!(
                links,
                "<http://localhost:8000/api/v3/user/teams?page=2&per_page=2>; rel=\"prev\", \
                 <http://localhost:8000/api/v3/user/teams?page=1&per_page=2>; rel=\"first\""
            );
            break;
        };
        let url = next
            .trim_start_matches('<')
            .split('>')
            .next()
            .expect("a URL");
        path = url
            .strip_prefix("http://localhost:8000")
            .expect("on this site")
            .to_owned();
    }
    let seen: Vec<&str> = seen
        .iter()
        .filter_map(|team| team["name"].as_str())
        .collect();
    assert_eq!(seen, names);
    let answer = get(&bench, "/user/teams", &format!("token {token}")).await;
    assert_eq!(value(answer.headers(), "link"), "", "all on one page");
}
