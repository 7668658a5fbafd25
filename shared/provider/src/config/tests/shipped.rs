//! The flows that are shipped.

use super::super::shipped::missing;
use super::save::Bench;
use super::*;
use crate::brand::Brand;
use crate::flow::stage::{ConsentKind, DeviceClass, NotConfigured, Settings, Wish};
use crate::scripts::testing::{now, tenant};

/// A tenant with nothing but these flows.
fn start() -> Bench {
    let bench = Bench::over(crate::scripts::testing::World::default());
    for objects in missing(&Config::default()).unwrap() {
        bench.save(objects).unwrap();
    }
    bench
}

fn read(bench: &Bench) -> Config {
    now(bench.service.read(&tenant().id))
        .unwrap()
        .1
        .as_ref()
        .clone()
}

fn stages(config: &Config, slug_text: &str) -> Vec<(String, Settings)> {
    let flow = compile_flow(config, &slug(slug_text)).expect("a flow");
    let stages = flow.stages.into_iter();
    stages
        .map(|it| (it.stage.name, it.stage.settings))
        .collect()
}

#[test]
fn every_flow_is_whole_and_the_brand_that_is_shipped_finds_its_own() {
    let bench = start();
    let config = read(&bench);
    assert_eq!(bench.store.look(|it| it.flows.len()), 13);
    assert!(brand_problems(&config, &Brand::named("Ours").unwrap()).is_empty());
}

#[test]
fn api_c3_default_slugs_have_authentiks_stages() {
    let config = read(&start());
    let names = |slug| -> Vec<String> {
        let stages = stages(&config, slug);
        stages.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(
        names(flow::AUTHENTICATION),
        [
            "default-authentication-identification",
            "default-authentication-password",
            "default-authentication-mfa-validation",
            "default-authentication-login"
        ]
    );
    assert_eq!(names(flow::INVALIDATION), ["default-invalidation-logout"]);
    assert_eq!(
        names(flow::EXPLICIT_CONSENT),
        ["default-provider-authorization-consent"]
    );
    assert!(names(flow::IMPLICIT_CONSENT).is_empty());
    assert!(names(flow::PROVIDER_INVALIDATION).is_empty());
    for set_up in [flow::TOTP_SETUP, flow::STATIC_SETUP, flow::WEBAUTHN_SETUP] {
        assert_eq!(names(set_up), [set_up]);
    }
    assert_eq!(
        names(flow::PASSWORD_CHANGE),
        [
            "default-password-change-prompt",
            "default-password-change-write"
        ]
    );
    assert_eq!(
        names(flow::USER_SETTINGS),
        ["default-user-settings", "default-user-settings-write"]
    );
    let orders: Vec<i32> = {
        let flow = config.flow_named(&slug(flow::AUTHENTICATION)).unwrap().id;
        let bound = config.flow_stage_bindings().filter(|it| it.target == flow);
        let mut orders: Vec<i32> = bound.map(|it| it.order).collect();
        orders.sort_unstable();
        orders
    };
    assert_eq!(orders, [10, 20, 30, 100]);
}

#[test]
fn consent_is_kept_for_four_weeks_and_a_passkey_is_one_click_away() {
    let config = read(&start());
    let explicit = stages(&config, flow::EXPLICIT_CONSENT);
    let Settings::Consent(consent) = &explicit[0].1 else {
        panic!("consent");
    };
    assert_eq!(consent.mode, ConsentKind::Expiring);
    assert_eq!(consent.consent_expire_in, Validity::four_weeks());
    let signing_in = stages(&config, flow::AUTHENTICATION);
    let Settings::Identification(who) = &signing_in[0].1 else {
        panic!("identification");
    };
    let passwordless = who.passwordless_flow.as_ref().map(Slug::as_str);
    assert_eq!(passwordless, Some(flow::PASSWORDLESS));
    assert!(who.pretend_user_exists && who.enrollment_flow.is_none());
    let Settings::AuthenticatorValidate(passkey) = &stages(&config, flow::PASSWORDLESS)[0].1 else {
        panic!("a passkey");
    };
    assert_eq!(passkey.device_classes, [DeviceClass::Webauthn]);
    assert_eq!(passkey.webauthn_user_verification, Wish::Required);
    assert_eq!(passkey.not_configured_action, NotConfigured::Deny);
}

#[test]
fn an_account_is_made_and_a_password_changed_only_after_the_address_is_proved() {
    let config = read(&start());
    for slug in [flow::ENROLLMENT, flow::RECOVERY] {
        let stages = stages(&config, slug);
        let at = |wanted: fn(&Settings) -> bool| stages.iter().position(|it| wanted(&it.1));
        let email = at(|it| matches!(it, Settings::Email(_))).expect("a mail");
        let write = at(|it| matches!(it, Settings::UserWrite(_))).expect("a write");
        let login = at(|it| matches!(it, Settings::UserLogin(_))).expect("a login");
        assert!(email < write && write < login, "{slug}");
        let password = stages
            .iter()
            .rposition(|it| matches!(it.1, Settings::Prompt(_)));
        assert!(
            password > Some(email),
            "{slug}: it is of whoever has the mailbox"
        );
    }
}

#[test]
fn a_second_start_makes_nothing_and_leaves_what_was_changed() {
    let bench = start();
    let config = read(&bench);
    assert!(missing(&config).unwrap().is_empty());
    let flow = config.flow_named(&slug(flow::RECOVERY)).unwrap().clone();
    let stage = config.named(
        crate::ports::ObjectKind::Stage,
        ("name", "default-recovery-email"),
    );
    let mut stage = stage.unwrap().object.as_stage().unwrap().clone();
    let Settings::Email(email) = &mut stage.settings else {
        panic!("a mail");
    };
    email.subject = "By the administrator".into();
    bench.save([stage.clone().into()]).unwrap();
    bench
        .remove(crate::ports::ObjectKind::Flow, flow.id.to_string())
        .unwrap();
    for objects in missing(&read(&bench)).unwrap() {
        bench.save(objects).unwrap();
    }
    let config = read(&bench);
    assert_eq!(config.stage(stage.id), Some(&stage));
    assert_eq!(stages(&config, flow::RECOVERY).len(), 6);
}
