//! HTTP as the machine endpoints take it: methods, media types, sizes, encodings, and parameters that stand
//! twice or not at all (RFC 6749 §3.2, §4.1.3, §5.2, appendix B; RFC 9110).

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request};

use crate::harness::answers::{INVALID_GRANT, NO_CLIENT, invalid_request};
use crate::harness::exchange::{Exchange, TOKEN};
use crate::harness::{Bench, CALLBACK, basic, encode, request, summary};

const REVOKE: &str = "/application/o/revoke/";
const USERINFO: &str = "/application/o/userinfo/";
const FORM: &str = "application/x-www-form-urlencoded";

/// A POST by an authenticated client, with this media type if any, and this body.
fn post(path: &str, media_type: Option<&str>, body: &[u8]) -> Request<Bytes> {
    let mut request = request(Method::POST, path, "");
    *request.body_mut() = Bytes::copy_from_slice(body);
    let credentials = basic("fast", "fast-secret").parse().expect("a header");
    request.headers_mut().insert(AUTHORIZATION, credentials);
    if let Some(media_type) = media_type {
        request
            .headers_mut()
            .insert(CONTENT_TYPE, media_type.parse().expect("a header"));
    }
    request
}

async fn said(bench: &Bench, path: &str, media_type: Option<&str>, body: &[u8]) -> String {
    summary(&bench.send(post(path, media_type, body)).await)
}

/// The body of a redemption of a code that nobody has.
fn hopeless() -> String {
    encode(&[
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", CALLBACK),
    ])
}

#[tokio::test]
async fn rfc6749_4_1_3_parameters_come_as_a_form_and_not_otherwise() {
    let bench = Bench::embedded().await;
    let refused = invalid_request(415, "the body must be application/x-www-form-urlencoded");
    let (form, json) = (
        hopeless(),
        br#"{"grant_type":"authorization_code","code":"x"}"#,
    );
    for path in [TOKEN, REVOKE] {
        assert_eq!(
            said(&bench, path, Some("application/json"), json).await,
            refused,
            "{path}"
        );
        for other in [
            None,
            Some("text/plain"),
            Some("multipart/form-data; boundary=x"),
        ] {
            let answer = said(&bench, path, other, form.as_bytes()).await;
            assert_eq!(answer, refused, "{path} {other:?}");
        }
    }
    for same in [
        FORM,
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-Urlencoded",
    ] {
        assert_eq!(
            said(&bench, TOKEN, Some(same), form.as_bytes()).await,
            INVALID_GRANT,
            "{same}"
        );
    }
    let mut twice = post(TOKEN, Some(FORM), form.as_bytes());
    twice
        .headers_mut()
        .append(CONTENT_TYPE, "application/json".parse().expect("a header"));
    assert_eq!(
        summary(&bench.send(twice).await),
        refused,
        "two media types"
    );
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_refused() {
    let bench = Bench::embedded().await;
    let mut body = format!("{}&pad=", hopeless()).into_bytes();
    body.resize(64 * 1024, b'x');
    assert_eq!(said(&bench, TOKEN, Some(FORM), &body).await, INVALID_GRANT);
    body.push(b'x');
    let refused = invalid_request(413, "the request body is larger than 64 KiB");
    for path in [TOKEN, REVOKE, USERINFO] {
        bench.forget_calls();
        assert_eq!(
            said(&bench, path, Some(FORM), &body).await,
            refused,
            "{path}"
        );
        assert_eq!(
            bench.take_calls(),
            (vec![], vec![]),
            "nothing is looked up for it"
        );
    }
}

#[tokio::test]
async fn rfc6749_3_2_no_parameter_may_stand_twice() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    let valid = Exchange::code(&bench, "fast", &code);
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
    ] {
        let twice = valid.clone().and(name, value).summary().await;
        assert_eq!(
            twice,
            invalid_request(400, &format!("{name} is given more than once"))
        );
    }
    let unknown = valid.clone().and("x", "1").and("x", "2").summary().await;
    assert_eq!(
        unknown,
        invalid_request(400, "a parameter is given more than once")
    );
    valid.and("code", "").and("x", "1").tokens().await; // an empty one is omitted, an unknown one ignored
}

