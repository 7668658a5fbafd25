//! What every page must keep, shown on every page: what it may load and run, and that no value becomes markup.

use super::policy::source;
use super::{Rendered, STYLE, scripts};
use crate::locale::Locale;

mod people;
mod samples;
mod words;

/// Text that would leave any context it is not escaped for.
const HOSTILE: &str = r#""''></title></style><script>alert(1)</script><b onclick=x>&amp;"#;

const SCRIPTS: [&str; 7] = [
    scripts::AUTO_SUBMIT,
    scripts::SHOW_PASSWORD,
    scripts::COPY,
    scripts::FILE,
    scripts::CAPTCHA,
    scripts::WEBAUTHN,
    scripts::GO_ON,
];

#[test]
fn csp3_2_3_1_the_policy_allows_exactly_the_inline_texts_of_the_page() {
    for (name, page) in samples::with("text")
        .into_iter()
        .chain(samples::without_options())
    {
        let hashes = |texts: Vec<&str>| -> Vec<String> { texts.into_iter().map(source).collect() };
        let styles = inline(&page.html, "<style>", "</style>");
        assert_eq!(styles.get(1), Some(&STYLE), "{name}");
        assert_eq!(hashed(&page, "style-src"), hashes(styles), "{name}");
        let scripts = inline(&page.html, "<script type=\"module\">", "</script>");
        assert!(
            scripts.iter().all(|script| SCRIPTS.contains(script)),
            "{name}"
        );
        assert_eq!(hashed(&page, "script-src"), hashes(scripts), "{name}");
    }
}

#[test]
fn a_page_runs_what_it_needs_and_nothing_else() {
    let run = |samples: samples::Samples| -> Vec<String> {
        let named = |script: &&str| SCRIPTS.iter().position(|known| known == script).unwrap();
        let scripts = |page: &Rendered| -> Vec<usize> {
            inline(&page.html, "<script type=\"module\">", "</script>")
                .iter()
                .map(named)
                .collect()
        };
        samples
            .iter()
            .map(|(name, page)| (name, scripts(page)))
            .filter(|(_, scripts)| !scripts.is_empty())
            .map(|(name, scripts)| format!("{name} {scripts:?}"))
            .collect()
    };
    let wanted = [
        "identification-whole [1, 4, 5]",
        "password [1]",
        "captcha [4]",
        "passkey [5]",
        "set-up-totp [2]",
        "set-up-codes [2]",
        "set-up-passkey [5]",
        "prompt [3]",
        "signed-out-frames [6]",
        "session-end-frames [6]",
        "form-post [0]",
    ];
    assert_eq!(run(samples::with("text")), wanted);
    let without = run(samples::without_options());
    assert!(!without.contains(&"password [1]".to_owned()), "{without:?}");
}

#[test]
fn only_a_captcha_loads_from_elsewhere_and_only_from_its_service() {
    for (name, page) in samples::with("text") {
        let csp = &page.content_security_policy;
        let elsewhere = csp.matches("https://challenges.cloudflare.com").count();
        let asks = name == "captcha" || name == "identification-whole";
        assert_eq!(elsewhere, if asks { 4 } else { 0 }, "{name}: {csp}");
        assert_eq!(csp.contains("connect-src"), asks, "{name}: {csp}");
    }
}

