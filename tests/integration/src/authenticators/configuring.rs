//! Who has no authenticator where one is asked for (authentik: `not_configured_action`).

use authenticator::Key;
use provider::flow::proof::Method;
use provider::flow::stage::{
    DeviceClass, NotConfigured, Parts, Settings, Stage, StaticSettings, TotpSettings,
    ValidateSettings, WebauthnSettings,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    MFA, ada, app_of, at_second, classes, code, flows, here, proved, theirs, with_app, wrong,
};
use crate::executor::{Program, leads_to};
use crate::harness::{Bench, USER};

fn set_up(number: u128, settings: Settings) -> Stage {
    Stage {
        id: Uuid::from_u128(number),
        name: format!("set-up-{number}"),
        settings,
        parts: Parts::default(),
    }
}

fn app() -> Stage {
    set_up(1, Settings::AuthenticatorTotp(TotpSettings::default()))
}

fn codes() -> Stage {
    set_up(2, Settings::AuthenticatorStatic(StaticSettings::default()))
}

fn key() -> Stage {
    set_up(
        3,
        Settings::AuthenticatorWebauthn(WebauthnSettings::default()),
    )
}

fn asking(bench: &Bench, action: NotConfigured, setups: Vec<Stage>) -> Program<'_> {
    let its = ValidateSettings {
        not_configured_action: action,
        ..ValidateSettings::default()
    };
    Program::with(
        bench,
        flows(
            its,
            Parts {
                setups,
                ..Parts::default()
            },
        ),
    )
}

#[tokio::test]
async fn reference_c2_without_a_device_the_stage_is_left_out_or_ends_the_flow() {
    let bench = Bench::embedded().await;
    leads_to(&at_second(&mut asking(&bench, NotConfigured::Skip, vec![app()]), USER).await);
    let end = at_second(&mut asking(&bench, NotConfigured::Deny, vec![app()]), USER).await;
    assert_eq!(end["component"], "ak-stage-access-denied");
    let end = at_second(
        &mut asking(&bench, NotConfigured::Configure, Vec::new()),
        USER,
    )
    .await;
    assert_eq!(
        end["component"], "ak-stage-access-denied",
        "there is nothing to set up"
    );
}

#[tokio::test]
async fn the_only_thing_to_set_up_is_set_up_at_once_and_counts_for_this_sign_in() {
    let bench = Bench::embedded().await;
    let mut program = asking(&bench, NotConfigured::Configure, vec![app()]);
    let app = app_of(&at_second(&mut program, USER).await);
    leads_to(
        &program
            .answer(MFA, json!({ "code": code(&bench, &app) }))
            .await,
    );
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::Totp]
    );
    assert_eq!(theirs(&bench, "ada").await.len(), 1);
}

#[tokio::test]
async fn reference_c2_one_of_several_is_chosen() {
    let bench = Bench::embedded().await;
    let mut program = asking(
        &bench,
        NotConfigured::Configure,
        vec![app(), codes(), key()],
    );
    let asked = at_second(&mut program, USER).await;
    assert_eq!(asked["device_challenges"], json!([]));
    let offered = asked["configuration_stages"].as_array().expect("stages");
    assert_eq!(
        offered[0],
        json!({
            "pk": Uuid::from_u128(1).to_string(),
            "name": "set-up-1",
            "verbose_name": "TOTP Authenticator Setup Stage",
            "meta_model_name": "authentik_stages_authenticator_totp.authenticatortotpstage",
        })
    );
    assert_eq!(offered.len(), 3);
    let other = json!({ "selected_stage": Uuid::from_u128(9).to_string() });
    let said = program.answer(MFA, other).await;
    assert_eq!(wrong(&said, "selected_stage"), "invalid");
    let chosen = json!({ "selected_stage": Uuid::from_u128(3).to_string() });
    let asked = program.answer(MFA, chosen).await;
    assert_eq!(asked["component"], "ak-stage-authenticator-webauthn");
    let response = here(Key::passkey()).create(&asked["registration"]);
    leads_to(&program.answer(MFA, json!({ "response": response })).await);
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::WebauthnVerified]
    );
}

#[tokio::test]
async fn who_made_recovery_codes_shows_that_they_were_kept() {
    let bench = Bench::embedded().await;
    let mut program = asking(&bench, NotConfigured::Configure, vec![codes()]);
    let shown = at_second(&mut program, USER).await;
    let kept = json!({ "component": "ak-stage-authenticator-static" });
    assert_eq!(classes(&program.answer(MFA, kept).await), ["static"]);
    leads_to(
        &program
            .answer(MFA, json!({ "code": shown["codes"][2] }))
            .await,
    );
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::Static]
    );
}

/// Else a password would be enough to get round a second factor.
#[tokio::test]
async fn who_has_an_authenticator_sets_up_no_other_before_it_was_used() {
    let bench = Bench::embedded().await;
    with_app(&bench, &mut ada(&bench).await).await;
    let its = ValidateSettings {
        not_configured_action: NotConfigured::Configure,
        device_classes: vec![DeviceClass::Webauthn],
        ..ValidateSettings::default()
    };
    let parts = Parts {
        setups: vec![key()],
        ..Parts::default()
    };
    let mut program = Program::with(&bench, flows(its, parts));
    let end = at_second(&mut program, USER).await;
    assert_eq!(end["component"], "ak-stage-access-denied", "{end}");
    let said: &Value = &end["error_message"];
    assert!(
        said.as_str()
            .is_some_and(|said| said.contains("second factor already")),
        "{said}"
    );
}
