use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use protocol::{TenantId, Timestamp};
use provider::http::service::Face;
use provider::http::{Call, Endpoint, Response, Service};
use provider::ports::{Outcome, TenantStore};
use provider::tenant::{Limits, Sealed, Tenant};
use serde_json::Value;

use super::*;

/// What was written.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that this leaves in the log of a function that has answered before, or has not.
fn lines(metrics: Metrics, warm: bool, log: impl FnOnce()) -> Vec<String> {
    let page = Page::default();
    let to = page.clone();
    let measured = Measured {
        metrics,
        function: "latchkey-token".to_owned(),
        clock: || 1_700_000_000_123,
        warm: AtomicBool::new(warm),
        json: super::super::log::json(),
    };
    let subscriber = super::super::log::lines(measured)
        .with_writer(move || to.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, log);
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn line(metrics: Metrics, warm: bool, log: impl FnOnce()) -> Value {
    let lines = lines(metrics, warm, log);
    assert_eq!(lines.len(), 1, "{lines:?}");
    serde_json::from_str(&lines[0]).unwrap()
}

fn answered(status: u16) {
    let span = tracing::info_span!("request", function = "token");
    span.in_scope(|| {
        tracing::info!(
            request_id = "r",
            tenant = "a",
            status,
            ms = 7_u64,
            "request answered"
        );
    });
}

/// What a request's span has, as `provider::http::Service` makes it, with a call's span in it.
fn within(log: impl FnOnce()) {
    let span = tracing::error_span!(
        "request",
        function = "token",
        request_id = "r",
        tenant = tracing::field::Empty
    );
    span.in_scope(|| {
        tracing::Span::current().record("tenant", "a");
        tracing::info_span!("store.call").in_scope(log);
    });
}

#[test]
fn a_line_of_an_event_says_whose_it_is() {
    for metrics in [Metrics::Off, Metrics::Notable, Metrics::All] {
        let line = line(metrics, true, || {
            within(|| tracing::warn!(event = "code_replayed", "m"));
        });
        assert_eq!(
            (&line["request_id"], &line["tenant"], &line["span"]),
            (
                &"r".into(),
                &"a".into(),
                &serde_json::json!({"function": "token", "name": "request"})
            )
        );
    }
}

/// An installation of one tenant, and an endpoint at which something happens.
struct Theft;

#[async_trait::async_trait]
impl TenantStore for Theft {
    async fn by_host(&self, _: &str, _: Timestamp) -> Outcome<Option<Arc<Tenant>>> {
        Ok(Some(Arc::new(Tenant {
            id: TenantId::parse("acme").unwrap(),
            base_url: "https://id.example".to_owned(),
            brand: provider::brand::Brand::default(),
            subject_salt: "s".to_owned(),
            refresh_key: Sealed(Vec::new()),
            limits: Limits::default(),
            suspended: None,
        })))
    }
}

#[async_trait::async_trait]
impl Endpoint for Theft {
    fn function(&self) -> &'static str {
        "token"
    }

    fn methods(&self) -> &'static [http::Method] {
        &[http::Method::POST]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, _: &Call<'_>) -> Response {
        tracing::warn!(event = "refresh_token_reused", "again");
        Response::default()
    }
}

#[test]
fn every_line_of_a_request_says_whose_it_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let request = http::Request::post("https://id.example/application/o/token/");
    let request = request.body(bytes::Bytes::new()).unwrap();
    let service = Service::new(Theft, Arc::new(Theft));
    let lines = lines(Metrics::Notable, true, || {
        runtime.block_on(service.call(request, Timestamp::from_unix(1), "r-1"));
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in &lines {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&line["tenant"], &line["request_id"]),
            (&"acme".into(), &"r-1".into())
        );
        let span = serde_json::json!({"function": "token", "name": "request"});
        assert_eq!(line["span"], span);
    }
}

#[test]
fn what_a_line_says_by_itself_stands_there_once() {
    let lines = lines(Metrics::Off, true, || {
        within(|| tracing::info!(event = "key_step", tenant = "b", "m"));
        within(|| tracing::info!(request_id = "r", tenant = "a", status = 200_u16, "m"));
    });
    for (line, tenant) in lines.iter().zip(["b", "a"]) {
        let twice = |name: &str| line.matches(&format!("\"{name}\":")).count();
        assert_eq!((twice("tenant"), twice("request_id")), (1, 1), "{line}");
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["tenant"], tenant);
    }
    assert_eq!(lines.len(), 2);
}

