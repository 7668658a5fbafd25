//! What makes pages usable by everybody (WCAG 2.2), shown on every page.

use std::collections::BTreeSet;

use super::{count, samples, tags, value};
use crate::locale::Locale;

fn every() -> samples::Samples {
    let mut pages = samples::with("text");
    pages.extend(samples::without_options());
    pages
}

#[test]
fn wcag_3_1_1_and_2_4_2_every_page_has_its_language_a_title_and_one_heading() {
    for locale in Locale::ALL {
        for (name, page) in samples::with_in(locale, "text") {
            let start = format!("<!doctype html>\n<html lang=\"{}\">", locale.tag());
            assert!(page.html.starts_with(&start), "{name}");
        }
    }
    for (name, page) in every() {
        assert_eq!(count(&page, "<title>"), 1, "{name}");
        assert!(
            !page.html.contains("<title> ·"),
            "{name}: the title is empty"
        );
        assert_eq!(count(&page, "<h1>"), 1, "{name}");
        assert!(
            page.html.contains("width=device-width, initial-scale=1\""),
            "{name}: must zoom"
        );
    }
}

#[test]
fn wcag_2_4_1_the_first_link_leads_to_the_one_main_part() {
    for (name, page) in every() {
        assert_eq!(count(&page, "<main id=\"main\">"), 1, "{name}");
        assert_eq!(count(&page, "<main"), 1, "{name}");
        let first = tags(&page.html).find(|tag| tag.starts_with("<a ")).unwrap();
        assert_eq!(value(first, "href"), Some("#main"), "{name}");
    }
}

#[test]
fn wcag_1_3_1_and_3_3_1_every_field_has_a_label_and_what_is_wrong_with_it() {
    for (name, page) in every() {
        let ids: Vec<&str> = tags(&page.html)
            .filter_map(|tag| value(tag, "id"))
            .collect();
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: an id twice");
        for tag in tags(&page.html).filter(|tag| is_field(tag)) {
            let id = value(tag, "id").unwrap();
            assert!(
                page.html.contains(&format!("<label for=\"{id}\">")),
                "{name}: {tag}"
            );
            let described = value(tag, "aria-describedby").unwrap_or_default();
            let wrong = tag.contains(" aria-invalid=\"true\"");
            assert_eq!(wrong, described.contains("error"), "{name}: {tag}");
            assert!(
                described.split_whitespace().all(|id| ids.contains(&id)),
                "{name}: {tag}"
            );
            let ticked = ["checkbox", "radio"].contains(&value(tag, "type").unwrap_or_default());
            assert!(
                ticked || value(tag, "autocomplete").is_some(),
                "{name}: {tag}"
            );
        }
        for tag in tags(&page.html).filter(|tag| tag.contains("class=\"error\"")) {
            assert_eq!(value(tag, "role"), Some("alert"), "{name}: {tag}");
        }
    }
}

#[test]
fn the_person_begins_in_one_place_and_where_something_is_wrong() {
    for (name, page) in every() {
        let focused: Vec<&str> = tags(&page.html)
            .filter(|tag| tag.contains(" autofocus"))
            .collect();
        assert!(focused.len() <= 1, "{name}: {focused:?}");
        let wrong = tags(&page.html).any(|tag| tag.contains(" aria-invalid"));
        let on_it = focused.iter().any(|tag| tag.contains(" aria-invalid"));
        assert!(!wrong || on_it || name == "identification-whole", "{name}");
    }
}

#[test]
fn wcag_1_1_1_every_picture_has_a_text_or_says_that_it_needs_none() {
    for (name, page) in every() {
        for tag in tags(&page.html) {
            let picture = tag.starts_with("<img ");
            assert!(!picture || value(tag, "alt").is_some(), "{name}: {tag}");
            let drawing = tag.starts_with("<svg ");
            assert!(
                !drawing || value(tag, "aria-hidden") == Some("true"),
                "{name}: {tag}"
            );
        }
    }
}

#[test]
fn every_form_posts_and_can_be_sent_by_a_button() {
    for (name, page) in every() {
        let forms: Vec<&str> = tags(&page.html)
            .filter(|tag| tag.starts_with("<form"))
            .collect();
        for form in &forms {
            assert_eq!(value(form, "method"), Some("post"), "{name}");
            assert_eq!(value(form, "action"), Some("text"), "{name}");
        }
        let sends = tags(&page.html).filter(|tag| tag.starts_with("<button type=\"submit\""));
        let passkey_alone = name == "identification-passkey"; // its form has a link in the place of the button
        assert!(sends.count() >= forms.len() || passkey_alone, "{name}");
        // The client's fields are the whole of a form post: anything of ours would be sent to the client.
        let proves = page.html.contains("name=\"csrf\"");
        let clients = ["form-post", "onward-form"].contains(&name);
        assert_eq!(proves, !forms.is_empty() && !clients, "{name}");
    }
}

#[test]
fn what_only_a_script_can_do_says_so_without_one() {
    for (name, page) in every() {
        let needs = page.html.contains(" data-webauthn=\"get\"")
            || page.html.contains(" data-webauthn=\"create\"")
            || page.html.contains(" data-captcha=")
            || page.html.contains(" data-goes-on>")
            || page.html.contains("type=\"file\"");
        assert_eq!(needs, page.html.contains("<noscript>"), "{name}");
        for tag in tags(&page.html).filter(|tag| tag.starts_with("<button type=\"button\"")) {
            assert!(tag.contains(" hidden"), "{name}: {tag} would do nothing");
        }
    }
}

#[test]
fn the_password_page_sends_no_username() {
    let mut pages = samples::with("text").into_iter();
    let (_, page) = pages.find(|(name, _)| *name == "password").unwrap();
    let field = tags(&page.html)
        .find(|tag| tag.contains("autocomplete=\"username\""))
        .unwrap();
    assert_eq!(value(field, "name"), None);
    assert_eq!(value(field, "value"), Some("text"));
    assert_eq!(value(field, "tabindex"), Some("-1"));
}

/// Whether people fill this in.
fn is_field(tag: &str) -> bool {
    let kind = ["<input", "<select", "<textarea"]
        .iter()
        .any(|kind| tag.starts_with(kind));
    kind && value(tag, "type") != Some("hidden") && value(tag, "aria-hidden").is_none()
}
