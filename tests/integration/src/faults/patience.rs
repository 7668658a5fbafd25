//! Something does not answer, and whoever asked has an answer all the same, before Lambda ends the function.

use std::future::{pending, ready};

use async_trait::async_trait;
use aws::Ports as _;
use aws::dynamodb::estate::Setting;
use http::Method;
use local::tenants;
use protocol::Seconds;
use provider::http::{Call, Endpoint, Face, LONGEST, Response, Service};
use provider::ports::Taking;
use provider::tenant::Limits;

use crate::harness::answers::SERVER_ERROR;
use crate::harness::{Bench, HOST_NAME, header, request, summary, text};

/// What never answers.
struct Stuck(Face);

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
    let service = Service::new(Stuck(face), tenants).within(|| Box::pin(ready(())));
    let service = service.limited_by(bench.backend.permits());
    let mut asked = request(Method::POST, "/application/o/token/", "");
    let headers = asked.headers_mut();
    headers.insert("host", HOST_NAME.parse().expect("a host"));
    service.call(asked, bench.now(), "id").await
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

/// Nobody had an answer, so nothing is counted as one.
#[tokio::test]
async fn a_request_that_is_given_up_on_costs_no_permit() {
    let bench = Bench::embedded().await;
    let limits = Limits {
        tokens_per_month: Some(3),
        ..Limits::default()
    };
    let tenant = &bench.seeded.tenant.id;
    let setting = Setting::Limits(&limits);
    let set = tenants::set(&bench.backend, tenant, setting, bench.now());
    set.await.expect("sets");
    bench.wait(Seconds(31));
    for _ in 0..3 {
        let given_up = answered(&bench, Face::Machine).await;
        assert_eq!(summary(&given_up), SERVER_ERROR);
    }
    let of = limits.of("token", bench.now())[0];
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
