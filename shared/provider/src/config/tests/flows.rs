//! Flows: compiled with all they name, and saved with it.

use super::super::check::check;
use super::save::Bench;
use super::*;
use crate::flow::stage::{
    FieldType, IdentificationSettings, PasswordSettings, PromptSettings, PromptStageSettings,
    RedirectSettings, TotpSettings, ValidateSettings,
};
use crate::policy::{EngineMode, Target};
use crate::ports::ObjectKind;

pub(super) fn prompt(number: u128, name: &str, order: i32) -> PromptSettings {
    PromptSettings {
        id: id(number),
        name: name.into(),
        field_key: name.into(),
        label: name.into(),
        r#type: FieldType::Text,
        required: true,
        placeholder: String::new(),
        initial_value: String::new(),
        order,
        sub_text: String::new(),
        placeholder_expression: false,
        initial_value_expression: false,
    }
}

fn compiled(slug_text: &str, objects: impl IntoIterator<Item = Object>) -> Option<flow::Flow> {
    let mut all = usual();
    all.extend(objects);
    compile_flow(&config(all), &slug(slug_text))
}

fn bound(number: u128, target: u128, what: Bound) -> PolicyBinding {
    PolicyBinding {
        target: id(target),
        ..binding(number, 7, what)
    }
}

#[test]
fn api_b11_stages_stand_in_their_order_with_the_settings_of_their_bindings() {
    let mut first = place(82, 61, 72);
    first.order = -5;
    first.evaluate_on_plan = true;
    first.re_evaluate_policies = false;
    first.invalid_response_action = flow::InvalidResponse::Restart;
    first.policy_engine_mode = EngineMode::All;
    let flow = compiled(
        flow::EXPLICIT_CONSENT,
        [
            stage(72, "out", Settings::UserLogout).into(),
            first.into(),
            policy(31, "p").into(),
            bound(41, 82, Bound::Policy(id(31))).into(),
            bound(42, 61, Bound::Policy(id(31))).into(),
            bound(43, 64, Bound::Policy(id(31))).into(),
        ],
    );
    let flow = flow.unwrap();
    let names: Vec<&str> = flow.stages.iter().map(|it| &*it.stage.name).collect();
    assert_eq!(names, ["out", "consent"]);
    let first = &flow.stages[0];
    assert!(first.evaluate_on_plan && !first.re_evaluate_policies);
    assert_eq!(
        first.invalid_response_action,
        flow::InvalidResponse::Restart
    );
    assert_eq!(
        (first.policies.mode, first.policies.bindings.len()),
        (EngineMode::All, 1)
    );
    assert!(flow.stages[1].policies.bindings.is_empty());
    assert_eq!(flow.policies.bindings[0].id, id(42));
}

#[test]
fn what_stages_name_is_compiled_into_them() {
    let inside = IdentificationSettings {
        password_stage: Some(id(73)),
        ..IdentificationSettings::default()
    };
    let validate = ValidateSettings {
        configuration_stages: vec![id(75)],
        ..ValidateSettings::default()
    };
    let fields = PromptStageSettings {
        fields: vec![id(91), id(92), id(93)],
        validation_policies: vec![id(32), id(31)],
    };
    let flow = compiled(
        flow::AUTHENTICATION,
        [
            stage(72, "who", Settings::Identification(inside)).into(),
            stage(
                73,
                "password",
                Settings::Password(PasswordSettings::default()),
            )
            .into(),
            stage(74, "second", Settings::AuthenticatorValidate(validate)).into(),
            stage(
                75,
                "totp",
                Settings::AuthenticatorTotp(TotpSettings::default()),
            )
            .into(),
            stage(76, "ask", Settings::Prompt(fields)).into(),
            place(82, 63, 72).into(),
            place(83, 63, 74).into(),
            place(84, 63, 76).into(),
            prompt(91, "z", 1).into(),
            prompt(92, "b", 0).into(),
            prompt(93, "a", 1).into(),
            policy(31, "one").into(),
            policy(32, "two").into(),
        ],
    );
    let flow = flow.unwrap();
    let parts: Vec<_> = flow.stages.iter().map(|it| &it.stage.parts).collect();
    assert_eq!(parts[0].password.as_ref().unwrap().name, "password");
    assert!(parts[0].captcha.is_none());
    assert_eq!(parts[1].setups[0].name, "totp");
    let keys: Vec<&str> = parts[2].fields.iter().map(|it| &*it.field_key).collect();
    assert_eq!(keys, ["b", "a", "z"], "by order, then by name");
    assert_eq!(parts[2].validation.mode, EngineMode::All);
    let names: Vec<_> = parts[2]
        .validation
        .bindings
        .iter()
        .map(|it| &it.target)
        .collect();
    let target = |number, name| Target::Policy(policy(number, name));
    assert_eq!(names, [&target(32, "two"), &target(31, "one")]);
}

