//! Stages and fields: how they may be set.

use super::super::check::check;
use super::flows::prompt;
use super::*;
use crate::flow::stage::{
    CaptchaSettings, DeviceClass, EmailSettings, IdentificationSettings, NotConfigured,
    PasswordSettings, PromptStageSettings, RedirectSettings, StaticSettings, TotpSettings,
    UserLoginSettings, ValidateSettings,
};
use crate::tenant::Sealed;

/// What is wrong with an object among the usual ones, as `field: message`.
fn wrong(object: impl Into<Object>) -> Vec<String> {
    let object = object.into();
    let mut all = usual();
    all.extend([
        stage(
            72,
            "password",
            Settings::Password(PasswordSettings::default()),
        )
        .into(),
        stage(
            73,
            "totp",
            Settings::AuthenticatorTotp(TotpSettings::default()),
        )
        .into(),
        policy(31, "p").into(),
        prompt(91, "taken", 0).into(),
        object.clone(),
    ]);
    let mut problems = Problems::default();
    check(&config(all), &object, &mut problems);
    let text = |it: &Problem| format!("{}: {}", it.field, it.message);
    problems.0.iter().map(text).collect()
}

fn settings(settings: Settings) -> Vec<String> {
    wrong(stage(79, "new", settings))
}

fn refused(of: Settings, field: &str) {
    let found = settings(of);
    assert_eq!(found.len(), 1, "{field}: {found:?}");
    assert!(found[0].starts_with(&format!("{field}: ")), "{found:?}");
}

fn captcha() -> CaptchaSettings {
    CaptchaSettings {
        public_key: "site".into(),
        private_key: Sealed(vec![1]),
        js_url: "https://captcha.example/api.js".into(),
        api_url: "https://captcha.example/verify".into(),
        interactive: true,
        score_min_threshold: 0.5,
        score_max_threshold: 1.0,
        error_on_invalid_score: true,
    }
}

#[test]
fn what_is_sound_is_saved() {
    let validate = ValidateSettings {
        not_configured_action: NotConfigured::Configure,
        configuration_stages: vec![id(73)],
        ..ValidateSettings::default()
    };
    let inside = IdentificationSettings {
        password_stage: Some(id(72)),
        ..IdentificationSettings::default()
    };
    for good in [
        Settings::Identification(inside),
        Settings::AuthenticatorValidate(validate),
        Settings::AuthenticatorStatic(StaticSettings::default()),
        Settings::Captcha(captcha()),
        Settings::UserLogin(UserLoginSettings::default()),
        Settings::Email(EmailSettings::default()),
        consent(ConsentKind::Permanent),
        Settings::UserDelete,
    ] {
        assert_eq!(settings(good), [""; 0]);
    }
    assert_eq!(wrong(prompt(92, "attributes.settings.locale", 0)), [""; 0]);
}

#[test]
fn api_b12_numbers_are_within_their_bounds() {
    let totp = |digits| {
        Settings::AuthenticatorTotp(TotpSettings {
            digits,
            ..TotpSettings::default()
        })
    };
    assert!(settings(totp(8)).is_empty());
    refused(totp(7), "digits");
    let codes = |token_count, token_length| {
        Settings::AuthenticatorStatic(StaticSettings {
            token_count,
            token_length,
            ..StaticSettings::default()
        })
    };
    for (count, length, field) in [
        (0, 12, "token_count"),
        (51, 12, "token_count"),
        (6, 7, "token_length"),
        (6, 101, "token_length"),
    ] {
        refused(codes(count, length), field);
    }
    let password = PasswordSettings {
        failed_attempts_before_cancel: 0,
        ..PasswordSettings::default()
    };
    refused(
        Settings::Password(password),
        "failed_attempts_before_cancel",
    );
    let email = EmailSettings {
        token_expiry: Validity::none(),
        ..EmailSettings::default()
    };
    refused(Settings::Email(email), "token_expiry");
    let short = ConsentSettings {
        mode: ConsentKind::Expiring,
        consent_expire_in: Validity::none(),
    };
    refused(Settings::Consent(short), "consent_expire_in");
}

