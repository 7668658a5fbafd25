//! The restore drill: carried away, wiped out, brought back, and people sign in as before.

use std::path::PathBuf;

use aws::dynamodb::estate::{Begun, Founded, Record};
use local::tenants::{self, Carried, Patience};
use protocol::jose::Algorithm;
use protocol::{Seconds, TenantId};
use provider::key::Held;
use serde_json::{Value, json};

use super::id;
use crate::authenticators;
use crate::executor::{Program, SIGN_IN, leads_to};
use crate::harness::browser::Browser;
use crate::harness::proxy::Failure;
use crate::harness::{Bench, USER, json as body, member, summary};

const OFFLINE: &str = "openid offline_access";
const BOB: (&str, &str) = ("bob", "bobs own password");

/// With everything.
const ALL: Carried = Carried {
    sessions: true,
    events: true,
};

async fn tokens(bench: &Bench, client: &str) -> Value {
    let mut browser = Browser::new(bench);
    browser.user = BOB;
    let back = browser.authorize(client, OFFLINE, &[]).await;
    let code = back.param("code").expect("a code");
    let answer = bench.redeem(client, &code).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    body(&answer)
}

fn kid(tokens: &Value) -> String {
    let header = member(tokens, "id_token").split('.').next().expect("a JWT");
    header.to_owned()
}

/// The tenant that a bench has.
fn own(bench: &Bench) -> TenantId {
    bench.seeded.tenant.id.clone()
}

async fn carried(bench: &Bench, what: Carried) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tenant.jsonl");
    let written = tenants::export(&bench.backend, &own(bench), &path, what, bench.now()).await;
    assert!(written.expect("exports") > 100);
    (folder, path)
}

async fn wiped(bench: &Bench) {
    let backend = &bench.backend;
    let gone = tenants::delete(backend, &own(bench), Patience::None, &|_| {}).await;
    assert!(gone.expect("removes") > 100);
    bench.wait(Seconds(31));
    assert_eq!(bench.get("/application/o/web/jwks/").await.status(), 404);
}

/// KMS keeps the keys that it is to remove for 30 days.
async fn keys_are_taken_back(bench: &Bench) {
    let clients = aws::Clients::local(&bench.backend.dynamodb_url, &bench.backend.kms_url);
    let kms = clients.expect("loopback").kms();
    for key in kms.list_keys().send().await.expect("lists").keys() {
        let id = key.key_id().expect("an id");
        if kms.cancel_key_deletion().key_id(id).send().await.is_ok() {
            kms.enable_key().key_id(id).send().await.expect("enables");
        }
    }
}

#[tokio::test]
async fn a_tenant_that_is_brought_back_signs_people_in_as_before() {
    let bench = Box::pin(Bench::on_dynamodb_local()).await;
    let app = authenticators::with_app(&bench, &mut authenticators::ada(&bench).await).await;
    let before = tokens(&bench, "web").await;
    let (direct, keys) = (tokens(&bench, "es").await, "/application/o/es/jwks/");
    let published = body(&bench.get(keys).await);
    let (_folder, path) = carried(&bench, ALL).await;

    wiped(&bench).await;
    let refused = tenants::restore(&bench.backend, &path).await.unwrap_err();
    let refused = format!("{refused:#}");
    assert!(refused.contains("is not enabled in KMS"), "{refused}");
    keys_are_taken_back(&bench).await;
    let (tenant, written) = tenants::restore(&bench.backend, &path)
        .await
        .expect("restores");
    assert_eq!(tenant, own(&bench));
    assert!(written > 100);

    // Password and code, through the flow as it was stored.
    bench.wait(Seconds(31));
    let mut program = Program::new(&bench);
    program.look(SIGN_IN).await;
    program
        .answer(SIGN_IN, json!({ "uid_field": USER.0 }))
        .await;
    let asked = program.answer(SIGN_IN, json!({ "password": USER.1 })).await;
    assert_eq!(
        asked["component"], "ak-stage-authenticator-validate",
        "{asked}"
    );
    let code = authenticators::code(&bench, &app);
    leads_to(&program.answer(SIGN_IN, json!({ "code": code })).await);

    // The same keys sign, sealed and in KMS, and old tokens are good.
    let after = tokens(&bench, "web").await;
    assert_eq!(kid(&after), kid(&before));
    assert_eq!(kid(&tokens(&bench, "es").await), kid(&direct));
    assert_eq!(body(&bench.get(keys).await), published);
    for token in [&before, &after] {
        let answer = bench.userinfo(member(token, "access_token")).await;
        assert_eq!(answer.status(), 200, "{}", summary(&answer));
    }
    let refreshed = bench.refresh("web", member(&before, "refresh_token")).await;
    assert_eq!(refreshed.status(), 200, "{}", summary(&refreshed));
}