#[test]
fn a_flow_in_which_something_is_missing_is_not_run_at_all() {
    assert!(compiled(flow::AUTHENTICATION, []).is_some());
    assert!(compiled("nowhere", []).is_none());
    let missing: [Vec<Object>; 4] = [
        vec![place(82, 63, 79).into()],
        vec![bound(41, 63, Bound::Policy(id(39))).into()],
        vec![
            stage(
                72,
                "ask",
                Settings::Prompt(PromptStageSettings {
                    fields: vec![id(99)],
                    validation_policies: Vec::new(),
                }),
            )
            .into(),
            place(82, 63, 72).into(),
        ],
        vec![
            stage(
                72,
                "ask",
                Settings::Prompt(PromptStageSettings {
                    fields: Vec::new(),
                    validation_policies: vec![id(39)],
                }),
            )
            .into(),
            place(82, 63, 72).into(),
        ],
    ];
    for objects in missing {
        assert!(compiled(flow::AUTHENTICATION, objects).is_none());
    }
}

fn stored(bench: &Bench, slug: &str) -> Option<flow::Flow> {
    bench.store.look(|it| it.flows.get(slug).cloned())
}

#[test]
fn a_flow_is_written_with_what_changes_it_and_removed_with_its_object() {
    let bench = Bench::usual();
    assert_eq!(
        stored(&bench, flow::EXPLICIT_CONSENT).unwrap().stages.len(),
        1
    );
    let always = stage(71, "consent", consent(ConsentKind::AlwaysRequire));
    bench.save([always.clone().into()]).unwrap();
    let flow = stored(&bench, flow::EXPLICIT_CONSENT).unwrap();
    assert_eq!(flow.stages[0].stage.settings, always.settings);
    let client = bench.client(7).unwrap();
    assert_eq!(client.consent, crate::client::ConsentMode::AlwaysRequire);
    bench.save([place(82, 62, 71).into()]).unwrap();
    bench.remove(ObjectKind::Flow, id(62).to_string()).unwrap();
    assert!(stored(&bench, flow::IMPLICIT_CONSENT).is_none());
    let (_, config) =
        crate::scripts::testing::now(bench.service.read(&crate::scripts::testing::tenant().id))
            .unwrap();
    assert_eq!(config.flow_stage_bindings().count(), 1, "its places go too");
}

#[test]
fn whoever_names_a_flow_goes_on_naming_it_when_it_is_renamed() {
    let bench = Bench::usual();
    let on = RedirectSettings::Flow {
        target_flow: slug(flow::EXPLICIT_CONSENT),
        keep_context: false,
    };
    bench
        .save([stage(72, "on", Settings::Redirect(on)).into()])
        .unwrap();
    let moved = flow_of(61, "moved", Designation::Authorization);
    let config = bench.save([moved.into()]).unwrap();
    assert_eq!(
        config.provider(7).unwrap().authorization_flow.as_str(),
        "moved"
    );
    let Settings::Redirect(RedirectSettings::Flow { target_flow, .. }) =
        &config.stage(id(72)).unwrap().settings
    else {
        panic!("a redirect");
    };
    assert_eq!(target_flow.as_str(), "moved");
    assert_eq!(
        bench.client(7).unwrap().authorization_flow.as_str(),
        "moved"
    );
    assert!(stored(&bench, "moved").is_some() && stored(&bench, flow::EXPLICIT_CONSENT).is_none());
}