/// The metrics that CloudWatch finds in a line, by its rules: every one that is named is a number at the root, every
/// dimension a text there, and there is a moment.
fn extracted(line: &Value) -> Vec<(String, u64)> {
    let Some(aws) = line.get("_aws") else {
        return Vec::new();
    };
    assert_eq!(aws["Timestamp"], 1_700_000_000_123_u64);
    let directives = aws["CloudWatchMetrics"].as_array().unwrap();
    assert_eq!(directives.len(), 1);
    let directive = &directives[0];
    assert_eq!(directive["Namespace"], "Latchkey");
    for dimension in directive["Dimensions"][0].as_array().unwrap() {
        let value = line[dimension.as_str().unwrap()].as_str();
        assert_eq!(value, Some("latchkey-token"), "{dimension}");
    }
    let metrics = directive["Metrics"].as_array().unwrap().iter();
    let read = metrics.map(|metric| {
        let name = metric["Name"].as_str().unwrap();
        (name.to_owned(), line[name].as_u64().expect("a number"))
    });
    read.collect()
}

fn names(line: &Value) -> Vec<String> {
    extracted(line).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_plain_answer_costs_no_byte_more() {
    for metrics in [Metrics::Off, Metrics::Notable] {
        let plain = lines(metrics, true, || answered(200));
        assert_eq!(
            plain,
            [
                r#"{"level":"INFO","message":"request answered","request_id":"r","tenant":"a","status":200,"ms":7,"span":{"function":"token","name":"request"}}"#
            ]
        );
    }
}

#[test]
fn what_lambda_cannot_know_is_counted() {
    for (status, want) in [
        (200, vec![]),
        (302, vec![]),
        (400, vec!["ClientFaults"]),
        (429, vec!["ClientFaults"]),
        (500, vec!["ServerFaults"]),
        (503, vec!["ServerFaults"]),
    ] {
        let line = line(Metrics::Notable, true, || answered(status));
        assert_eq!(names(&line), want, "{status}");
    }
}

#[test]
fn the_first_request_of_an_instance_is_a_cold_start_and_no_other() {
    let lines = lines(Metrics::Notable, false, || {
        tracing::warn!(event = "warm_up_failed", "not a request");
        answered(200);
        answered(200);
    });
    let names: Vec<_> = lines
        .iter()
        .map(|line| names(&serde_json::from_str(line).unwrap()))
        .collect();
    assert_eq!(names, [vec![], vec!["ColdStarts".to_owned()], vec![]]);
}

#[test]
fn with_all_every_request_has_its_time() {
    let line = line(Metrics::All, true, || answered(200));
    assert_eq!(
        extracted(&line),
        [("Requests".to_owned(), 1), ("Latency".to_owned(), 7)]
    );
    let metric = &line["_aws"]["CloudWatchMetrics"][0]["Metrics"][1];
    assert_eq!(metric["Unit"], "Milliseconds");
}

#[test]
fn a_security_event_is_a_metric_beside_what_it_says() {
    let line = line(
        Metrics::Notable,
        true,
        || tracing::warn!(event = "code_replayed", grant = %"g", "used \"again\"}}"),
    );
    assert_eq!(extracted(&line), [("CodesReplayed".to_owned(), 1)]);
    assert_eq!(
        (&line["event"], &line["grant"], &line["message"]),
        (
            &"code_replayed".into(),
            &"g".into(),
            &"used \"again\"}".into()
        )
    );
}

#[test]
fn an_event_that_is_told_at_run_time_counts_too() {
    let name: &'static str = COUNTED[6].0;
    let line = line(Metrics::Notable, true, || tracing::warn!(event = name, "m"));
    assert_eq!(names(&line), [COUNTED[6].1]);
}

#[test]
fn off_means_none() {
    for log in [
        || answered(500),
        || tracing::info!(event = "login", "somebody signed in"),
    ] {
        assert_eq!(line(Metrics::Off, false, log).get("_aws"), None);
    }
}

#[test]
fn a_tenant_a_client_or_a_person_is_no_dimension() {
    let line = line(Metrics::All, false, || answered(500));
    let dimensions = &line["_aws"]["CloudWatchMetrics"][0]["Dimensions"];
    assert_eq!(dimensions, &serde_json::json!([["FunctionName"]]));
    assert_eq!(line["tenant"], "a", "it stays a property");
}

/// `docs/logging.md` names each metric, and no other.
#[test]
fn the_document_names_each_metric() {
    let page = include_str!("../../../../../docs/logging.md");
    let section = page.split("## Metrics").nth(1).expect("a section");
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let named: BTreeSet<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let ours = [
        "ColdStarts",
        "ClientFaults",
        "ServerFaults",
        "Requests",
        LATENCY,
    ];
    let counted = COUNTED.iter().map(|(_, metric)| *metric);
    assert_eq!(named, counted.chain(ours).collect());
}
