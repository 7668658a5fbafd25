//! Recovery codes.

use protocol::Seconds;
use provider::authenticator::Verifier;
use provider::flow::proof::Method;
use serde_json::json;

use super::{CODES, MFA, ada, at_second, classes, program, proved, theirs, with_codes, wrong};
use crate::executor::leads_to;
use crate::harness::{Bench, USER};

#[tokio::test]
async fn reference_c2_codes_are_shown_until_they_are_kept_and_each_is_good_once() {
    let bench = Bench::embedded().await;
    let mut first = ada(&bench).await;
    let shown = first.look(CODES).await;
    assert_eq!(
        first.look(CODES).await["codes"],
        shown["codes"],
        "looking again does not change them"
    );
    assert_eq!(theirs(&bench, "ada").await, [], "and keeps none");
    let codes = with_codes(&mut first).await;
    assert_eq!((codes.len(), codes[0].len()), (6, 12));

    bench.wait(Seconds(1)); // so that it is the newer one
    let mut second = program(&bench);
    assert_eq!(classes(&at_second(&mut second, USER).await), ["static"]);
    let typed = format!(" {}-{} ", codes[0][..6].to_uppercase(), &codes[0][6..]);
    leads_to(&second.answer(MFA, json!({ "code": typed })).await);
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::Static]
    );

    let mut third = program(&bench);
    at_second(&mut third, USER).await;
    let again = third.answer(MFA, json!({ "code": codes[0] })).await;
    assert_eq!(wrong(&again, "code"), "invalid");
    leads_to(&third.answer(MFA, json!({ "code": codes[1] })).await);
}

#[tokio::test]
async fn new_codes_take_the_place_of_old_ones() {
    let bench = Bench::embedded().await;
    let mut first = ada(&bench).await;
    let old = with_codes(&mut first).await;
    let new = with_codes(&mut first).await;
    let kept = theirs(&bench, "ada").await;
    assert_eq!((kept.len(), kept[0].name.as_str()), (1, "Recovery codes"));
    let mut second = program(&bench);
    at_second(&mut second, USER).await;
    let gone = second.answer(MFA, json!({ "code": old[0] })).await;
    assert_eq!(wrong(&gone, "code"), "invalid");
    leads_to(&second.answer(MFA, json!({ "code": new[0] })).await);
}

#[tokio::test]
async fn who_has_used_all_codes_is_as_one_who_has_none() {
    let bench = Bench::embedded().await;
    let codes = with_codes(&mut ada(&bench).await).await;
    for code in &codes {
        let mut program = program(&bench);
        at_second(&mut program, USER).await;
        leads_to(&program.answer(MFA, json!({ "code": code })).await);
    }
    let left = theirs(&bench, "ada").await;
    assert_eq!(left[0].secret, Verifier::Static { codes: Vec::new() });
    leads_to(&at_second(&mut program(&bench), USER).await);
}
