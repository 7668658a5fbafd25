//! Captchas, verified at a service on this machine.

use std::sync::{Arc, Mutex};

use aws::Ports as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::post;
use fetch::Fetch;
use http::StatusCode;
use provider::flow::Designation;
use provider::flow::stage::{
    CaptchaSettings, IdentificationSettings, Parts, PasswordSettings, Settings, Stage,
};
use provider::tenant::{Purpose, Sealed};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::probe::{Probe, Visitor, component, flow};
use crate::harness::Bench;

const FLOW: &str = "/if/flow/robots/";

/// The id that `flow` gives a first stage.
const STAGE: Uuid = Uuid::from_u128(101);

/// A captcha service that says what it was told, and keeps what it was asked.
#[derive(Clone)]
struct Service {
    says: Arc<Mutex<(StatusCode, String)>>,
    heard: Arc<Mutex<Vec<String>>>,
    url: String,
}

impl Service {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let service = Self {
            says: Arc::new(Mutex::new((StatusCode::OK, String::new()))),
            heard: Arc::default(),
            url: format!("http://127.0.0.1:{port}/siteverify"),
        };
        let served = service.clone();
        let answer = move |body: Body| {
            let served = served.clone();
            async move {
                let form = to_bytes(body, usize::MAX).await.expect("a form");
                let form = String::from_utf8(form.to_vec()).expect("text");
                served.heard.lock().expect("a lock").push(form);
                served.says.lock().expect("a lock").clone()
            }
        };
        let router = Router::new().route("/siteverify", post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    fn says(&self, verdict: &Value) {
        *self.says.lock().expect("a lock") = (StatusCode::OK, verdict.to_string());
    }

    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().expect("a lock"))
    }
}

async fn bench() -> Bench {
    let mut bench = Bench::embedded().await;
    bench.backend.fetcher = Arc::new(Fetch::allowing(["127.0.0.1".to_owned()]));
    bench
}

async fn settings(bench: &Bench, service: &Service) -> CaptchaSettings {
    let id = STAGE.to_string();
    let private_key: Sealed = bench
        .backend
        .sealer()
        .seal(
            &bench.seeded.tenant.id,
            Purpose::Captcha(&id),
            b"the private key",
        )
        .await
        .expect("seals");
    CaptchaSettings {
        public_key: "the public key".to_owned(),
        private_key,
        js_url: "https://captcha.example/api.js".to_owned(),
        api_url: service.url.clone(),
        interactive: true,
        score_min_threshold: 0.5,
        score_max_threshold: -1.0,
        error_on_invalid_score: true,
    }
}

/// The captcha, and a stage after it that shows it was passed.
fn robots(bench: &Bench, captcha: CaptchaSettings) -> Probe<'_> {
    let stages = vec![
        Settings::Captcha(captcha),
        Settings::Identification(IdentificationSettings::default()),
    ];
    Probe::new(bench, vec![flow("robots", Designation::Enrollment, stages)])
}

async fn solve(visitor: &mut Visitor<'_>, token: &str) -> Value {
    let form = [("component", "ak-stage-captcha"), ("token", token)];
    visitor.post(FLOW, &form).await
}

fn error(shown: &Value) -> &str {
    assert_eq!(component(shown), "ak-stage-captcha");
    shown["response_errors"]["token"][0]["string"]
        .as_str()
        .expect("an error")
}

#[tokio::test]
async fn reference_c2_a_captcha_is_shown_with_its_public_key_alone_and_verified_with_the_private_one()
 {
    let (bench, service) = (bench().await, Service::start().await);
    let probe = robots(&bench, settings(&bench, &service).await);
    let mut visitor = probe.visitor();
    let shown = visitor.get(FLOW).await;
    assert_eq!(component(&shown), "ak-stage-captcha");
    assert_eq!(shown["site_key"], "the public key");
    assert_eq!(
        (&shown["js_url"], &shown["interactive"]),
        (&"https://captcha.example/api.js".into(), &true.into())
    );
    assert!(!shown.to_string().contains("private"));
    service.says(&json!({ "success": true, "hostname": "localhost", "score": 0.9 }));
    assert_eq!(solve(&mut visitor, "a token&").await["stay"], FLOW);
    assert_eq!(
        service.heard(),
        ["secret=the+private+key&response=a+token%26"]
    );
    assert_eq!(
        component(&visitor.get(FLOW).await),
        "ak-stage-identification"
    );
}

