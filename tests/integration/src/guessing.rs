//! Guessing is slowed down, for each name and each address, and nobody can be locked out by somebody else (RFC 6819
//! §5.1.4.2.3; OWASP: device cookies).

use protocol::Seconds;
use serde_json::{Value, json};

use crate::executor::{KNOWN, Program, SESSION, SIGN_IN, leads_to};
use crate::harness::browser::{Browser, location};
use crate::harness::page::words;
use crate::harness::{self, Bench, USER, header, text};

/// A wrong password, in a browser without cookies. What was said, and `Retry-After`.
async fn guess(bench: &Bench, login: &str, address: &'static str) -> (Value, String) {
    let mut program = Program::new(bench);
    program.address = Some(address);
    tried(&mut program, login, "wrong").await
}

async fn tried(program: &mut Program<'_>, login: &str, password: &str) -> (Value, String) {
    program.answer(SIGN_IN, json!({ "uid_field": login })).await;
    let answer = program
        .post(SIGN_IN, &json!({ "password": password }))
        .await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    (
        harness::json(&answer),
        header(&answer, "retry-after").to_owned(),
    )
}

/// Whether the try was looked at.
fn was_looked_at((answer, retry_after): &(Value, String)) -> bool {
    let error = &answer["response_errors"]["password"][0];
    let slowed = error["code"] == "throttled";
    assert_eq!(slowed, !retry_after.is_empty(), "{answer}");
    if slowed {
        let said = error["string"].as_str().expect("text");
        assert_eq!(answer["component"], "ak-stage-password", "the same page");
        assert!(
            said.contains(&format!("Wait {retry_after} second")),
            "{said}"
        );
    }
    !slowed
}

