//! Something does not answer, and whoever asked has an answer all the same, before Lambda ends the function.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws::Ports as _;
use http::Method;
use local::seed::Seed;
use protocol::{Seconds, TenantId};
use provider::http::{Call, Endpoint, Face, LONGEST, Request, Response, Service};
use provider::permits::Permits;
use provider::ports::{Outcome, PermitStore, Taking};
use provider::tenant::{Allowance, Limits};

use crate::harness::answers::SERVER_ERROR;
use crate::harness::{Bench, HOST_NAME, header, request, summary, text};
use crate::tenants::limits;

/// What never answers.
struct Stuck(Face);

/// What answers at once.
struct Quick;

#[async_trait]
impl Endpoint for Quick {
    fn function(&self) -> &'static str {
        "token"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, _: &Call<'_>) -> Response {
        Response::default()
    }
}

/// A table that hears nothing.
struct Deaf;

#[async_trait]
impl PermitStore for Deaf {
    async fn take(&self, _: &TenantId, _: &Allowance, _: u64) -> Outcome<Taking> {
        pending().await
    }
}

#[async_trait]
impl Endpoint for Stuck {
    fn function(&self) -> &'static str {
        "token"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST]
    }

    fn face(&self) -> Face {
        self.0
    }

    async fn answer(&self, _: &Call<'_>) -> Response {
        pending().await
    }
}

/// What is answered when patience is over at once.
async fn answered(bench: &Bench, face: Face) -> Response {
    let tenants = bench.backend.stores.tenants();
    let host = bench.seeded.tenant.base_url.clone();
    assert!(host.ends_with(HOST_NAME));
    let service = Service::new(Stuck(face), tenants).within(|_| Box::pin(ready(())));
    let service = service.limited_by(bench.backend.permits());
    service
        .call(at_the_token_endpoint(), bench.now(), "id")
        .await
}

fn at_the_token_endpoint() -> Request {
    let mut asked = request(Method::POST, "/application/o/token/", "");
    let headers = asked.headers_mut();
    headers.insert("host", HOST_NAME.parse().expect("a host"));
    asked
}

const A_MONTH: Limits = Limits {
    token_rate: None,
    sign_in_rate: None,
    tokens_per_month: Some(3),
    people: None,
    applications: None,
};

async fn limited_by_the_month(bench: &Bench) {
    limits::set(bench, &A_MONTH).await;
    bench.wait(Seconds(31));
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_503_in_the_words_of_who_asked() {
    let bench = Bench::embedded().await;
    let machine = answered(&bench, Face::Machine).await;
    assert_eq!(summary(&machine), SERVER_ERROR);
    let api = answered(&bench, Face::Api).await;
    assert_eq!(
        (api.status().as_u16(), header(&api, "retry-after")),
        (503, "2")
    );
    assert!(text(&api).contains("\"detail\""), "{}", text(&api));
    let person = answered(&bench, Face::Person).await;
    assert_eq!(person.status(), 503);
    assert!(text(&person).contains("Please try again in a moment"));
}

/// A code that was redeemed is spent: its tokens are given out, counted or not.
#[tokio::test]
async fn an_answer_that_cannot_be_counted_in_time_is_given_all_the_same() {
    let bench = Bench::embedded().await;
    limited_by_the_month(&bench).await;
    let service = Service::new(Quick, bench.backend.stores.tenants())
        .limited_by(Arc::new(Permits::new(Arc::new(Deaf))))
        .within(|long| match long {
            LONGEST => Box::pin(pending()),
            _ => Box::pin(ready(())),
        });
    let answer = service
        .call(at_the_token_endpoint(), bench.now(), "id")
        .await;
    assert_eq!(answer.status(), 200);
}

/// Whose requests fail is the first question when some do; and what every answer of theirs says, this one does.
#[tokio::test]
async fn rfc6797_7_1_a_request_that_is_given_up_on_is_still_its_tenants() {
    let bench = Bench::embedded().await;
    let seed = Seed::new(&bench.backend).expect("a tenant");
    let base = "https://id.example.com";
    let callback = format!("{base}/demo/callback");
    let hosts = ["id.example.com".to_owned()];
    let seeded = seed.run(base, &hosts, &callback, None).await;
    seeded.expect("seeds");
    let service = Service::new(Stuck(Face::Machine), bench.backend.stores.tenants())
        .within(|_| Box::pin(tokio::time::sleep(Duration::from_secs(2))));
    let mut asked = at_the_token_endpoint();
    let host = "id.example.com".parse().expect("a host");
    asked.headers_mut().insert("host", host);
    let answer = service.call(asked, bench.now(), "id").await;
    assert_eq!(answer.status(), 503);
    let secure = header(&answer, "strict-transport-security");
    assert_eq!(secure, "max-age=63072000");
}

/// Nobody had an answer, so nothing is counted as one.
#[tokio::test]
async fn a_request_that_is_given_up_on_costs_no_permit() {
    let bench = Bench::embedded().await;
    limited_by_the_month(&bench).await;
    for _ in 0..3 {
        let given_up = answered(&bench, Face::Machine).await;
        assert_eq!(summary(&given_up), SERVER_ERROR);
    }
    let tenant = &bench.seeded.tenant.id;
    let of = A_MONTH.of("token", bench.now())[0];
    let all = bench.backend.stores.permits().take(tenant, &of, 3).await;
    assert_eq!(all, Ok(Taking::Granted));
}

/// `Timeout` of the functions that answer requests.
#[test]
fn patience_ends_before_lambda_ends_the_function() {
    let template = include_str!("../../../../infra/template.yaml");
    let globals = template.split("Globals:").nth(1).expect("globals");
    let timeout = globals.split("Timeout: ").nth(1).expect("a time-out");
    let digits: String = timeout.chars().take_while(char::is_ascii_digit).collect();
    let seconds: u64 = digits.parse().expect("a number");
    assert!(LONGEST.as_secs() < seconds, "{seconds}");
}