#[tokio::test]
async fn without_sessions_people_sign_in_again() {
    let bench = Box::pin(Bench::embedded()).await;
    let before = tokens(&bench, "web").await;
    let what = Carried {
        sessions: false,
        events: false,
    };
    let (_folder, path) = carried(&bench, what).await;
    wiped(&bench).await;
    keys_are_taken_back(&bench).await;
    tenants::restore(&bench.backend, &path)
        .await
        .expect("restores");
    let refreshed = bench.refresh("web", member(&before, "refresh_token")).await;
    assert_eq!(body(&refreshed)["error"], "invalid_grant");
    assert_eq!(kid(&tokens(&bench, "web").await), kid(&before));
}

/// The next person's number, the next provider's, and the revision of configuration.
async fn counts(bench: &Bench) -> [u64; 3] {
    let (stores, tenant) = (&bench.backend.stores, own(bench));
    let person = stores.machines().next_pk(&tenant).await;
    let provider = stores.config().next_provider_pk(&tenant).await;
    let revision = stores.config().revision(&tenant).await;
    [person, provider, revision].map(|count| count.expect("counts"))
}

/// Clients know people by `sub`, which comes of the number.
#[tokio::test]
async fn oidc_core_2_what_was_given_out_after_the_export_is_not_given_to_others_after_the_restore()
{
    let bench = Box::pin(Bench::embedded()).await;
    let (_folder, path) = carried(&bench, ALL).await;
    let lost = counts(&bench).await;
    let people_lost = counts(&bench).await;
    assert_eq!(people_lost[0], lost[0] + 1);
    wiped(&bench).await;
    keys_are_taken_back(&bench).await;
    tenants::restore(&bench.backend, &path)
        .await
        .expect("restores");
    for (new, lost) in counts(&bench).await.iter().zip(people_lost) {
        assert!(*new > lost + 1_000_000, "{new}");
    }
}

