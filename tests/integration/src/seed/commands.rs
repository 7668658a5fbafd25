//! Issue 4, item 8: a curl for each grant, to be pasted as it is.

use std::collections::BTreeMap;

use local::banner::{Banner, Commands, Example};
use serde_json::Value;

use super::shell::{curl, path, words};
use crate::device::{enter, send};
use crate::harness::browser::{Browser, location};
use crate::harness::page::{action, hidden};
use crate::harness::{Bench, text};

/// A shell with variables, in front of an issuer.
struct Shell {
    bench: Bench,
    commands: Commands,
    variables: BTreeMap<&'static str, String>,
}

impl Shell {
    async fn new() -> Self {
        let bench = Bench::embedded().await;
        let commands = Commands::new(&bench.seeded);
        Self {
            bench,
            commands,
            variables: BTreeMap::new(),
        }
    }

    async fn run(&self, example: &Example) -> (u16, String) {
        let words = words(&example.command, &self.variables);
        let answer = curl(&self.bench, &words).await;
        (answer.status().as_u16(), text(&answer))
    }

    /// Runs it, and takes the members of its answer that have a variable.
    async fn succeed(&mut self, example: &Example) -> Value {
        let (status, body) = self.run(example).await;
        assert_eq!(status, 200, "{}: {body}", example.what);
        let body: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
        for (name, member) in [
            ("ACCESS_TOKEN", "access_token"),
            ("REFRESH_TOKEN", "refresh_token"),
            ("DEVICE_CODE", "device_code"),
        ] {
            if let Some(value) = body[member].as_str() {
                self.variables.insert(name, value.to_owned());
            }
        }
        body
    }

    /// Opens a link and signs in, until the browser is sent to a page of the demo or would post to one.
    async fn open(&self, url: &str) -> BTreeMap<String, String> {
        let mut browser = Browser::new(&self.bench);
        let mut answer = browser.get(path(url)).await;
        for _ in 0..12 {
            if let Some(to) = location(&answer) {
                if let Some((_, query)) =
                    to.split_once("/demo/").and_then(|it| it.1.split_once('?'))
                {
                    return form_urlencoded::parse(query.as_bytes())
                        .into_owned()
                        .collect();
                }
                answer = browser.get(&to).await;
            } else if text(&answer).contains("component") {
                answer = browser.answer(&answer).await;
            } else {
                assert!(
                    action(&answer).ends_with("/demo/callback"),
                    "{}",
                    text(&answer)
                );
                return hidden(&answer).into_iter().collect();
            }
        }
        panic!("leads nowhere: {url}");
    }
}

fn find<'e>(examples: &'e [Example], what: &str) -> &'e Example {
    let found = examples
        .iter()
        .find(|example| example.what.starts_with(what));
    found.unwrap_or_else(|| panic!("no example of {what}"))
}

/// The URL of `open "…"`.
fn opened(example: &Example) -> String {
    let words = words(&example.command, &BTreeMap::new());
    assert_eq!((words[0].as_str(), words.len()), ("open", 2));
    words[1].clone()
}

