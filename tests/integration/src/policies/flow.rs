//! Policies bound to flows and stages (authentik: flow bindings, stage bindings).

use protocol::{Seconds, Slug};
use provider::event::{Action, Event};
use provider::flow::stage::{DenySettings, Parts, Settings, Stage};
use provider::flow::{AUTHENTICATION, Bound, DeniedAction, Flow, InvalidResponse};
use provider::http::Response;
use provider::policy::{Binding, EngineMode, ExpressionPolicy, PolicySet, Target};
use provider::ports::{Commit, Committed, FlowEdit};
use uuid::Uuid;

use crate::claims;
use crate::harness::browser::{Browser, authorize_path, field, location};
use crate::harness::page::action;
use crate::harness::{Bench, form_post, text};

/// A policy that says this.
pub(crate) fn policy(expression: &str) -> PolicySet {
    let policy = ExpressionPolicy {
        id: Uuid::new_v4(),
        name: "flow policy".to_owned(),
        expression: expression.to_owned(),
        execution_logging: false,
    };
    PolicySet {
        mode: EngineMode::Any,
        bindings: vec![Binding {
            id: Uuid::new_v4(),
            order: 0,
            enabled: true,
            negate: false,
            timeout: Seconds(30),
            failure_result: false,
            target: Target::Policy(policy),
        }],
    }
}

/// Changes the flow that signs people in from what was seeded.
async fn change(bench: &Bench, change: impl FnOnce(&mut Flow)) {
    let tenant = &bench.seeded.tenant.id;
    let slug = Slug::parse(AUTHENTICATION).expect("a slug");
    let found = bench
        .backend
        .stores
        .flows()
        .by_slug(tenant, &slug, bench.now())
        .await;
    let mut flow = (*found.expect("reads").expect("a flow")).clone();
    change(&mut flow);
    let config = bench.backend.stores.config();
    let commit = Commit {
        revision: config.revision(tenant).await.expect("reads"),
        documents: Vec::new(),
        clients: Vec::new(),
        flows: vec![FlowEdit::Put(Box::new(flow))],
        repair: None,
        events: Vec::new(),
    };
    assert_eq!(config.commit(tenant, &commit).await, Ok(Committed::Done));
    bench.wait(Seconds(30)); // what was kept in memory is read again
}

/// Binds a policy to the stage at this place, asked when it is reached or when the flow begins.
fn bind(flow: &mut Flow, at: usize, on_plan: bool, expression: &str) {
    let bound = &mut flow.stages[at];
    bound.evaluate_on_plan = on_plan;
    bound.re_evaluate_policies = !on_plan;
    bound.policies = policy(expression);
}

/// A stage that ends the flow with this text where the policy passes.
fn deny(expression: &str) -> Bound {
    Bound {
        id: Uuid::new_v4(),
        evaluate_on_plan: false,
        re_evaluate_policies: true,
        invalid_response_action: InvalidResponse::Retry,
        policies: policy(expression),
        stage: Stage {
            id: Uuid::new_v4(),
            name: "stop".to_owned(),
            settings: Settings::Deny(DenySettings {
                deny_message: "Stopped by a stage.".to_owned(),
            }),
            parts: Parts::default(),
        },
    }
}

/// Where a sign-in for `fast` stands after so many pages were answered.
async fn after(bench: &Bench, answers: usize) -> Response {
    let mut browser = Browser::new(bench);
    let mut response = browser.get(&authorize_path("fast", "openid", &[])).await;
    let mut answered = 0;
    loop {
        if let Some(to) = location(&response) {
            if !to.starts_with('/') && !to.starts_with(browser.base) {
                return response;
            }
            response = browser
                .get(to.strip_prefix(browser.base).unwrap_or(&to))
                .await;
        } else if answered < answers {
            response = browser.answer(&response).await;
            answered += 1;
        } else {
            return response;
        }
    }
}