/// How many guesses are looked at.
async fn guesses(bench: &Bench, login: &str, addresses: &[&'static str], most: usize) -> usize {
    for n in 0..most {
        let address = addresses[n % addresses.len()];
        if !was_looked_at(&guess(bench, login, address).await) {
            return n;
        }
    }
    most
}

#[tokio::test]
async fn ten_guesses_at_a_name_from_one_address_and_then_one_a_minute() {
    let bench = Bench::embedded().await;
    assert_eq!(guesses(&bench, "ada", &["192.0.2.1"], 20).await, 10);
    let (_, retry_after) = guess(&bench, "ada", "192.0.2.1").await;
    assert_eq!(retry_after, "60");
    assert!(
        was_looked_at(&guess(&bench, "bob", "192.0.2.1").await),
        "another name"
    );
    assert!(
        was_looked_at(&guess(&bench, "ada", "192.0.2.2").await),
        "another address"
    );
    bench.wait(Seconds(59));
    assert!(!was_looked_at(&guess(&bench, "ada", "192.0.2.1").await));
    bench.wait(Seconds(1));
    assert!(was_looked_at(&guess(&bench, "ada", "192.0.2.1").await));
    assert!(!was_looked_at(&guess(&bench, "ada", "192.0.2.1").await));
}

#[tokio::test]
async fn a_name_that_nobody_has_is_counted_alike_and_told_alike() {
    let told = async |login: &str| {
        let bench = Bench::embedded().await;
        guess(&bench, "somebody else", "192.0.2.2").await; // what is kept in memory is read
        let mut said = Vec::new();
        for _ in 0..11 {
            bench.forget_calls();
            let (answer, retry_after) = guess(&bench, login, "192.0.2.1").await;
            said.push((
                answer.to_string().replace(login, "[login]"),
                retry_after,
                bench.take_calls(),
            ));
        }
        said
    };
    assert_eq!(told("ada").await, told("nobody").await);
}

#[tokio::test]
async fn a_right_password_is_not_looked_at_either_while_there_are_too_many_guesses() {
    let bench = Bench::embedded().await;
    guesses(&bench, "ada", &["192.0.2.1"], 20).await;
    let mut program = Program::new(&bench);
    program.address = Some("192.0.2.1");
    assert!(!was_looked_at(&tried(&mut program, "ada", USER.1).await));
    assert!(!program.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn a_right_password_is_taken_back() {
    let bench = Bench::embedded().await;
    for n in 0..30 {
        let mut program = Program::new(&bench);
        program.address = Some("192.0.2.1");
        let (answer, _) = tried(&mut program, "ada", USER.1).await;
        assert_eq!(
            answer["component"], "xak-flow-redirect",
            "the {n}th: {answer}"
        );
    }
}

#[tokio::test]
async fn one_address_is_slowed_whatever_name_it_guesses_at() {
    let bench = Bench::embedded().await;
    let names: Vec<String> = (0..101).map(|n| format!("name{n}")).collect();
    for (n, name) in names.iter().enumerate() {
        let looked_at = was_looked_at(&guess(&bench, name, "2001:db8::1").await);
        assert_eq!(looked_at, n < 100, "{n}");
    }
    assert!(
        !was_looked_at(&guess(&bench, "ada", "2001:db8::ffff").await),
        "the same network"
    );
    assert!(
        was_looked_at(&guess(&bench, "ada", "2001:db8:0:1::1").await),
        "another one"
    );
}

#[tokio::test]
async fn many_addresses_cannot_lock_the_owner_out() {
    const MANY: [&str; 8] = [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.3",
        "192.0.2.4",
        "192.0.2.5",
        "192.0.2.6",
        "192.0.2.7",
        "192.0.2.8",
    ];
    let bench = Bench::embedded().await;
    let mut owner = Program::new(&bench);
    owner.address = Some(MANY[0]);
    owner.sign_in(USER.0, USER.1).await;
    owner.cookies.retain(|name, _| name == KNOWN);

    assert_eq!(guesses(&bench, "ada", &MANY, 80).await, 50);
    let mut new = Program::new(&bench);
    new.address = Some("198.51.100.1");
    assert!(
        !was_looked_at(&tried(&mut new, "ada", USER.1).await),
        "a browser that nobody knows"
    );
    let (end, _) = tried(&mut owner, "ada", USER.1).await;
    assert_eq!(
        leads_to(&end),
        "/if/user/",
        "but the owner's is counted by itself"
    );
}

#[tokio::test]
async fn a_browser_that_is_known_guesses_ten_times_too_and_at_its_own_name_alone() {
    let bench = Bench::embedded().await;
    let mut known = Program::new(&bench);
    known.address = Some("192.0.2.1");
    known.sign_in(USER.0, USER.1).await;
    known.cookies.retain(|name, _| name == KNOWN);
    let mut looked_at = 0;
    while was_looked_at(&tried(&mut known, "ada", "wrong").await) {
        looked_at += 1;
        known.cookies.retain(|name, _| name == KNOWN);
    }
    assert_eq!(looked_at, 10);
    assert!(
        was_looked_at(&guess(&bench, "ada", "192.0.2.1").await),
        "strangers are counted apart"
    );
    known.cookies.retain(|name, _| name == KNOWN);
    assert!(was_looked_at(&tried(&mut known, "bob", "wrong").await));
    assert_eq!(
        guesses(&bench, "bob", &["192.0.2.1"], 20).await,
        9,
        "as a stranger's was that"
    );
}

#[tokio::test]
async fn somebody_who_is_too_fast_reads_how_long_to_wait_on_the_same_page() {
    let bench = Bench::embedded().await;
    for _ in 0..10 {
        guess(&bench, "ada", "not an address").await; // as unknown as the browser's
    }
    let mut browser = Browser::new(&bench);
    let page = browser.get("/if/flow/default-authentication-flow/").await;
    let answer = browser.answer(&page).await;
    let page = browser.get(&location(&answer).expect("on")).await;
    let page = browser.answer(&page).await;
    assert_eq!(page.status(), 200);
    assert!(
        words(&page).contains("Too many tries. Wait 60 seconds and try again."),
        "{}",
        words(&page)
    );
    assert!(!browser.cookies.contains_key(SESSION));
}
