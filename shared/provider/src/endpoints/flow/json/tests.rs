//! Every challenge has the fields of API reference C2, no more and no less.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::flow::Layout;
use crate::flow::challenge::{
    AccessDenied, AuthenticatorStatic, AuthenticatorTotp, AuthenticatorValidate,
    AuthenticatorWebauthn, Captcha, CaptchaInside, Challenge, Consent, DeviceChallenge, Email,
    Errors, FlowError, FlowInfo, Identification, Password, Pending, Permission, Prompt,
    PromptField, Redirect, SelectableStage, SessionEnd, Shown,
};

/// Fields of all challenges.
const COMMON: &str = "component flow_info";
/// "user info" of the table.
const USER: &str = "pending_user pending_user_avatar";

/// Component, required fields, optional ones (`o` of the table), as written there.
const TABLE: [(&str, &str, &str); 17] = [
    (
        "ak-stage-identification",
        "user_fields password_fields flow_designation primary_action show_source_labels",
        "allow_show_password application_pre captcha_stage enroll_url recovery_url passwordless_url sources",
    ),
    (
        "ak-stage-password",
        "USER",
        "recovery_url allow_show_password",
    ),
    ("ak-stage-captcha", "USER site_key js_url interactive", ""),
    (
        "ak-stage-authenticator-validate",
        "USER device_challenges configuration_stages",
        "",
    ),
    ("ak-stage-authenticator-totp", "USER config_url", ""),
    ("ak-stage-authenticator-static", "USER codes", ""),
    ("ak-stage-authenticator-webauthn", "USER registration", ""),
    ("ak-stage-user-login", "USER", ""),
    (
        "ak-stage-consent",
        "USER permissions additional_permissions token",
        "header_text",
    ),
    ("ak-stage-prompt", "fields", ""),
    ("ak-stage-email", "", ""),
    (
        "ak-stage-session-end",
        "USER brand_name",
        "application_name application_launch_url invalidation_flow_url",
    ),
    ("ak-stage-access-denied", "USER", "error_message"),
    ("ak-stage-flow-error", "request_id", "error traceback"),
    ("xak-flow-redirect", "to", ""),
    // Pages alone ask these; a program that meets them finds whom it is about.
    ("ak-stage-user-logout", "USER", ""),
    ("ak-stage-user-delete", "USER", ""),
];

fn named(fields: &str) -> BTreeSet<String> {
    let fields = fields.replace("USER", USER);
    fields.split_whitespace().map(str::to_owned).collect()
}

fn shown(challenge: Challenge) -> Value {
    let shown = Shown {
        challenge,
        flow_info: FlowInfo {
            title: "Sign in".to_owned(),
            background: String::new(),
            cancel_url: "/flows/-/cancel/".to_owned(),
            layout: Layout::Stacked,
        },
        response_errors: Errors::default(),
    };
    serde_json::to_value(&shown).unwrap()
}

/// Each challenge as bare and as full as it can be.
fn all(full: bool) -> Vec<Challenge> {
    let some = || full.then(|| "x".to_owned());
    let captcha = full.then(|| CaptchaInside {
        component: "ak-stage-captcha",
        captcha: Captcha::default(),
    });
    vec![
        Challenge::Identification(Box::new(Identification {
            application_pre: some(),
            captcha_stage: captcha,
            enroll_url: some(),
            recovery_url: some(),
            passwordless_url: some(),
            prefilled: "typed before".to_owned(),
            passkey_options: Some(json!({})),
            ..Identification::default()
        })),
        Challenge::Password(Password {
            recovery_url: some(),
            ..Password::default()
        }),
        Challenge::Captcha(Captcha::default()),
        Challenge::AuthenticatorValidate(AuthenticatorValidate::default()),
        Challenge::AuthenticatorTotp(AuthenticatorTotp {
            secret: "typed by hand".to_owned(),
            qr_svg: "<svg>".to_owned(),
            ..AuthenticatorTotp::default()
        }),
        Challenge::AuthenticatorStatic(AuthenticatorStatic::default()),
        Challenge::AuthenticatorWebauthn(AuthenticatorWebauthn::default()),
        Challenge::Prompt(Prompt::default()),
        Challenge::Consent(Consent {
            application: "App".to_owned(),
            ..Consent::default()
        }),
        Challenge::Email(Email::default()),
        Challenge::UserLogin(Pending::default()),
        Challenge::UserLogout(Pending::default()),
        Challenge::UserDelete(Pending::default()),
        Challenge::SessionEnd(SessionEnd {
            application_name: some(),
            application_launch_url: some(),
            invalidation_flow_url: some(),
            ..SessionEnd::default()
        }),
        Challenge::AccessDenied(AccessDenied {
            error_message: some(),
            ..AccessDenied::default()
        }),
        Challenge::FlowError(FlowError::default()),
        Challenge::Redirect(Redirect::default()),
    ]
}