/// The events of this kind.
async fn events(bench: &Bench, action: &Action) -> Vec<Event> {
    let mut all = claims::events(bench).await;
    all.retain(|event| event.action == *action);
    all
}

fn component(page: &Response) -> Option<String> {
    field(&text(page), "component")
}

#[tokio::test]
async fn release_2022_7_who_may_not_run_a_flow_reads_what_the_policy_says() {
    let bench = Bench::embedded().await;
    change(&bench, |flow| {
        flow.denied_action = DeniedAction::Message;
        flow.policies = policy("ak_message(\"Only on weekdays.\")\nreturn False");
    })
    .await;
    let page = after(&bench, 0).await;
    assert!(text(&page).contains("Only on weekdays."), "{}", text(&page));
    change(&bench, |flow| flow.policies = policy("return True")).await;
    assert_eq!(
        component(&after(&bench, 0).await).as_deref(),
        Some("ak-stage-identification")
    );
}

#[tokio::test]
async fn a_flow_policy_that_fails_lets_nobody_in_and_leaves_an_event() {
    let bench = Bench::embedded().await;
    change(&bench, |flow| {
        flow.denied_action = DeniedAction::Message;
        flow.policies = policy("return request.user.nothing_such");
    })
    .await;
    let page = after(&bench, 0).await;
    assert_eq!(component(&page), None, "{}", text(&page));
    let events = events(&bench, &Action::PolicyException).await;
    assert_eq!(events[0].context["policy_name"], "flow policy");
    assert_eq!(
        events[0].client_id.as_ref().expect("a client").as_str(),
        "fast"
    );
}

#[tokio::test]
async fn a_stage_is_left_out_where_its_policy_refuses_and_then_nothing_was_proved() {
    let bench = Bench::embedded().await;
    for on_plan in [true, false] {
        change(&bench, |flow| bind(flow, 1, on_plan, "return False")).await;
        let page = after(&bench, 1).await;
        assert_eq!(component(&page), None, "{}", text(&page));
        assert!(location(&page).is_none(), "no session for a name alone");
        change(&bench, |flow| bind(flow, 1, on_plan, "return True")).await;
        let back = after(&bench, 2).await;
        assert!(location(&back).expect("off the site").contains("code="));
    }
}

#[tokio::test]
async fn release_2022_7_a_stage_policy_is_about_the_pending_user() {
    let bench = Bench::embedded().await;
    let ada = "return request.user.username == \"ada\" and context[\"pending_user_identifier\"] == \"ada\"";
    change(&bench, |flow| flow.stages.insert(1, deny(ada))).await;
    let page = after(&bench, 1).await;
    assert!(
        text(&page).contains("Stopped by a stage."),
        "{}",
        text(&page)
    );
}

#[tokio::test]
async fn authentiks_policy_of_the_password_stage_works_as_it_is() {
    let bench = Bench::embedded().await;
    let theirs = "flow_plan = request.context.get(\"flow_plan\")\nif not flow_plan:\n    return True\n\
                  return not hasattr(flow_plan.context.get(\"pending_user\"), \"backend\")";
    change(&bench, |flow| {
        bind(flow, 1, false, theirs);
        let again = Bound {
            id: Uuid::new_v4(),
            ..flow.stages[1].clone()
        };
        flow.stages.insert(2, again);
    })
    .await;
    let back = after(&bench, 2).await;
    assert!(location(&back).expect("asked once").contains("code="));
}

#[tokio::test]
async fn what_one_policy_puts_into_the_plan_another_finds_there() {
    let bench = Bench::embedded().await;
    let sets = "context[\"flow_plan\"].context[\"seen\"] = [request.user.username]\nreturn True";
    change(&bench, |flow| {
        bind(flow, 1, false, sets);
        let finds = "return context.get(\"seen\") == [\"ada\"] and context[\"auth_method\"] == \"password\"";
        flow.stages.insert(2, deny(finds));
    })
    .await;
    let page = after(&bench, 2).await;
    assert!(
        text(&page).contains("Stopped by a stage."),
        "{}",
        text(&page)
    );
}