#[tokio::test]
async fn rfc6749_appendix_b_what_is_not_utf8_is_refused() {
    let bench = Bench::embedded().await;
    let refused = invalid_request(400, "the request is not valid UTF-8 after percent-decoding");
    let raw: [&[u8]; 5] = [
        b"code=%ff",
        b"code=\xff",
        b"%c3%28=x",
        b"code=%ed%a0%80",
        b"code=%c0%af",
    ];
    for body in raw {
        for path in [TOKEN, REVOKE] {
            assert_eq!(
                said(&bench, path, Some(FORM), body).await,
                refused,
                "{body:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_control_character_in_a_parameter_is_refused() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    let valid = Exchange::code(&bench, "fast", &code);
    for end in ["\r\n", "\n", "\0", "\u{7f}", "\u{85}"] {
        let answer = valid
            .clone()
            .with("code", &format!("{code}{end}"))
            .summary()
            .await;
        assert_eq!(
            answer,
            invalid_request(400, "code contains a control character"),
            "{end:?}"
        );
        let answer = valid
            .clone()
            .with("redirect_uri", &format!("{CALLBACK}{end}"))
            .summary()
            .await;
        assert_eq!(
            answer,
            invalid_request(400, "redirect_uri contains a control character")
        );
        let answer = valid
            .clone()
            .with("grant_type", &format!("authorization_code{end}"));
        let refused = invalid_request(400, "grant_type contains a control character");
        assert_eq!(answer.summary().await, refused);
    }
    valid.tokens().await;
}

#[tokio::test]
async fn rfc6749_5_2_what_the_caller_sent_is_never_echoed_outside_the_alphabet() {
    let bench = Bench::embedded().await;
    let answer = Exchange::of(&bench, "fast")
        .and("<ü\"\\>\r\n", "1")
        .and("<ü\"\\>\r\n", "2");
    assert_eq!(
        answer.summary().await,
        invalid_request(400, "a parameter is given more than once")
    );
}

#[tokio::test]
async fn rfc6749_3_2_the_token_endpoint_takes_post_alone() {
    let bench = Bench::embedded().await;
    let body = hopeless();
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let path = format!("{TOKEN}?{body}");
        let answer = bench.send(request(method.clone(), &path, "")).await;
        let refused = invalid_request(405, "this method is not allowed here");
        assert_eq!(
            summary(&answer),
            refused.replace("no-store ", "no-store allow: POST "),
            "{method}"
        );
    }
    let head = bench.send(request(Method::HEAD, TOKEN, "")).await;
    assert_eq!(summary(&head), "405 cache-control: no-store allow: POST ");
}

#[tokio::test]
async fn rfc9110_15_5_6_userinfo_says_which_methods_it_takes() {
    let bench = Bench::embedded().await;
    let answer = bench.send(request(Method::PUT, USERINFO, "")).await;
    let refused = invalid_request(405, "this method is not allowed here");
    assert_eq!(
        summary(&answer),
        refused.replace("no-store ", "no-store allow: GET, POST, HEAD ")
    );
}

#[tokio::test]
async fn rfc6749_5_2_grant_type_is_required_and_must_be_one_we_have() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    let valid = Exchange::code(&bench, "fast", &code);
    let missing = invalid_request(400, "grant_type is required");
    assert_eq!(valid.clone().without("grant_type").summary().await, missing);
    assert_eq!(
        valid.clone().with("grant_type", "").summary().await,
        missing
    );
    let unsupported = r#"400 cache-control: no-store {"error":"unsupported_grant_type","error_description":"this grant_type is not supported"}"#;
    for other in [
        "implicit",
        "CLIENT_CREDENTIALS",
        "AUTHORIZATION_CODE",
        "urn:x:y",
    ] {
        let answer = valid.clone().with("grant_type", other).summary().await;
        assert_eq!(answer, unsupported, "{other}");
    }
    valid.tokens().await;
}

#[tokio::test]
async fn an_empty_form_names_no_client() {
    let bench = Bench::embedded().await;
    assert_eq!(summary(&bench.post(TOKEN, &[]).await), NO_CLIENT);
    for body in ["", "&&&", "=", "=x&="] {
        let missing = invalid_request(400, "grant_type is required");
        assert_eq!(
            said(&bench, TOKEN, Some(FORM), body.as_bytes()).await,
            missing,
            "{body:?}"
        );
    }
}

#[tokio::test]
async fn rfc6749_3_1_parameters_in_the_uri_of_a_post_are_not_read() {
    let bench = Bench::embedded().await;
    let path = format!("{TOKEN}?{}", hopeless());
    let missing = invalid_request(400, "grant_type is required");
    assert_eq!(said(&bench, &path, Some(FORM), b"").await, missing);
}

#[tokio::test]
async fn a_path_answers_with_and_without_its_trailing_slash_so_that_no_post_is_lost() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    let without = Exchange::code(&bench, "fast", &code)
        .send_to(TOKEN.trim_end_matches('/'))
        .await;
    assert_eq!(without.status(), 200);
    for path in [
        format!("{TOKEN}/"),
        TOKEN.to_uppercase(),
        "/application/o/tokens/".to_owned(),
    ] {
        let answer = bench.send(post(&path, Some(FORM), b"")).await;
        assert!([404, 405].contains(&answer.status().as_u16()), "{path}");
    }
}

#[tokio::test]
async fn a_host_that_is_nobodys_is_not_found() {
    let bench = Bench::embedded().await;
    for host in [
        "evil.example",
        "localhost",
        "localhost:8001",
        "localhost:8000.evil.example",
    ] {
        let mut stray = post(TOKEN, Some(FORM), hopeless().as_bytes());
        stray
            .headers_mut()
            .insert(HOST, host.parse().expect("a host"));
        let answer = summary(&bench.send(stray).await);
        assert_eq!(
            answer,
            invalid_request(404, "there is nothing at this address"),
            "{host}"
        );
    }
    let mut shouted = post(TOKEN, Some(FORM), hopeless().as_bytes());
    shouted
        .headers_mut()
        .insert(HOST, "LOCALHOST:8000".parse().expect("a host"));
    assert_eq!(
        summary(&bench.send(shouted).await),
        INVALID_GRANT,
        "host names know no case"
    );
}
