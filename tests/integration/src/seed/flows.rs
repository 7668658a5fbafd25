//! Flows, stages, fields, invitations and brands of a fixture; and the flows of a first start.

use aws::Ports as _;
use protocol::{Seconds, Slug};
use provider::brand::Theme;
use provider::client::ConsentMode;
use provider::config::{Change, Configuration};
use provider::flow::stage::{FieldType, Settings};
use provider::flow::{self, DeniedAction, Flow, InvalidResponse, Layout, Requirement};
use provider::policy::Target;
use provider::tenant::Purpose;
use uuid::Uuid;

use super::fixture::{WHOLE, client, load, refused, revision};
use crate::harness::Bench;

async fn flow(bench: &Bench, slug: &str) -> std::sync::Arc<Flow> {
    let flows = bench.backend.stores.flows();
    let slug = Slug::parse(slug).expect("a slug");
    let found = flows
        .by_slug(&bench.seeded.tenant.id, &slug, bench.now())
        .await;
    found.expect("reads").expect("is there")
}

#[tokio::test]
async fn a_first_start_has_every_flow_that_is_shipped() {
    let bench = Bench::embedded().await;
    for slug in [
        flow::AUTHENTICATION,
        flow::PASSWORDLESS,
        flow::EXPLICIT_CONSENT,
        flow::IMPLICIT_CONSENT,
        flow::INVALIDATION,
        flow::PROVIDER_INVALIDATION,
        flow::RECOVERY,
        flow::ENROLLMENT,
        flow::USER_SETTINGS,
        flow::PASSWORD_CHANGE,
        flow::TOTP_SETUP,
        flow::STATIC_SETUP,
        flow::WEBAUTHN_SETUP,
    ] {
        assert_eq!(flow(&bench, slug).await.slug.as_str(), slug);
    }
}

#[tokio::test]
async fn a_flow_has_its_stages_with_what_they_name_and_their_policies() {
    let bench = Bench::embedded().await;
    load(&bench, WHOLE).await.expect("loads");
    let guarded = flow(&bench, "guarded").await;
    assert_eq!(guarded.title, "Into %(app)s");
    assert_eq!(guarded.authentication, Requirement::RequireAuthenticated);
    assert_eq!(
        (guarded.denied_action, guarded.layout),
        (DeniedAction::Message, Layout::SidebarLeft)
    );
    assert!(matches!(
        guarded.policies.bindings[0].target,
        Target::Group(_)
    ));
    let [reason, ask] = guarded.stages.as_slice() else {
        panic!("{:?}", guarded.stages);
    };
    assert!(reason.evaluate_on_plan && !reason.re_evaluate_policies);
    assert!(reason.policies.bindings[0].negate);
    let field = &reason.stage.parts.fields[0];
    assert_eq!(
        (
            &*field.field_key,
            field.r#type,
            field.initial_value_expression
        ),
        ("attributes.reason", FieldType::TextArea, true)
    );
    let polite = &reason.stage.parts.validation.bindings[0].target;
    assert!(matches!(polite, Target::Policy(it) if it.name == "Polite"));
    assert_eq!(
        ask.invalid_response_action,
        InvalidResponse::RestartWithContext
    );
    assert!(ask.re_evaluate_policies);

    let sign_in = flow(&bench, "sign-in").await;
    let parts = &sign_in.stages[0].stage.parts;
    assert_eq!(parts.password.as_ref().expect("inside").name, "password");
    let captcha = parts.captcha.as_ref().expect("inside");
    let Settings::Captcha(its) = &captcha.settings else {
        panic!("a captcha");
    };
    let vault = bench.backend.keys.vault();
    let name = captcha.id.to_string();
    let opened = vault.open(
        &bench.seeded.tenant.id,
        Purpose::Captcha(&name),
        &its.private_key,
    );
    assert_eq!(opened.await.expect("opens").as_slice(), b"between us");
    let Settings::UserWrite(write) = &sign_in.stages[1].stage.settings else {
        panic!("a write");
    };
    assert!(write.create_users_group.is_some());
}

#[tokio::test]
async fn a_provider_may_have_a_flow_of_its_own() {
    let bench = Bench::embedded().await;
    let seeded = load(&bench, WHOLE).await.expect("loads");
    let guarded = client(&seeded, "guarded-app");
    assert_eq!(guarded.authorization_flow.as_str(), "guarded");
    assert!(guarded.authorization_runs);
    assert_eq!(guarded.consent, ConsentMode::Permanent);
    let whole = client(&seeded, "whole");
    assert_eq!(whole.authorization_flow.as_str(), "consent-days-2");
    assert!(!whole.authorization_runs);
    let made = flow(&bench, "consent-days-2").await;
    assert_eq!(made.authentication, Requirement::RequireAuthenticated);
}

