//! What every page must keep, shown on every page.

use std::collections::BTreeSet;

use super::{AUTO_SUBMIT, Policy, Rendered, STYLE, content_security_policy, source};

mod samples;

/// Text that would leave any context it is not escaped for.
const HOSTILE: &str = r#""'></title></style><script>alert(1)</script><b onclick=x>&amp;"#;

#[test]
fn the_policy_allows_exactly_the_inline_text_of_the_page() {
    for (name, page) in samples::with("text") {
        let csp = page.content_security_policy;
        let styles = inline(&page.html, "style");
        assert_eq!(styles, [STYLE], "{name}");
        assert!(
            csp.contains(&format!("style-src {};", source(styles[0]))),
            "{name}: {csp}"
        );
        let scripts = inline(&page.html, "script");
        let allowed = csp
            .split("script-src ")
            .nth(1)
            .map(|sources| vec![sources.to_owned()]);
        let wanted = scripts
            .iter()
            .map(|script| source(script))
            .collect::<Vec<_>>();
        assert_eq!(allowed.unwrap_or_default(), wanted, "{name}");
    }
}

#[test]
fn only_the_form_post_page_runs_a_script() {
    for (name, page) in samples::with("text") {
        let scripts = inline(&page.html, "script");
        if name == "form-post" {
            assert_eq!(scripts, [AUTO_SUBMIT]);
        } else {
            assert!(scripts.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_policy_lets_the_redirect_after_a_post_reach_the_client() {
    for policy in [Policy::Static, Policy::AutoSubmit] {
        let csp = content_security_policy(policy);
        assert!(csp.starts_with("default-src 'none'; "), "{csp}");
        assert!(csp.contains("frame-ancestors 'none'"), "{csp}");
        assert!(csp.contains("base-uri 'none'"), "{csp}");
        assert!(!csp.contains("form-action"), "{csp}");
        assert!(!csp.contains("unsafe"), "{csp}");
    }
}

#[test]
fn a_hash_source_is_the_base64_of_the_sha256() {
    // The empty string's SHA-256, as in FIPS 180-4's examples.
    assert_eq!(
        source(""),
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    );
}

#[test]
fn the_style_sheet_is_small_and_reaches_the_browser_as_it_is() {
    assert!(STYLE.len() < 8 * 1024, "{} bytes", STYLE.len());
    assert!(
        !STYLE.contains('\r'),
        "the HTML parser turns CR LF into LF and the hash would differ"
    );
    assert!(!STYLE.contains("</"), "would end the element");
    assert!(!STYLE.contains("url("), "would be a request");
    assert!(!STYLE.contains("@import"), "would be a request");
}

#[test]
fn no_value_becomes_markup() {
    for ((name, plain), (_, hostile)) in
        samples::with("x").iter().zip(samples::with(HOSTILE).iter())
    {
        assert_eq!(
            shapes(plain),
            shapes(hostile),
            "{name}: the values changed the page's structure"
        );
        assert!(!hostile.html.contains("<script>alert"), "{name}");
        assert!(!hostile.html.contains("<b onclick"), "{name}");
        assert!(!hostile.html.contains(r#""'>"#), "{name}");
        assert!(
            hostile.html.contains("&#38;amp;"),
            "{name}: an ampersand stays an ampersand"
        );
    }
}

#[test]
fn every_value_is_shown_escaped() {
    // How often each page shows a value; a field left out of a template changes its number.
    let counts = samples::with(HOSTILE)
        .iter()
        .map(|(name, page)| format!("{name} {}", count(page, "&#34;&#39;&#62;")))
        .collect::<Vec<_>>();
    let wanted = [
        "identification 8",
        "password 10",
        "consent 18",
        "sign-out 12",
        "signed-out 6",
        "session-end 10",
        "denied 11",
        "signed-in 5",
        "error 8",
        "form-post 8",
        "device-entry 9",
        "device-confirm 16",
        "device-allowed 4",
        "device-denied 4",
    ];
    assert_eq!(counts, wanted);
}

#[test]
fn no_page_has_an_event_handler_or_a_style_attribute() {
    for (name, page) in samples::with("text") {
        for tag in tags(&page.html) {
            for attribute in attributes(tag) {
                assert!(!attribute.starts_with("on"), "{name}: {tag}");
                assert_ne!(attribute, "style", "{name}: {tag}");
            }
        }
    }
}

#[test]
fn no_page_asks_another_host_for_anything() {
    for (name, page) in samples::without_options() {
        for tag in tags(&page.html) {
            let loads =
                tag.starts_with("<img") || tag.starts_with("<link") || tag.starts_with("<script");
            assert!(
                !loads || !tag.contains("src=") && !tag.contains("href=\"http"),
                "{name}: {tag}"
            );
        }
    }
}

#[test]
fn every_page_has_a_language_a_title_and_one_heading() {
    for (name, page) in samples::with("text")
        .into_iter()
        .chain(samples::without_options())
    {
        assert!(
            page.html.starts_with("<!doctype html>\n<html lang=\"en\">"),
            "{name}"
        );
        assert_eq!(count(&page, "<title>"), 1, "{name}");
        assert!(
            !page.html.contains("<title> ·"),
            "{name}: the title is empty"
        );
        assert_eq!(count(&page, "<h1>"), 1, "{name}");
        assert_eq!(count(&page, "<main>"), 1, "{name}");
        assert!(
            page.html.contains("width=device-width, initial-scale=1\""),
            "{name}: must zoom"
        );
    }
}

#[test]
fn every_field_a_person_fills_in_has_a_label_and_points_at_its_error() {
    for (name, page) in samples::with("text")
        .into_iter()
        .chain(samples::without_options())
    {
        let ids = tags(&page.html)
            .filter_map(|tag| value(tag, "id"))
            .collect::<Vec<_>>();
        assert_eq!(
            ids.len(),
            ids.iter().collect::<BTreeSet<_>>().len(),
            "{name}: an id twice"
        );
        for tag in tags(&page.html).filter(|tag| tag.starts_with("<input") && seen(tag)) {
            let id = value(tag, "id").unwrap();
            assert!(
                page.html.contains(&format!("<label for=\"{id}\">")),
                "{name}: {tag}"
            );
            assert!(value(tag, "autocomplete").is_some(), "{name}: {tag}");
            let wrong = page.html.contains("role=\"alert\"");
            assert_eq!(value(tag, "aria-invalid").is_some(), wrong, "{name}: {tag}");
            assert_eq!(
                value(tag, "aria-describedby"),
                wrong.then_some("error"),
                "{name}: {tag}"
            );
            assert_eq!(ids.contains(&"error"), wrong, "{name}");
        }
    }
}

#[test]
fn every_form_posts_and_can_be_sent_by_a_button() {
    for (name, page) in samples::with("text") {
        let forms = tags(&page.html)
            .filter(|tag| tag.starts_with("<form"))
            .collect::<Vec<_>>();
        for form in &forms {
            assert_eq!(value(form, "method"), Some("post"), "{name}");
            assert_eq!(value(form, "action"), Some("text"), "{name}");
        }
        let buttons = tags(&page.html)
            .filter(|tag| tag.starts_with("<button type=\"submit\""))
            .count();
        assert!(buttons >= forms.len(), "{name}");
        // The client's fields are the whole of a form post: anything of ours would be sent to the
        // client.
        assert_eq!(
            page.html.contains("name=\"csrf\""),
            !forms.is_empty() && name != "form-post",
            "{name}"
        );
    }
}

#[test]
fn the_password_page_sends_no_username() {
    let (_, page) = samples::with("text")
        .into_iter()
        .find(|(name, _)| *name == "password")
        .unwrap();
    let field = tags(&page.html)
        .find(|tag| tag.contains("autocomplete=\"username\""))
        .unwrap();
    assert_eq!(value(field, "name"), None);
    assert_eq!(value(field, "value"), Some("text"));
    assert_eq!(value(field, "tabindex"), Some("-1"));
}

/// Writes every page and its policy to `target/pages/`, to be looked at; a page stays under 16 KB.
#[test]
fn every_page_is_small_and_kept_to_be_looked_at() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/pages");
    std::fs::create_dir_all(folder).unwrap();
    for (name, page) in samples::lifelike() {
        assert!(
            page.html.len() < 16 * 1024,
            "{name} has {} bytes",
            page.html.len()
        );
        std::fs::write(format!("{folder}/{name}.html"), page.html).unwrap();
        std::fs::write(format!("{folder}/{name}.csp"), page.content_security_policy).unwrap();
    }
}

/// The tags outside of style sheet and script. No value holds a bare `<` or `>` (asserted above),
/// so looking for them is reading the page.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    let (head, rest) = html.split_once(STYLE).unwrap();
    head.split('<')
        .chain(rest.split('<'))
        .filter_map(|piece| piece.split_once('>').map(|(tag, _)| tag))
        .filter(|tag| !tag.starts_with(['/', '!']))
        .map(|tag| &html[tag.as_ptr() as usize - html.as_ptr() as usize - 1..][..=tag.len()])
}

/// The names of a tag's attributes, in order.
fn attributes(tag: &str) -> Vec<&str> {
    let mut outside = tag.split('"').step_by(2);
    let first = outside.next().unwrap_or_default();
    std::iter::once(first.split_once(' ').map_or("", |(_, rest)| rest))
        .chain(outside)
        .flat_map(str::split_whitespace)
        .map(|name| name.trim_end_matches('='))
        .filter(|name| !name.is_empty() && *name != "/")
        .collect()
}

/// The value of a tag's attribute, as written.
fn value<'a>(tag: &'a str, attribute: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {attribute}=\""))
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(v, _)| v)
}

/// Whether people meet this field.
fn seen(input: &str) -> bool {
    value(input, "type") != Some("hidden") && value(input, "aria-hidden").is_none()
}

/// Tag names with their attribute names: what must not depend on the values.
fn shapes(page: &Rendered) -> Vec<String> {
    tags(&page.html)
        .map(|tag| {
            format!(
                "{} {:?}",
                tag.split(' ').next().unwrap_or_default(),
                attributes(tag)
            )
        })
        .collect()
}

/// The texts of all elements of this name.
fn inline<'a>(html: &'a str, element: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    html.split(open.as_str())
        .skip(1)
        .filter_map(|rest| rest.split_once(&close))
        .map(|(text, _)| text)
        .collect()
}

fn count(page: &Rendered, text: &str) -> usize {
    page.html.matches(text).count()
}