#[tokio::test]
async fn nothing_secret_is_in_the_file_in_the_clear() {
    let bench = Box::pin(Bench::embedded()).await;
    let app = authenticators::with_app(&bench, &mut authenticators::ada(&bench).await).await;
    let tokens = tokens(&bench, "web").await;
    let (_folder, path) = carried(&bench, ALL).await;
    let text = std::fs::read_to_string(path).expect("reads");
    assert!(text.contains("totp") && text.contains("$argon2id$"));
    for secret in [
        USER.1,
        "web-secret",
        &app.secret().to_base32(),
        member(&tokens, "access_token"),
        member(&tokens, "refresh_token"),
        "PRIVATE KEY",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_tenant_is_brought_back_into_an_empty_place_alone() {
    let bench = Box::pin(Bench::embedded()).await;
    let (_folder, path) = carried(&bench, ALL).await;
    let refused = async || {
        let refused = tenants::restore(&bench.backend, &path).await;
        format!("{:#}", refused.expect_err("it is there"))
    };
    assert!(refused().await.contains("is something of default here"));
    wiped(&bench).await;
    keys_are_taken_back(&bench).await;
    // One of its hosts is another's by now.
    let host = crate::harness::HOST_NAME;
    super::install(&bench, &super::wanted("b", host))
        .await
        .expect("makes");
    assert!(
        refused()
            .await
            .contains("another tenant has one of the hosts")
    );
    tenants::delete(&bench.backend, &id("b"), Patience::None, &|_| {})
        .await
        .expect("removes");
    tenants::restore(&bench.backend, &path)
        .await
        .expect("restores");
}

/// A restore that comes no further than to people.
async fn cut_off(bench: &Bench, path: &std::path::Path) {
    let pass = Failure::Delayed(std::time::Duration::ZERO);
    bench.dynamodb.fail("TransactWriteItems", pass, 2);
    bench
        .dynamodb
        .fail("TransactWriteItems", Failure::Broken, 40);
    assert!(tenants::restore(&bench.backend, path).await.is_err());
    bench.dynamodb.heal();
}

#[tokio::test]
async fn what_is_cut_off_can_be_removed_and_another_file_brought_instead() {
    let bench = Box::pin(Bench::embedded()).await;
    let (_first, path) = carried(&bench, ALL).await;
    let (_second, other) = carried(&bench, ALL).await;
    wiped(&bench).await;
    keys_are_taken_back(&bench).await;
    cut_off(&bench, &path).await;
    let gone = tenants::delete(&bench.backend, &own(&bench), Patience::None, &|_| {}).await;
    assert!(gone.expect("removes") > 1);
    tenants::restore(&bench.backend, &other)
        .await
        .expect("restores");
}

#[tokio::test]
async fn a_restore_that_opened_the_tenant_brings_nothing_any_more() {
    let bench = Box::pin(Bench::embedded()).await;
    let (_folder, path) = carried(&bench, ALL).await;
    wiped(&bench).await;
    let file = std::fs::read_to_string(path).expect("reads");
    let host = file.lines().find(|line| line.contains("HOST#localhost"));
    let host = host.expect("a host");
    let hosts: Vec<Record> = (0..100)
        .map(|n| host.replace("HOST#localhost", &format!("HOST#n{n}.localhost")))
        .map(|line| Record::from_line(&line).expect("an item"))
        .collect();
    let person = file.lines().find(|line| line.contains("#USER#"));
    let person = [Record::from_line(person.expect("a person")).expect("an item")];
    let (estate, tenant) = (bench.backend.stores.estate(), own(&bench));
    let event = crate::yesterday::things::event();
    let brings = async || estate.bring(&tenant, ("sum", bench.now()), &person).await;
    assert_eq!(brings().await, Ok(false), "not begun");
    let begun = estate.begin(&tenant, &[], "sum").await;
    assert_eq!(begun, Ok(Founded::Done));
    assert_eq!(brings().await, Ok(true));
    // Cut off between two lots of hosts.
    let pass = Failure::Delayed(std::time::Duration::ZERO);
    bench.dynamodb.fail("TransactWriteItems", pass, 1);
    bench
        .dynamodb
        .fail("TransactWriteItems", Failure::Broken, 40);
    let cut = estate.finish(&tenant, ("sum", &hosts), &event).await;
    assert!(cut.is_err());
    bench.dynamodb.heal();
    let far = estate.begun(&tenant, "sum").await;
    assert_eq!(far, Ok(Some(Begun::Opening)));
    assert_eq!(brings().await, Ok(false), "somebody is served");
    let done = estate.finish(&tenant, ("sum", &hosts), &event).await;
    assert_eq!(done, Ok(Founded::Done));
    assert_eq!(estate.begun(&tenant, "sum").await, Ok(None));
    assert_eq!(brings().await, Ok(false), "it is over");
    let again = estate.begin(&tenant, &[], "sum").await;
    assert_eq!(again, Ok(Founded::Exists));
    let last = estate.owner("n99.localhost:8000").await;
    assert_eq!(last, Ok(Some(tenant)));
}

/// The file with other lines, put together as carefully as it was.
fn forged(path: &std::path::Path, change: impl Fn(&str) -> String) -> PathBuf {
    let text = std::fs::read_to_string(path).expect("reads");
    let lines: Vec<&str> = text.lines().collect();
    let (_, lines) = lines.split_last().expect("a footer");
    let lines: String = lines.iter().map(|line| change(line) + "\n").collect();
    let sum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, lines.as_bytes());
    let sum = sum
        .as_ref()
        .iter()
        .fold(String::new(), |hex, it| hex + &format!("{it:02x}"));
    let records = lines.lines().count() - 1;
    let footer = json!({ "records": records, "sha256": sum });
    let forged = path.with_extension("forged");
    std::fs::write(&forged, format!("{lines}{footer}\n")).expect("writes");
    forged
}

#[tokio::test]
async fn a_file_that_names_a_neighbours_address_key_or_list_is_refused() {
    let bench = Box::pin(Bench::embedded()).await;
    bench.tokens("web", OFFLINE).await;
    let (_folder, path) = carried(&bench, ALL).await;
    let custody = bench.backend.keys.custody();
    let victim = id("victim");
    let made = custody.create_direct(&victim, Algorithm::Es256).await;
    let Held::Direct { key_id } = made.expect("makes").held else {
        panic!("it is in KMS");
    };
    let is_host = |line: &str| line.contains("HOST#localhost");
    let refused = async |change: &dyn Fn(&str) -> String, what: &str| {
        let forged = forged(&path, change);
        let why = tenants::restore(&bench.backend, &forged).await;
        let why = format!("{:#}", why.expect_err("refuses"));
        assert!(why.contains(what), "{what}: {why}");
    };
    refused(&str::to_owned, "is something of default here").await;
    let address = |line: &str| {
        if is_host(line) {
            return line.replace("//localhost", "//victim.localhost");
        }
        line.to_owned()
    };
    refused(&address, "which is no host of default").await;
    let key = |line: &str| {
        let at = line
            .find("\"key_id\":{\"S\":\"")
            .filter(|_| line.contains("#APP#"));
        let Some(at) = at.map(|at| at + 15) else {
            return line.to_owned();
        };
        let end = at + line[at..].find('"').expect("an end");
        format!("{}{key_id}{}", &line[..at], &line[end..])
    };
    refused(&key, "was made for another tenant").await;
    let list = |line: &str| line.replace("T#default#LIST#", "T#victim#LIST#");
    refused(&list, "put together by somebody else").await;
    let place = |line: &str| {
        if is_host(line) {
            return line.replace("{\"S\":\"TENANT\"}", "{\"S\":\"OTHER\"}");
        }
        line.to_owned()
    };
    refused(&place, "put together by somebody else").await;
}

#[tokio::test]
async fn what_is_cut_off_serves_nobody_and_is_gone_on_with() {
    let bench = Box::pin(Bench::embedded()).await;
    let before = tokens(&bench, "web").await;
    let (_folder, path) = carried(&bench, ALL).await;
    wiped(&bench).await;
    keys_are_taken_back(&bench).await;
    bench.forget_calls();
    cut_off(&bench, &path).await;
    assert_eq!(bench.get("/application/o/web/jwks/").await.status(), 404);
    bench.dynamodb.heal();
    let other = super::install(&bench, &super::wanted("default", super::OTHER.1)).await;
    let why = other.err().expect("it is being restored");
    assert!(why.contains("being restored"), "{why}");
    tenants::restore(&bench.backend, &path)
        .await
        .expect("goes on");
    assert_eq!(kid(&tokens(&bench, "web").await), kid(&before));
}