#[tokio::test]
async fn brands_are_by_host_and_invitations_wait() {
    let bench = Bench::embedded().await;
    let seeded = load(&bench, WHOLE).await.expect("loads");
    let brand = &seeded.tenant.brand;
    assert_eq!(
        (&*brand.branding_title, brand.theme),
        ("Everything", Theme::Dark)
    );
    assert_eq!(brand.flow_authentication.as_str(), "sign-in");
    assert_eq!(brand.footer_links[0].name, "Imprint");
    let tenants = bench.backend.stores.tenants();
    let other = tenants.by_host("other.example:8443", bench.now()).await;
    let other = other.expect("reads").expect("is there");
    assert_eq!(other.id, seeded.tenant.id);
    assert_eq!(other.base_url, "http://other.example:8443");
    assert_eq!(other.brand.branding_title, "Another");
    assert_eq!(
        other.brand.branding_logo, "/static/logo.png",
        "else as the tenant's"
    );
    assert!(!other.brand.default);

    let invitations = bench.backend.stores.invitations();
    let id = Uuid::parse_str("6f0c2c0e-0a2c-4b0f-9d6e-0a8a1f7b3c11").expect("a UUID");
    let found = invitations.find(&bench.seeded.tenant.id, id).await;
    let found = found.expect("reads").expect("is there");
    let enrollment = Slug::parse(flow::ENROLLMENT).expect("a slug");
    let flows = bench.backend.stores.flows();
    let flow = flows
        .by_slug(&bench.seeded.tenant.id, &enrollment, bench.now())
        .await;
    let here = (flow.expect("reads").expect("is there").id, &enrollment);
    assert!(found.admits_to(here, bench.now()) && found.single_use);
    assert_eq!(found.fixed_data["email"], "carol@example.com");
}

#[tokio::test]
async fn what_an_administrator_changed_of_a_shipped_flow_stays() {
    let bench = Bench::embedded().await;
    let scripts = bench
        .backend
        .scripts(std::sync::Arc::clone(&bench.backend.engine));
    let configuration = Configuration::new(bench.backend.stores.config(), scripts);
    let tenant = &bench.seeded.tenant;
    let (_, config) = configuration.read(&tenant.id).await.expect("reads");
    let slug = Slug::parse(flow::RECOVERY).expect("a slug");
    let mut recovery = config.flow_named(&slug).expect("is there").clone();
    recovery.title = "By the administrator".to_owned();
    let change = [Change::put(recovery)];
    let saved = configuration.save(tenant, &change, &[], bench.now()).await;
    saved.expect("saves");
    load(&bench, WHOLE).await.expect("loads");
    assert_eq!(
        flow(&bench, flow::RECOVERY).await.title,
        "By the administrator"
    );
    let before = revision(&bench).await;
    load(&bench, WHOLE).await.expect("loads");
    assert_eq!(revision(&bench).await, before, "nothing is written twice");
}

/// A start of another process, which has nothing in memory.
async fn start(bench: &Bench, yaml: &str) -> provider::brand::Brand {
    let tomorrow = local::clock::now() + Seconds::days(1);
    let tenants = bench.backend.stores.tenants();
    let read = tenants.by_host("latchkey.internal", tomorrow).await;
    read.expect("reads").expect("a tenant");
    let seeded = load(bench, yaml).await.expect("loads");
    seeded.tenant.brand
}

#[tokio::test]
async fn release_2023_2_a_second_start_leaves_the_brand_as_it_was() {
    let bench = Bench::embedded().await;
    start(&bench, "{title: Another, brand: {default_locale: de}}").await;
    for (yaml, locale) in [("{}", "de"), ("brand: {default_locale: en}", "en")] {
        let brand = start(&bench, yaml).await;
        let said = (&*brand.branding_title, &*brand.default_locale);
        assert_eq!(said, ("Another", locale), "{yaml}");
    }
}

#[tokio::test]
async fn what_a_changed_fixture_leaves_out_of_a_flow_goes() {
    let bench = Bench::embedded().await;
    load(&bench, WHOLE).await.expect("loads");
    let changed = WHOLE
        .replace(
            "      - {stage: ask, invalid_response_action: restart_with_context}\n",
            "",
        )
        .replace(
            "      - {group: staff}\n    stages:",
            "      []\n    stages:",
        );
    let after = load(&bench, &changed).await.expect("loads");
    let guarded = client(&after, "guarded-app");
    assert_eq!(guarded.consent, ConsentMode::Implicit);
    assert!(guarded.authorization_runs, "it still asks why");
}

#[tokio::test]
async fn what_is_wrong_with_flows_is_named() {
    let bench = Bench::embedded().await;
    let table = [
        (
            "flows: [{slug: f, designation: recovery, stages: [{stage: none}]}]",
            "flow f: there is no stage none",
        ),
        (
            "stages: [{name: s, kind: prompt, fields: [none]}]",
            "stage s: fields: there is no none",
        ),
        (
            "stages: [{name: s, kind: identification, recovery_flow: none}]",
            "stage s: recovery_flow: there is no such flow: none",
        ),
        (
            "stages: [{name: s, kind: identification, recovery_flow: default-invalidation-flow}]",
            "is a flow for invalidation, not for recovery",
        ),
        (
            "stages: [{name: s, kind: authenticator_totp, digits: 7}]",
            "stage s: digits: is 6 or 8",
        ),
        (
            "prompts: [{name: p, field_key: k, initial_value: return (, initial_value_expression: true}]",
            "prompt p: initial_value: line 1",
        ),
        (
            "brand: {flow_recovery: none}",
            "flow_recovery: there is no such flow: none",
        ),
        (
            "applications: [{slug: odd, provider: {authorization_flow: default-invalidation-flow}}]",
            "authorization_flow: default-invalidation-flow is a flow for invalidation",
        ),
    ];
    for (yaml, want) in table {
        let found = refused(&bench, yaml).await;
        assert!(found.contains(want), "{yaml}\n{found}");
    }
}