#[tokio::test]
async fn a_policy_cannot_sign_somebody_in_who_proved_nothing() {
    let bench = Bench::embedded().await;
    let last = |flow: &Flow| flow.stages.len() - 1;
    let other = "context[\"flow_plan\"].context[\"pending_user\"] = ak_user_by(username=\"bob\")\nreturn True";
    change(&bench, |flow| bind(flow, last(flow), false, other)).await;
    let page = after(&bench, 2).await;
    assert!(location(&page).is_none(), "{:?}", location(&page));
    assert!(events(&bench, &Action::Login).await.is_empty());
}

#[tokio::test]
async fn a_policy_leads_elsewhere_on_this_site_and_nowhere_else() {
    let bench = Bench::embedded().await;
    let to = |place: &str| format!("context[\"flow_plan\"].redirect(\"{place}\")\nreturn False");
    change(&bench, |flow| bind(flow, 1, false, &to("/if/nowhere/"))).await;
    let mut browser = Browser::new(&bench);
    let first = browser.get(&authorize_path("fast", "openid", &[])).await;
    let first = browser.get(&location(&first).expect("to sign in")).await;
    let answer = browser.answer(&first).await;
    assert_eq!(location(&answer).as_deref(), Some("/if/nowhere/"));
    change(&bench, |flow| {
        bind(flow, 1, false, &to("https://evil.example/"));
    })
    .await;
    let page = after(&bench, 1).await;
    assert!(location(&page).is_none(), "{:?}", location(&page));
}

#[tokio::test]
async fn whether_somebody_has_an_authenticator_is_known_to_policies() {
    let bench = Bench::embedded().await;
    let without = "return not ak_user_has_authenticator(request.user)";
    change(&bench, |flow| flow.stages.insert(1, deny(without))).await;
    let page = after(&bench, 1).await;
    assert!(
        text(&page).contains("Stopped by a stage."),
        "{}",
        text(&page)
    );
    crate::step_up::App::of(&bench, "ada").await;
    let page = after(&bench, 1).await;
    assert_eq!(component(&page).as_deref(), Some("ak-stage-password"));
}

/// An address that does not parse made policies fail, and a stage whose policy fails was left out.
#[tokio::test]
async fn release_2024_10_cve_2024_47070_no_forwarded_address_leads_past_the_password() {
    let bench = Bench::embedded().await;
    let asks = "return not ak_client_ip.is_private or ak_client_ip.is_private";
    let fails = "return request.http_request.META[\"HTTP_X_FORWARDED_FOR\"].nothing_such";
    for expression in [asks, fails] {
        change(&bench, |flow| bind(flow, 1, false, expression)).await;
        for forged in ["", "a", "127.0.0.1, a", "192.0.2.7"] {
            let mut browser = Browser::new(&bench);
            let first = browser.get(&authorize_path("fast", "openid", &[])).await;
            let first = browser.get(&location(&first).expect("to sign in")).await;
            let csrf = field(&text(&first), "csrf").expect("a csrf field");
            let form = [
                ("csrf", csrf.as_str()),
                ("component", "ak-stage-identification"),
                ("uid_field", "ada"),
            ];
            let mut named = form_post(&action(&first), &form);
            for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
                let value = forged.parse().expect("a header");
                named.headers_mut().insert(name, value);
            }
            let named = browser.send(named).await;
            let page = match location(&named) {
                Some(to) => browser.get(&to).await,
                None => named,
            };
            let password = (expression == asks).then(|| "ak-stage-password".to_owned());
            assert_eq!(component(&page), password, "{forged:?}: {expression}");
            assert!(!browser.cookies.contains_key("latchkey_session"));
        }
    }
}
