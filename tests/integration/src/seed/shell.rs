//! As much of a shell and of curl as the printed commands use. What it does not know, it refuses.

use std::collections::BTreeMap;

use bytes::Bytes;
use form_urlencoded::byte_serialize;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, Method, Request};
use provider::http::Response;

use crate::harness::{Bench, HOST_NAME, basic};

/// The words of a command, after variables are put in and lines joined.
pub(super) fn words(command: &str, variables: &BTreeMap<&str, String>) -> Vec<String> {
    let mut text = command.replace("\\\n", " ");
    for (name, value) in variables {
        text = text.replace(&format!("${name}"), value);
    }
    assert!(!text.contains('$'), "a variable without value: {text}");
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                words.extend(Some(std::mem::take(&mut word)).filter(|it| !it.is_empty()));
            }
            '\'' | '`' | '\\' | '&' | ';' | '|' if !quoted => {
                panic!("{letter} means something: {text}")
            }
            _ => word.push(letter),
        }
    }
    assert!(!quoted, "an open quote: {text}");
    words.extend(Some(word).filter(|it| !it.is_empty()));
    words
}

/// What follows the issuer's address.
pub(super) fn path(url: &str) -> &str {
    let base = format!("http://{HOST_NAME}");
    url.strip_prefix(&base)
        .unwrap_or_else(|| panic!("not ours: {url}"))
}

/// Does what `curl …` does.
pub(super) async fn curl(bench: &Bench, words: &[String]) -> Response {
    assert_eq!(words[0], "curl", "{words:?}");
    let (mut request, mut data) = (Request::new(Bytes::new()), Vec::new());
    let mut words = words[1..].iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{word} of what?"));
        match word.as_str() {
            "-u" => {
                let (id, secret) = value().split_once(':').expect("id:secret");
                let basic = basic(id, secret).parse().expect("a header");
                request.headers_mut().insert(AUTHORIZATION, basic);
            }
            "-H" => {
                let (name, value) = value().split_once(": ").expect("name: value");
                let name: HeaderName = name.parse().expect("a name");
                request
                    .headers_mut()
                    .insert(name, value.parse().expect("a value"));
            }
            "-d" => data.push(value().clone()),
            "--data-urlencode" => {
                let (name, value) = value().split_once('=').expect("name=value");
                let value: String = byte_serialize(value.as_bytes()).collect();
                data.push(format!("{name}={value}"));
            }
            url => *request.uri_mut() = path(url).parse().expect("a path"),
        }
    }
    if !data.is_empty() {
        *request.method_mut() = Method::POST;
        let form = "application/x-www-form-urlencoded"
            .parse()
            .expect("a header");
        request.headers_mut().insert(CONTENT_TYPE, form);
        *request.body_mut() = Bytes::from(data.join("&"));
    }
    bench.send(request).await
}
