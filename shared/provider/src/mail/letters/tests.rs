//! Letters as they are sent.

use protocol::{Seconds, Secret, TenantId};

use super::{Draft, Kind};
use crate::brand::Brand;
use crate::locale::{Locale, Texts};
use crate::mail::{Address, Letter};
use crate::tenant::{Sealed, Tenant};

fn tenant(logo: &str) -> Tenant {
    Tenant {
        id: TenantId::parse("a").unwrap(),
        base_url: "https://id.example.com".to_owned(),
        brand: Brand {
            branding_logo: logo.to_owned(),
            ..Brand::named("Ämter & Co").unwrap()
        },
        subject_salt: String::new(),
        refresh_key: Sealed(Vec::new()),
        limits: crate::tenant::Limits::default(),
        suspended: None,
    }
}

fn letter(kind: Kind, locale: Locale, name: &str, subject: &str) -> Letter {
    let draft = Draft {
        kind,
        to: &Address::parse("ada@example.com").unwrap(),
        name,
        subject,
        path: &Secret::new("/if/flow/f/?next=%2Fa&flow_token=T"),
        lifetime: Some(Seconds::minutes(30)),
    };
    draft.letter(&tenant("/media/logo.png"), Texts::of(locale))
}

#[test]
fn a_letter_says_what_it_is_about_and_where_its_link_leads() {
    let letter = letter(Kind::PasswordReset, Locale::En, "Ada", "");
    assert_eq!(letter.subject, "Choose a new password for Ämter & Co");
    assert_eq!(
        (letter.to.as_str(), letter.to_name.as_str()),
        ("ada@example.com", "Ada")
    );
    assert_eq!(letter.from_name, "Ämter & Co");
    let want = "Hello Ada,\n\n\
        Somebody, probably you, wants to choose a new password for your account at Ämter & Co. Go on here:\n\n\
        https://id.example.com/if/flow/f/?next=%2Fa&flow_token=T\n\n\
        The link works once, and for 30 minutes.\n\
        If it was not you, there is nothing to do: your password stays as it is.\n\n\
        -- \nÄmter & Co";
    assert_eq!(letter.text.expose().trim_end(), want);
    let html = letter.html.expose();
    let link = "<a href=\"https://id.example.com/if/flow/f/?next=%2Fa&#38;flow_token=T\"";
    assert_eq!(html.matches(link).count(), 2, "{html}");
    assert!(
        html.contains("<img src=\"https://id.example.com/media/logo.png\""),
        "{html}"
    );
}

#[test]
fn every_kind_has_all_its_words_in_each_language() {
    let kinds = [
        Kind::PasswordReset,
        Kind::AccountConfirmation,
        Kind::Setup,
        Kind::SignInRequest,
        Kind::HasAccount,
    ];
    for kind in kinds {
        let mut texts = Vec::new();
        for locale in Locale::ALL {
            let letter = letter(kind, locale, "", "");
            let whole = [&letter.subject, letter.text.expose(), letter.html.expose()].join("\n");
            assert!(
                !whole.contains("mail-") && !whole.contains("{ $"),
                "{whole}"
            );
            texts.push(whole);
        }
        texts.dedup();
        assert_eq!(texts.len(), Locale::ALL.len(), "{kind:?}");
    }
}

#[test]
fn a_subject_and_a_name_are_one_line_and_no_markup() {
    let subject = "Hi\r\nBcc: x@evil.example";
    let letter = letter(Kind::Setup, Locale::En, "<b>A\nda</b>", subject);
    assert_eq!(letter.subject, "Hi  Bcc: x@evil.example");
    assert_eq!(letter.to_name, "<b>A da</b>");
    assert!(!letter.html.expose().contains("<b>"));
}

#[test]
fn a_template_that_is_not_known_is_written_in_general_words() {
    for (template, kind) in [
        ("email/password_reset.html", Kind::PasswordReset),
        ("email/account_confirmation.html", Kind::AccountConfirmation),
        ("email/setup.html", Kind::Setup),
        ("email/our_own.html", Kind::Setup),
    ] {
        assert_eq!(Kind::of_template(template), kind);
    }
}

#[test]
fn how_long_a_link_is_good_is_said_in_whole_units() {
    let said = |seconds| super::life(Texts::of(Locale::En), Seconds(seconds));
    for (seconds, want) in [
        (30, "The link works once, and for one minute."),
        (1_800, "The link works once, and for 30 minutes."),
        (3_600, "The link works once, and for one hour."),
        (5_400, "The link works once, and for 90 minutes."),
        (172_800, "The link works once, and for 2 days."),
    ] {
        assert_eq!(said(seconds), want);
    }
}

#[test]
fn a_logo_that_a_mailbox_cannot_fetch_is_left_out() {
    assert_eq!(super::logo(&tenant("data:image/png;base64,AA")), None);
    assert_eq!(super::logo(&tenant("")), None);
    let elsewhere = super::logo(&tenant("https://cdn.example/logo.png"));
    assert_eq!(elsewhere.as_deref(), Some("https://cdn.example/logo.png"));
}