#[test]
fn reference_c2_every_challenge_has_its_required_fields_and_no_others_than_the_tables() {
    for full in [false, true] {
        let mut seen = BTreeSet::new();
        for challenge in all(full) {
            let json = shown(challenge);
            let component = json["component"].as_str().unwrap().to_owned();
            let row = TABLE.iter().find(|row| row.0 == component);
            let (_, required, optional) =
                row.unwrap_or_else(|| panic!("{component} is not in the table"));
            let required = named(&format!("{COMMON} {required}"));
            let keys: BTreeSet<String> = json.as_object().unwrap().keys().cloned().collect();
            assert_eq!(
                required.difference(&keys).next(),
                None,
                "{component} lacks one"
            );
            let known = &required | &named(optional);
            assert_eq!(
                keys.difference(&known).next(),
                None,
                "{component} has one too many"
            );
            let nulls = keys
                .iter()
                .find(|key| json[key.as_str()].is_null() && *key != "registration");
            assert_eq!(nulls, None, "{component}: left out rather than null");
            seen.insert(component);
        }
        assert_eq!(seen.len(), TABLE.len(), "one for each row");
    }
}

#[test]
fn reference_c1_flow_info_and_errors_have_their_shapes() {
    let challenge = || Challenge::Password(Password::default());
    let json = shown(challenge());
    let info = json!({
        "title": "Sign in", "background": "", "cancel_url": "/flows/-/cancel/", "layout": "stacked",
    });
    assert_eq!(json["flow_info"], info);
    assert!(json.get("response_errors").is_none(), "never null");
    let wrong = Shown {
        challenge: challenge(),
        flow_info: FlowInfo {
            title: String::new(),
            background: String::new(),
            cancel_url: String::new(),
            layout: Layout::SidebarRight,
        },
        response_errors: Errors::of("password", "Invalid password"),
    };
    let json = serde_json::to_value(&wrong).unwrap();
    let errors = json!({ "password": [{ "string": "Invalid password", "code": "invalid" }] });
    assert_eq!(json["response_errors"], errors);
    assert_eq!(json["flow_info"]["layout"], "sidebar_right");
}

#[test]
fn reference_c2_what_stands_inside_challenges_is_whole() {
    let keys =
        |value: Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let device = DeviceChallenge {
        device_class: "totp".to_owned(),
        device_uid: "1".to_owned(),
        challenge: json!({}),
        last_used: None,
    };
    let device = serde_json::to_value(&device).unwrap();
    assert!(device["last_used"].is_null(), "required, and null is fine");
    assert_eq!(
        keys(device),
        named("device_class device_uid challenge last_used")
    );
    let stage = SelectableStage {
        pk: String::new(),
        name: String::new(),
        verbose_name: String::new(),
        meta_model_name: String::new(),
    };
    let stage = serde_json::to_value(&stage).unwrap();
    assert_eq!(keys(stage), named("pk name verbose_name meta_model_name"));
    let field = serde_json::to_value(PromptField::default()).unwrap();
    assert!(field["choices"].is_null(), "required, and null is fine");
    let fields = "field_key label type required placeholder initial_value order sub_text choices";
    assert_eq!(keys(field), named(fields));
    let permission = serde_json::to_value(Permission::default()).unwrap();
    assert_eq!(keys(permission), named("id name"));
    let inside = CaptchaInside {
        component: "ak-stage-captcha",
        captcha: Captcha::default(),
    };
    let inside = serde_json::to_value(&inside).unwrap();
    assert_eq!(inside["component"], "ak-stage-captcha");
    let fields = format!("component {USER} site_key js_url interactive");
    assert_eq!(keys(inside), named(&fields));
}