#[test]
fn what_is_in_use_is_not_removed_and_the_user_is_named() {
    let bench = Bench::usual();
    let inside = IdentificationSettings {
        password_stage: Some(id(73)),
        ..IdentificationSettings::default()
    };
    bench
        .save([
            stage(72, "who", Settings::Identification(inside)).into(),
            stage(
                73,
                "password",
                Settings::Password(PasswordSettings::default()),
            )
            .into(),
        ])
        .unwrap();
    for (kind, number, want) in [
        (
            ObjectKind::Stage,
            71,
            "stage consent: is in use by flow default-provider-authorization-explicit-consent",
        ),
        (
            ObjectKind::Stage,
            73,
            "stage password: is in use by stage who",
        ),
        (
            ObjectKind::Flow,
            61,
            "flow default-provider-authorization-explicit-consent: is in use by provider provider 7",
        ),
    ] {
        let Err(SaveError::Wrong(problems)) = bench.remove(kind, id(number).to_string()) else {
            panic!("{want}");
        };
        assert_eq!(problems.to_string(), want);
    }
    bench.remove(ObjectKind::Stage, id(72).to_string()).unwrap();
    bench.remove(ObjectKind::Stage, id(73).to_string()).unwrap();
}

#[test]
fn what_can_do_without_lets_go() {
    let bench = Bench::usual();
    let (mut named, recovery) = (
        IdentificationSettings::default(),
        flow_of(65, "recovery", Designation::Recovery),
    );
    named.recovery_flow = Some(slug("recovery"));
    let fields = PromptStageSettings {
        fields: vec![id(91)],
        validation_policies: vec![id(31)],
    };
    bench
        .save([
            recovery.into(),
            policy(31, "p").into(),
            prompt(91, "a", 0).into(),
            stage(72, "who", Settings::Identification(named)).into(),
            stage(73, "ask", Settings::Prompt(fields)).into(),
            place(82, 63, 73).into(),
            bound(41, 82, Bound::Policy(id(31))).into(),
        ])
        .unwrap();
    for (kind, number) in [
        (ObjectKind::Flow, 65),
        (ObjectKind::Policy, 31),
        (ObjectKind::Prompt, 91),
    ] {
        bench.remove(kind, id(number).to_string()).unwrap();
    }
    let flow = stored(&bench, flow::AUTHENTICATION).unwrap();
    assert!(flow.stages[0].policies.bindings.is_empty());
    let parts = &flow.stages[0].stage.parts;
    assert!(parts.fields.is_empty() && parts.validation.bindings.is_empty());
}

#[test]
fn a_flow_is_not_turned_into_what_it_is_not_named_for() {
    let turned = flow_of(61, flow::EXPLICIT_CONSENT, Designation::Recovery);
    let mut all = usual();
    all.push(turned.clone().into());
    let mut problems = Problems::default();
    check(&config(all), &turned.into(), &mut problems);
    assert_eq!(
        problems.to_string(),
        "flow default-provider-authorization-explicit-consent: designation: provider provider 7 has it as its authorization_flow"
    );
}

#[test]
fn flows_that_do_not_fit_into_one_transaction_follow_at_once() {
    let bench = Bench::usual();
    for number in 0..120_u128 {
        let slug = format!("f{number}");
        bench
            .save([
                flow_of(1_000 + number, &slug, Designation::Authorization).into(),
                FlowStageBinding::new(id(2_000 + number), id(1_000 + number), id(71), 0).into(),
            ])
            .unwrap();
    }
    let before = bench.writes();
    bench
        .save([stage(71, "consent", consent(ConsentKind::Permanent)).into()])
        .unwrap();
    let permanent = bench.store.look(|it| {
        let new = |flow: &&flow::Flow| {
            flow.stages
                .iter()
                .any(|it| it.stage.settings == consent(ConsentKind::Permanent))
        };
        it.flows.values().filter(new).count()
    });
    assert_eq!((permanent, bench.writes() - before), (121, 3));
    bench.store.look(|it| {
        assert!(it.repairs.is_empty());
        it.flows.clear();
    });
    let tenant = crate::scripts::testing::tenant().id.clone();
    crate::scripts::testing::now(bench.service.refresh(&tenant)).unwrap();
    assert_eq!(bench.store.look(|it| it.flows.len()), 124);
}