#[tokio::test]
async fn who_is_not_passed_by_the_service_tries_again() {
    let (bench, service) = (bench().await, Service::start().await);
    let probe = robots(&bench, settings(&bench, &service).await);
    let mut visitor = probe.visitor();
    visitor.get(FLOW).await;
    for (verdict, want) in [
        (
            json!({ "success": false, "error-codes": ["timeout-or-duplicate"] }),
            "That took too long",
        ),
        (
            json!({ "success": false, "error-codes": ["invalid-input-secret"] }),
            "We could not confirm",
        ),
        (
            json!({ "success": true, "score": 0.4 }),
            "We could not confirm",
        ),
        (json!({ "success": "yes" }), "The service that checks"),
        (json!(true), "The service that checks"),
    ] {
        service.says(&verdict);
        let shown = solve(&mut visitor, "token").await;
        assert!(error(&shown).starts_with(want), "{verdict}: {shown}");
    }
    assert_eq!(service.heard().len(), 5);
    for token in ["", &"x".repeat(17_000)] {
        let shown = solve(&mut visitor, token).await;
        assert!(
            error(&shown).starts_with("Show that you are a person"),
            "{shown}"
        );
    }
    assert!(
        service.heard().is_empty(),
        "nothing that could be an answer"
    );
    assert_eq!(component(&visitor.get(FLOW).await), "ak-stage-captcha");
}

#[tokio::test]
async fn a_service_that_does_not_answer_lets_nobody_pass() {
    let (bench, service) = (bench().await, Service::start().await);
    let its = settings(&bench, &service).await;
    *service.says.lock().unwrap() = (
        StatusCode::BAD_GATEWAY,
        json!({ "success": true }).to_string(),
    );
    let elsewhere = CaptchaSettings {
        api_url: "http://10.0.0.1/siteverify".to_owned(),
        ..its.clone()
    };
    for its in [its, elsewhere] {
        let probe = robots(&bench, its);
        let mut visitor = probe.visitor();
        visitor.get(FLOW).await;
        let shown = solve(&mut visitor, "token").await;
        assert!(
            error(&shown).starts_with("The service that checks"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn policies_judge_a_score_where_the_stage_does_not() {
    let (bench, service) = (bench().await, Service::start().await);
    let its = CaptchaSettings {
        error_on_invalid_score: false,
        ..settings(&bench, &service).await
    };
    let probe = robots(&bench, its);
    let mut visitor = probe.visitor();
    visitor.get(FLOW).await;
    service.says(&json!({ "success": false, "score": 0.1 }));
    let shown = solve(&mut visitor, "token").await;
    assert!(error(&shown).starts_with("We could not confirm"), "{shown}");
    service.says(&json!({ "success": true, "score": 0.1 }));
    assert_eq!(solve(&mut visitor, "token").await["stay"], FLOW);
    let token = provider::session::FlowToken::parse(&visitor.cookies["latchkey_flow"]).unwrap();
    let key = token.plan_key("");
    let look = provider::ports::Look {
        plan: Some(&key),
        ..provider::ports::Look::default()
    };
    let tenant = &bench.seeded.tenant.id;
    let browser = bench
        .backend
        .browsers()
        .look(tenant, look, bench.now())
        .await
        .unwrap();
    let context = browser.plan.expect("a plan").context;
    assert_eq!(context.extra["captcha"]["response"]["score"], 0.1);
}

#[tokio::test]
async fn release_2024_10_a_captcha_beside_the_name_is_checked_before_the_name_is_looked_for() {
    let (bench, service) = (bench().await, Service::start().await);
    let stages = vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::Password(PasswordSettings::default()),
    ];
    let mut beside = flow("robots", Designation::Authentication, stages);
    beside.stages[0].stage.parts.captcha = Some(Box::new(Stage {
        id: STAGE,
        name: "captcha".to_owned(),
        settings: Settings::Captcha(settings(&bench, &service).await),
        parts: Parts::default(),
    }));
    let probe = Probe::new(&bench, vec![beside]);
    let mut visitor = probe.visitor();
    let asked = visitor.get(FLOW).await;
    assert_eq!(component(&asked), "ak-stage-identification");
    assert_eq!(asked["captcha_stage"]["site_key"], "the public key");
    let form = |token| {
        [
            ("component", "ak-stage-identification"),
            ("uid_field", "ada"),
            ("captcha_token", token),
        ]
    };
    service.says(&json!({ "success": false }));
    for token in ["", "wrong"] {
        let again = visitor.post(FLOW, &form(token)).await;
        assert_eq!(component(&again), "ak-stage-identification", "{again}");
        assert!(again["response_errors"].is_object(), "{again}");
    }
    assert_eq!(service.heard().len(), 1, "nothing is no answer");
    service.says(&json!({ "success": true, "score": 0.9 }));
    let password = visitor.answer(FLOW, &form("solved")).await;
    assert_eq!(component(&password), "ak-stage-password");
    assert_eq!(service.heard(), ["secret=the+private+key&response=solved"]);
}
