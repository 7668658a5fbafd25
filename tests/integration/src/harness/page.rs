//! What a page says and may do, without its markup.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use provider::http::Response;

use super::{header, text};

/// Everything a person reads on it, a ` / ` where an element ends. The request id of an error page is
/// replaced by `[id]`, once it is one.
pub(crate) fn words(response: &Response) -> String {
    let html = text(response);
    let body = between(&html, "<header", "</main>").expect("a page");
    let body = without(&without(body, "<svg", "</svg>"), "<script", "</script>");
    let mut words: Vec<String> = body.split('<').map(after_tag).collect();
    words.retain(|text| !text.is_empty());
    for word in &mut words {
        if uuid::Uuid::parse_str(word).is_ok() {
            "[id]".clone_into(word);
        }
    }
    words.join(" / ")
}

/// Status and words.
pub(crate) fn said(response: &Response) -> String {
    format!("{} {}", response.status().as_u16(), words(response))
}

/// The heading.
pub(crate) fn heading(response: &Response) -> String {
    let html = text(response);
    unescape(between(&html, "<h1>", "</h1>").expect("a heading"))
}

/// The hidden fields of the page's form, in order.
pub(crate) fn hidden(response: &Response) -> Vec<(String, String)> {
    let html = text(response);
    let tags = html.split("<input type=\"hidden\" ").skip(1);
    let value = |tag: &str, name: &str| {
        unescape(between(tag, &format!("{name}=\""), "\"").expect("the attribute"))
    };
    tags.map(|tag| (value(tag, "name"), value(tag, "value")))
        .collect()
}

/// Where the page's form is sent.
pub(crate) fn action(response: &Response) -> String {
    let html = text(response);
    unescape(between(&html, "<form method=\"post\" action=\"", "\"").expect("a form"))
}

/// The scopes a consent page lists: new ones, and those below them.
pub(crate) fn scopes(response: &Response) -> Vec<Vec<String>> {
    let html = text(response);
    let lists = html.split("<ul class=\"permissions").skip(1);
    let items = |list: &str| {
        let list = &list[..list.find("</ul>").expect("its end")];
        let items = list.split("data-scope=\"").skip(1);
        items
            .map(|item| item[..item.find('"').expect("its end")].to_owned())
            .collect()
    };
    lists.map(items).collect()
}

/// Every header in order of name. The hashes of the policy are replaced by `[style]` and `[script]`, once
/// they are those of what stands in the page (CSP Level 3 §2.3.1); a cookie's value by `[…]`.
pub(crate) fn headers(response: &Response) -> Vec<String> {
    let html = text(response);
    let policy = header(response, "content-security-policy").to_owned();
    let mut redacted = policy.clone();
    for (open, close, name) in [
        ("<style>", "</style>", "[style]"),
        ("<script type=\"module\">", "</script>", "[script]"),
    ] {
        for inline in html.split(open).skip(1) {
            let inline = &inline[..inline.find(close).expect("its end")];
            let digest = protocol::Digest::of(inline.as_bytes());
            let source = format!("'sha256-{}'", STANDARD.encode(digest.as_bytes()));
            assert!(
                redacted.contains(&source),
                "{name} is not what {policy} allows"
            );
            redacted = redacted.replace(&source, name);
        }
    }
    let all = super::answers::headers(response).into_iter();
    all.map(|line| redact_cookie(&line.replace(&policy, &redacted)))
        .collect()
}

fn redact_cookie(line: &str) -> String {
    let Some(cookie) = line.strip_prefix("set-cookie: ") else {
        return line.to_owned();
    };
    let (name, rest) = cookie.split_once('=').expect("a pair");
    let (value, attributes) = rest.split_once(';').expect("attributes");
    let value = if value.is_empty() { "" } else { "[…]" };
    format!("set-cookie: {name}={value};{attributes}")
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let rest = &text[text.find(from)? + from.len()..];
    Some(&rest[..rest.find(to)?])
}

fn without(text: &str, from: &str, to: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(from) {
        left.push_str(&rest[..start]);
        let end = rest[start..].find(to).expect("its end");
        rest = &rest[start + end + to.len()..];
    }
    left + rest
}

fn after_tag(piece: &str) -> String {
    let words = piece.split_once('>').map_or(piece, |(_, words)| words);
    unescape(words)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What stands for this in the text.
pub(crate) fn unescape(text: &str) -> String {
    let mut text = text.to_owned();
    for (escaped, plain) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ] {
        text = text.replace(escaped, plain);
    }
    text
}
