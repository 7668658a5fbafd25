use super::{Locale, Texts, Wishes};

fn locale(wishes: Wishes<'_>) -> &'static str {
    wishes.locale().tag()
}

#[test]
fn who_is_nearer_to_the_person_decides() {
    let all = Wishes {
        chosen: Some("de"),
        kept: Some("en"),
        ui_locales: Some("en"),
        account: Some("en"),
        accept_language: Some("en"),
        brand: "en",
    };
    assert_eq!(locale(all), "de");
    assert_eq!(
        locale(Wishes {
            chosen: None,
            kept: Some("de"),
            ..all
        }),
        "de"
    );
    let all = Wishes {
        chosen: None,
        kept: None,
        ..all
    };
    assert_eq!(
        locale(Wishes {
            ui_locales: Some("de"),
            ..all
        }),
        "de"
    );
    let all = Wishes {
        ui_locales: None,
        ..all
    };
    assert_eq!(
        locale(Wishes {
            account: Some("de"),
            ..all
        }),
        "de"
    );
    let all = Wishes {
        account: None,
        ..all
    };
    assert_eq!(
        locale(Wishes {
            accept_language: Some("de"),
            ..all
        }),
        "de"
    );
    let all = Wishes {
        accept_language: None,
        ..all
    };
    assert_eq!(locale(Wishes { brand: "de", ..all }), "de");
    assert_eq!(locale(Wishes::default()), "en");
}

#[test]
fn a_language_there_are_no_texts_in_leaves_it_to_the_next() {
    let wishes = Wishes {
        chosen: Some("fr"),
        ui_locales: Some("fr-CA pt"),
        account: Some(""),
        accept_language: Some("fr;q=1, *"),
        brand: "de",
        kept: Some("../../etc"),
    };
    assert_eq!(locale(wishes), "de");
}

#[test]
fn oidc_core_3_1_2_1_ui_locales_are_in_order_of_preference() {
    for (asked, wanted) in [
        ("de en", "de"),
        ("fr-CA de-AT en", "de"),
        ("en de", "en"),
        ("  ", "en"),
    ] {
        let wishes = Wishes {
            ui_locales: Some(asked),
            ..Wishes::default()
        };
        assert_eq!(locale(wishes), wanted, "{asked}");
    }
}

#[test]
fn rfc9110_12_5_4_accept_language_is_weighed() {
    for (header, wanted) in [
        ("de", "de"),
        ("de-CH, en;q=0.9", "de"),
        ("en;q=0.5, de;q=0.8", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("fr, de;q=0, en;q=0.1", "en"),
        ("DE", "de"),
        ("de;q=x", "en"),
        (";;;,,,", "en"),
    ] {
        let wishes = Wishes {
            accept_language: Some(header),
            ..Wishes::default()
        };
        assert_eq!(locale(wishes), wanted, "{header}");
    }
}

#[test]
fn a_tag_is_read_by_its_language() {
    assert_eq!(Locale::parse("de_DE"), Some(Locale::De));
    assert_eq!(Locale::parse("en-GB"), Some(Locale::En));
    for other in ["", "deu", "d", "-de"] {
        assert_eq!(Locale::parse(other), None, "{other}");
    }
}

#[test]
fn a_bold_value_is_escaped_and_so_is_what_is_around_it() {
    let html = Texts::of(Locale::En).bold("to-continue-to", &[("app", "<i>\u{E001}&")]);
    assert_eq!(html.0, "to continue to <b>&#60;i&#62;&#38;</b>");
}

#[test]
fn numbers_have_their_form() {
    let texts = Texts::of(Locale::De);
    assert!(texts.count("device-too-many", 1).contains("eine Minute"));
    assert!(texts.count("device-too-many", 12).contains("12 Minuten"));
}

#[test]
fn what_a_stage_said_is_found_by_its_english() {
    let english = "Enter your password.";
    assert_eq!(Texts::of(Locale::En).said(english), english);
    assert_eq!(
        Texts::of(Locale::De).said(english),
        "Geben Sie Ihr Passwort ein."
    );
    let own = "Only for the finance team.";
    assert_eq!(Texts::of(Locale::De).said(own), own);
    assert_eq!(Texts::of(Locale::De).said(""), "");
}

#[test]
fn a_key_that_is_not_there_is_its_own_text() {
    assert_eq!(Texts::default().get("no-such-key"), "no-such-key");
}