#[test]
fn a_stage_names_stages_of_the_kind_it_needs() {
    let identification = |password, captcha| {
        Settings::Identification(IdentificationSettings {
            password_stage: password,
            captcha_stage: captcha,
            ..IdentificationSettings::default()
        })
    };
    refused(identification(Some(id(73)), None), "password_stage");
    refused(identification(None, Some(id(72))), "captcha_stage");
    refused(identification(Some(id(99)), None), "password_stage");
    let validate = |stages: &[u128], action| {
        Settings::AuthenticatorValidate(ValidateSettings {
            configuration_stages: stages.iter().map(|number| id(*number)).collect(),
            not_configured_action: action,
            ..ValidateSettings::default()
        })
    };
    for stages in [&[72][..], &[99], &[73, 73]] {
        refused(
            validate(stages, NotConfigured::Skip),
            "configuration_stages",
        );
    }
    refused(
        validate(&[], NotConfigured::Configure),
        "configuration_stages",
    );
    let none = ValidateSettings {
        device_classes: Vec::<DeviceClass>::new(),
        ..ValidateSettings::default()
    };
    refused(Settings::AuthenticatorValidate(none), "device_classes");
    let nobody = IdentificationSettings {
        user_fields: Vec::new(),
        ..IdentificationSettings::default()
    };
    refused(Settings::Identification(nobody), "user_fields");
}

#[test]
fn a_stage_names_flows_that_are_there_for_it() {
    let identification = |recovery: &str| {
        Settings::Identification(IdentificationSettings {
            recovery_flow: Some(slug(recovery)),
            ..IdentificationSettings::default()
        })
    };
    assert_eq!(
        settings(identification("nowhere")),
        ["recovery_flow: there is no such flow: nowhere"]
    );
    assert_eq!(
        settings(identification(flow::AUTHENTICATION)),
        [
            "recovery_flow: default-authentication-flow is a flow for authentication, not for recovery"
        ]
    );
    let onward = |target: &str| {
        Settings::Redirect(RedirectSettings::Flow {
            target_flow: slug(target),
            keep_context: true,
        })
    };
    assert!(settings(onward(flow::INVALIDATION)).is_empty());
    refused(onward("nowhere"), "target_flow");
}

#[test]
fn a_redirect_leads_to_a_path_or_a_web_page() {
    for (to, good) in [
        ("/if/user/", true),
        ("https://app.example/", true),
        ("http://app.example/", true),
        ("", false),
        ("//evil.example", false),
        ("/\\evil.example", false),
        ("javascript:alert(1)", false),
        ("app:x", false),
        ("relative", false),
    ] {
        let of = Settings::Redirect(RedirectSettings::Static {
            target_static: to.into(),
        });
        assert_eq!(settings(of).is_empty(), good, "{to}");
    }
}

#[test]
fn a_captcha_is_asked_over_tls() {
    for (change, field) in [
        (
            (|it| it.js_url = "http://c.example/a.js".into()) as fn(&mut CaptchaSettings),
            "js_url",
        ),
        (|it| it.api_url = "c.example".into(), "api_url"),
        (|it| it.api_url = "https://u:p@c.example/".into(), "api_url"),
        (|it| it.public_key = " ".into(), "public_key"),
        (|it| it.score_min_threshold = 2.0, "score_min_threshold"),
    ] {
        let mut its = captcha();
        change(&mut its);
        refused(Settings::Captcha(its), field);
    }
}

#[test]
fn a_field_has_a_key_of_its_own() {
    let keyed = |key: &str| {
        let mut field = prompt(92, "new", 0);
        field.field_key = key.into();
        wrong(field)
    };
    for bad in [
        "",
        " ",
        "a b",
        "a..b",
        ".a",
        "a.",
        "ü",
        "component",
        "csrf",
        &"a".repeat(256),
    ] {
        assert_eq!(keyed(bad).len(), 1, "{bad}");
    }
    for good in ["a", "a_b-c", "attributes.x.y", "A1"] {
        assert!(keyed(good).is_empty(), "{good}");
    }
    let mut blank = prompt(92, "new", 0);
    (blank.initial_value_expression, blank.placeholder_expression) = (true, true);
    assert_eq!(
        wrong(blank),
        [
            "placeholder: may not be blank",
            "initial_value: may not be blank"
        ]
    );
}