#[test]
fn the_policy_lets_the_redirect_after_a_post_reach_the_client() {
    for (name, page) in samples::with("text") {
        let csp = page.content_security_policy;
        assert!(csp.starts_with("default-src 'none'; "), "{name}: {csp}");
        assert!(
            csp.contains("; img-src 'self' data: https://cdn.example; "),
            "{name}: {csp}"
        );
        assert!(
            csp.contains("; base-uri 'none'; frame-ancestors 'none'"),
            "{name}: {csp}"
        );
        assert!(
            !csp.contains("form-action") && !csp.contains("unsafe"),
            "{name}: {csp}"
        );
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
fn style_sheet_and_scripts_are_small_and_reach_the_browser_as_they_are() {
    assert!(STYLE.len() < 8 * 1024, "{} bytes", STYLE.len());
    assert!(
        !STYLE.contains("url(") && !STYLE.contains("@import"),
        "would be a request"
    );
    let colours = STYLE.matches('#').count();
    assert!(
        colours <= 1,
        "colours are the brand's; only a QR code is on white"
    );
    for text in SCRIPTS.into_iter().chain([STYLE]) {
        assert!(
            !text.contains('\r'),
            "the HTML parser turns CR LF into LF and the hash would differ"
        );
        assert!(
            !text.contains('<'),
            "could end the element, and tests read pages by it"
        );
    }
    for script in SCRIPTS {
        assert!(script.len() < 3 * 1024, "{} bytes", script.len());
        for word in ["eval", "innerHTML", "fetch(", "http:", "https:"] {
            assert!(!script.contains(word), "{word}");
        }
    }
}

#[test]
fn no_value_becomes_markup() {
    for locale in Locale::ALL {
        let plain = samples::with_in(locale, "x");
        let hostile = samples::with_in(locale, HOSTILE);
        for ((name, plain), (_, hostile)) in plain.iter().zip(hostile.iter()) {
            assert_eq!(
                shapes(plain),
                shapes(hostile),
                "{name}: values changed the page's structure"
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
}

#[test]
fn no_page_has_an_event_handler_or_a_style_attribute() {
    for (name, page) in samples::with("text") {
        for tag in tags(&page.html) {
            for attribute in attributes(tag) {
                assert!(!attribute.starts_with("on"), "{name}: {tag}");
                assert_ne!(attribute, "style", "{name}: {tag}");
            }
            assert!(!tag.contains("javascript:"), "{name}: {tag}");
        }
    }
}

#[test]
fn a_plain_brands_page_asks_nobody_for_anything() {
    for (name, page) in samples::without_options() {
        for tag in tags(&page.html) {
            let loads = ["<img", "<link", "<script"]
                .iter()
                .any(|kind| tag.starts_with(kind));
            let own = !tag.contains("src=") && !tag.contains("href=\"http");
            assert!(
                !loads || own || tag.contains("src=\"data:image/svg+xml;base64,"),
                "{name}: {tag}"
            );
        }
    }
}

/// Writes every page and its policy to `target/pages/`, to be looked at. One that people meet on the way in, without
/// a picture of its own, stays under 17 KB.
#[test]
fn every_page_is_small_and_kept_to_be_looked_at() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/pages");
    std::fs::create_dir_all(folder).unwrap();
    for (end, brand, locale) in samples::scenes() {
        for (name, page) in samples::lifelike(&brand, locale) {
            let name = format!("{name}{end}");
            assert!(
                page.html.len() < 17 * 1024,
                "{name} has {} bytes",
                page.html.len()
            );
            std::fs::write(format!("{folder}/{name}.html"), page.html).unwrap();
            std::fs::write(format!("{folder}/{name}.csp"), page.content_security_policy).unwrap();
        }
    }
}

/// The hashes that a directive of the page's policy allows.
fn hashed(page: &Rendered, directive: &str) -> Vec<String> {
    let mut directives = page.content_security_policy.split("; ");
    let sources = directives
        .find_map(|it| it.strip_prefix(directive))
        .unwrap_or_default();
    sources
        .split(' ')
        .filter(|it| it.starts_with("'sha256-"))
        .map(str::to_owned)
        .collect()
}

/// The tags outside of style sheets and scripts, in which there is no `<` (asserted above). No value holds a bare `<`
/// or `>` either, so looking for them is reading the page.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<')
        .skip(1)
        .filter(|piece| !piece.starts_with(['/', '!']))
        .filter_map(|piece| piece.split_once('>').map(|(tag, _)| tag))
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
    let (_, rest) = tag.split_once(&format!(" {attribute}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// Tag names with their attribute names: what must not depend on the values.
fn shapes(page: &Rendered) -> Vec<String> {
    let name = |tag: &str| tag.split([' ', '>']).next().unwrap_or_default().to_owned();
    tags(&page.html)
        .map(|tag| format!("{} {:?}", name(tag), attributes(tag)))
        .collect()
}

/// The texts between these.
fn inline<'a>(html: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    html.split(open)
        .skip(1)
        .filter_map(|rest| rest.split_once(close))
        .map(|(text, _)| text)
        .collect()
}

fn count(page: &Rendered, text: &str) -> usize {
    page.html.matches(text).count()
}