#[tokio::test]
async fn a_code_is_turned_into_tokens_refreshed_and_revoked() {
    let mut shell = Shell::new().await;
    let arrived = shell.open(&shell.commands.link()).await;
    shell.variables.insert("CODE", arrived["code"].clone());
    let examples = shell.commands.after_sign_in("$CODE");
    let first = shell.succeed(find(&examples, "authorization_code")).await;
    assert_eq!(first["scope"], "openid profile email offline_access");
    let who = shell.succeed(find(&examples, "Ask who")).await;
    assert_eq!(who["preferred_username"], "ada");
    let second = shell.succeed(find(&examples, "refresh_token")).await;
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    shell.succeed(find(&examples, "Revoke")).await;
    let (status, body) = shell.run(find(&examples, "refresh_token")).await;
    assert_eq!(status, 400, "{body}");
    let end = opened(find(&examples, "Sign out"));
    let answer = Browser::new(&shell.bench).get(path(&end)).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn programs_get_tokens_without_a_browser() {
    let mut shell = Shell::new().await;
    let examples = shell.commands.without_browser();
    for what in ["client_credentials", "password"] {
        let tokens = shell.succeed(find(&examples, what)).await;
        assert_eq!(tokens["scope"], "openid profile", "{what}");
        assert!(tokens.get("refresh_token").is_none());
    }
}

#[tokio::test]
async fn a_device_gets_tokens_once_a_person_allows_it() {
    let mut shell = Shell::new().await;
    let examples = shell.commands.without_browser();
    let asked = shell.succeed(find(&examples, "device_code: ask")).await;
    assert_eq!(
        path(asked["verification_uri"].as_str().expect("a URL")),
        "/device"
    );
    let code = asked["user_code"].as_str().expect("a code").to_owned();
    let fetch = find(&examples, "device_code: then");
    let (status, body) = shell.run(fetch).await;
    assert!(
        status == 400 && body.contains("authorization_pending"),
        "{body}"
    );
    let mut browser = Browser::new(&shell.bench);
    let page = enter(&mut browser, &code).await;
    send(
        &mut browser,
        &page,
        &[("code", &code), ("consent", "accept")],
    )
    .await;
    drop(browser);
    shell.bench.wait(protocol::Seconds(10));
    let tokens = shell.succeed(fetch).await;
    assert_eq!(tokens["scope"], "openid profile");
}

#[tokio::test]
async fn implicit_and_hybrid_links_end_at_the_demo_with_what_they_ask_for() {
    let shell = Shell::new().await;
    let examples = shell.commands.by_browser();
    for (what, members) in [
        ("implicit", &["id_token", "access_token", "expires_in"][..]),
        ("hybrid", &["code", "id_token"][..]),
    ] {
        let posted = shell.open(&opened(find(&examples, what))).await;
        for member in members {
            assert!(posted.contains_key(*member), "{what}: {:?}", posted.keys());
        }
        assert_eq!(posted["state"], "demo");
    }
}

#[tokio::test]
async fn githubs_dialect_tells_who_signed_in() {
    let mut shell = Shell::new().await;
    let link = opened(find(&shell.commands.github("$CODE"), "Sign in"));
    let arrived = shell.open(&link).await;
    shell.variables.insert("CODE", arrived["code"].clone());
    let examples = shell.commands.github("$CODE");
    shell.succeed(find(&examples, "Turn the code")).await;
    let user = shell.succeed(find(&examples, "Ask who")).await;
    assert_eq!(user["login"], "ada");
    let teams = shell.succeed(find(&examples, "Ask for their teams")).await;
    assert_eq!(teams[0]["name"], "engines");
}

#[tokio::test]
async fn the_banner_has_every_command_and_fits_a_terminal_of_many_columns() {
    let shell = Shell::new().await;
    let seeded = &shell.bench.seeded;
    let mailbox = "http://localhost:8000/mailbox";
    let banner = Banner {
        seeded,
        kept: true,
        mailbox,
    }
    .to_string();
    assert!(banner.contains(&format!("Mailbox        {mailbox}\n")));
    let commands = &shell.commands;
    let all = [
        commands.after_sign_in("$CODE"),
        commands.without_browser(),
        commands.by_browser(),
        commands.github("$CODE"),
    ];
    for example in all.iter().flatten() {
        let command = example.command.replace('\n', "\n    ");
        assert!(banner.contains(&command), "{}", example.what);
    }
    assert!(banner.contains(&commands.link()));
    for grant in [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "password",
        "device_code",
        "implicit",
        "hybrid",
        "GitHub",
    ] {
        assert!(banner.contains(grant), "{grant}");
    }
    for name in ["web", "github-demo", "machine"] {
        assert!(banner.contains(&format!("client id {name}\n")), "{name}");
    }
    assert!(
        banner.lines().count() < 90,
        "{} lines",
        banner.lines().count()
    );
}
