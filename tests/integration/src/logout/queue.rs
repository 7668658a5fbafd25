//! The queue of logouts on SQS, as ElasticMQ has it: what was not heard comes again, and in the end is put aside.

use std::sync::Arc;

use aws::sqs::{Logouts, Queue};
use local::gateway::Gateway;
use protocol::Seconds;
use provider::event::Action;
use uuid::Uuid;

use super::Visitor;
use super::receiver::{Receiver, messenger};
use crate::harness::Bench;

/// A queue with another one for what was received five times, and nothing else in either.
struct Sqs {
    url: String,
    aside: String,
    clients: aws::Clients,
}

impl Sqs {
    async fn new(bench: &Bench) -> Self {
        let start = tokio::task::spawn_blocking(xtask::elasticmq::endpoint);
        let endpoint = start.await.expect("no panic").expect("ElasticMQ starts");
        let name = Uuid::new_v4().simple().to_string();
        let aside = create(&endpoint, &format!("{name}-aside"), &[]).await;
        let arn = format!("arn:aws:sqs:elasticmq:000000000000:{name}-aside");
        let redrive = serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": 5 });
        let url = create(&endpoint, &name, &[("RedrivePolicy", &redrive.to_string())]).await;
        let backend = &bench.backend;
        let clients = aws::Clients::local(&backend.dynamodb_url, &backend.kms_url);
        let clients = clients.and_then(|clients| clients.queueing_by(&endpoint));
        Self {
            url,
            aside,
            clients: clients.expect("on loopback"),
        }
    }

    /// Logouts are announced here.
    fn is_used_by(&self, bench: &mut Bench) {
        let queue = Queue::new(self.clients.sqs(), Some(&self.url)).delaying(0);
        bench.backend.logouts = Arc::new(queue);
        bench.gateway = Gateway::new(&bench.backend);
    }

    /// What Lambda does, without the pauses.
    fn worker(&self, bench: &Bench) -> Logouts {
        let client = self.clients.sqs().expect("an emulator");
        let messenger = Arc::new(messenger(bench));
        Logouts::new(client, &self.url, messenger).pausing(|_| Seconds(0))
    }

    /// How many messages were put aside.
    async fn put_aside(&self) -> String {
        let ask = [
            ("Action", "GetQueueAttributes"),
            ("AttributeName.1", "ApproximateNumberOfMessages"),
        ];
        let answer = call(&self.aside, &ask).await;
        between(&answer, "<Value>", "</Value>")
    }
}

async fn create(endpoint: &str, name: &str, attributes: &[(&str, &str)]) -> String {
    let mut ask = vec![("Action", "CreateQueue"), ("QueueName", name)];
    for (attribute, value) in attributes {
        ask.extend([
            ("Attribute.1.Name", *attribute),
            ("Attribute.1.Value", *value),
        ]);
    }
    between(&call(endpoint, &ask).await, "<QueueUrl>", "</QueueUrl>")
}

async fn call(url: &str, form: &[(&str, &str)]) -> String {
    let request = reqwest::Client::new().post(url);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(crate::harness::encode(form)).send().await;
    answer.expect("answers").text().await.expect("text")
}

fn between(text: &str, from: &str, to: &str) -> String {
    let rest = text.split_once(from).unwrap_or_else(|| panic!("{text}")).1;
    rest.split_once(to).expect("an end").0.to_owned()
}

/// Ada signs out, which `web` is to hear.
async fn signed_out(answers: &[u16]) -> (Bench, Sqs, Receiver) {
    let mut bench = Bench::embedded().await;
    let sqs = Sqs::new(&bench).await;
    sqs.is_used_by(&mut bench);
    let receiver = Receiver::answering(answers).await;
    receiver.hears_for(&bench, "web").await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    ada.leave(&[("id_token_hint", &hint)]).await;
    drop(ada);
    (bench, sqs, receiver)
}

#[tokio::test]
async fn a_receiver_that_fails_twice_and_then_succeeds_hears_exactly_one_logout() {
    let (bench, sqs, receiver) = signed_out(&[500, 400, 200]).await;
    let worker = sqs.worker(&bench);
    for _ in 0..3 {
        assert_eq!(worker.poll(5, bench.now()).await, Ok(1));
    }
    let heard = receiver.heard();
    assert_eq!(heard.len(), 3, "two that it turned down, and one");
    assert_eq!(worker.poll(0, bench.now()).await, Ok(0), "and no more");
    assert_eq!(sqs.put_aside().await, "0");
    assert!(failures(&bench).await.is_empty());
    let tenant = &bench.seeded.tenant.id;
    let events = bench.backend.stores.events();
    let page = events.recent(tenant, None, 100, bench.now()).await;
    let told = Action::Custom("backchannel_logout".to_owned());
    let events = page.expect("reads").events.into_iter();
    let told: Vec<_> = events.filter(|event| event.action == told).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].context["attempts"], 3);
}

#[tokio::test]
async fn a_receiver_that_never_answers_ends_in_the_dead_letter_queue_with_an_event() {
    let (bench, sqs, receiver) = signed_out(&[500]).await;
    let worker = sqs.worker(&bench);
    for _ in 0..5 {
        assert_eq!(worker.poll(5, bench.now()).await, Ok(1));
    }
    assert_eq!(receiver.heard().len(), 5);
    assert_eq!(worker.poll(0, bench.now()).await, Ok(0));
    assert_eq!(sqs.put_aside().await, "1");
    assert_eq!(
        failures(&bench).await,
        ["Back-channel logout failed: the host answered with status 500"]
    );
}

#[tokio::test]
async fn what_is_no_notice_is_put_aside() {
    let bench = Bench::embedded().await;
    let sqs = Sqs::new(&bench).await;
    let ask = [("Action", "SendMessage"), ("MessageBody", "not ours")];
    call(&sqs.url, &ask).await;
    let worker = sqs.worker(&bench);
    for _ in 0..5 {
        assert_eq!(worker.poll(5, bench.now()).await, Ok(1));
    }
    assert_eq!(worker.poll(0, bench.now()).await, Ok(0));
    assert_eq!(sqs.put_aside().await, "1");
}

/// What failed, as events say it.
async fn failures(bench: &Bench) -> Vec<String> {
    let events = bench.backend.stores.events();
    let tenant = &bench.seeded.tenant.id;
    let page = events.recent(tenant, None, 100, bench.now()).await;
    let events = page.expect("reads").events.into_iter();
    let failed = events.filter(|event| event.action == Action::SystemException);
    failed
        .map(|event| event.context["message"].as_str().expect("text").to_owned())
        .collect()
}