#[test]
fn release_2023_2_the_names_of_fields_are_unique() {
    assert_eq!(
        wrong(prompt(92, "taken", 0)),
        ["name: another prompt has this name: taken"]
    );
    assert_eq!(
        wrong(stage(79, "totp", Settings::UserDelete)),
        ["name: another stage has this name: totp"]
    );
    assert_eq!(
        wrong(flow_of(69, flow::INVALIDATION, Designation::Invalidation)),
        ["slug: another flow has this slug: default-invalidation-flow"]
    );
}

#[test]
fn a_prompt_stage_has_fields_and_policies_that_are_there() {
    let ask = |fields: &[u128], policies: &[u128]| {
        let ids = |numbers: &[u128]| numbers.iter().map(|number| id(*number)).collect();
        Settings::Prompt(PromptStageSettings {
            fields: ids(fields),
            validation_policies: ids(policies),
        })
    };
    assert!(settings(ask(&[91], &[31])).is_empty());
    refused(ask(&[99], &[]), "fields");
    refused(ask(&[91, 91], &[]), "fields");
    refused(ask(&[], &[99]), "validation_policies");
}

#[test]
fn a_stage_stands_once_at_a_place_of_a_flow_that_is_there() {
    let mut again = place(82, 61, 71);
    again.order = 81;
    assert_eq!(
        wrong(again),
        ["non_field_errors: this stage stands at this place of the flow already"]
    );
    assert!(wrong(place(82, 61, 71)).is_empty(), "at another it may");
    assert_eq!(wrong(place(82, 99, 71)).len(), 1);
    assert_eq!(wrong(place(82, 61, 99)).len(), 1);
    let bind = |target: u128| PolicyBinding {
        target: id(target),
        ..binding(41, 7, Bound::Policy(id(31)))
    };
    for (target, good) in [
        (61, true),
        (81, true),
        (1_007, true),
        (71, false),
        (99, false),
    ] {
        assert_eq!(wrong(bind(target)).is_empty(), good, "{target}");
    }
}

#[test]
fn a_background_is_a_picture_of_this_site_or_from_https() {
    for (background, good) in [
        ("", true),
        ("/static/a.jpg", true),
        ("https://cdn.example/a.jpg", true),
        ("http://cdn.example/a.jpg", false),
        ("//cdn.example/a.jpg", false),
        ("data:image/svg+xml,x", false),
        ("javascript:x", false),
    ] {
        let mut flow = flow_of(69, "new", Designation::Recovery);
        flow.background = background.into();
        assert_eq!(wrong(flow).is_empty(), good, "{background}");
    }
}

#[test]
fn a_brand_names_what_is_there() {
    use crate::brand::{Brand, FooterLink};
    let all = config(usual());
    let sound = Brand {
        flow_recovery: None,
        flow_user_settings: None,
        default_application: Some(slug("app-7")),
        ..Brand::named("Ours").unwrap()
    };
    assert!(brand_problems(&all, &sound).is_empty());
    let mut odd = sound;
    odd.branding_title = String::new();
    odd.branding_logo = "data:image/svg+xml,x".into();
    odd.colours.accent = Some("red".into());
    odd.flow_authentication = slug(flow::INVALIDATION);
    odd.flow_recovery = Some(slug("nowhere"));
    odd.default_application = Some(slug("nowhere"));
    odd.footer_links = vec![FooterLink {
        name: "x".into(),
        href: Some("javascript:x".into()),
    }];
    let fields: Vec<&str> = brand_problems(&all, &odd).iter().map(|it| it.0).collect();
    assert_eq!(
        fields,
        [
            "flow_authentication",
            "flow_recovery",
            "branding_title",
            "branding_logo",
            "colours",
            "footer_links",
            "default_application"
        ]
    );
}
