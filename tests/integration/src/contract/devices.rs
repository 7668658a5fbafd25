//! `DeviceStore`: requests and their answers. Polls: `device_codes`.

use protocol::device::UserCode;
use protocol::{ClientId, GrantId};
use provider::device::{Approval, Device, DeviceCode, DeviceState, INTERVAL};
use provider::entropy::System;
use provider::event::{Action, Event};
use provider::flow::proof::Strength;
use provider::grant::Grant;
use provider::ports::{Begun, Guess, Poll, Redemption, Settled, Settling};
use provider::session::Session;
use provider::user::User;
use tokio::task::JoinSet;

use super::stage::{
    NOW, Stage, at, client, client_id, digest, random, record, scopes, session, session_id, user,
};

over_both_stores! {
    a_request_is_found_by_its_user_code_alone,
    a_tenant_does_not_see_anothers_requests,
    a_user_code_in_use_is_not_given_again_before_its_time_is_over,
    an_address_asks_twenty_times_an_hour_and_no_more,
    a_request_refused_for_its_address_is_not_written,
    ten_wrong_codes_are_counted_and_right_ones_are_not,
    of_many_guesses_at_once_ten_are_allowed,
    an_approval_is_kept_whole_with_its_event,
    an_answer_counts_once_and_before_the_time_is_over,
    of_many_answers_at_once_one_counts,
    each_change_is_one_request,
    its_items_are_where_and_as_long_as_the_document_says,
}

/// A request of `client`, with both of its codes; it is over at [`NOW`] + 600.
pub(super) fn request() -> (DeviceCode, Device) {
    let code = DeviceCode::generate(&System::default());
    let device = Device::begin(&client("tv", "tv"), scopes("openid"), &code, NOW);
    assert_eq!(device.expires, at(600));
    (code, device)
}

pub(super) fn tv() -> ClientId {
    client_id("tv")
}

pub(super) fn approval(by: &User) -> DeviceState {
    let approval = Approval {
        subject: by.subject.clone(),
        scopes: scopes("openid"),
        session: session_id(),
        given: NOW,
        auth_time: at(-5),
        amr: vec!["pwd".to_owned()],
        strength: Strength::Multi,
    };
    DeviceState::Approved {
        grant: GrantId::from_random(random()),
        approval: Box::new(approval),
    }
}

fn event() -> Event {
    Event {
        id: uuid::Uuid::from_bytes(random()),
        action: Action::AuthorizeApplication,
        at: NOW,
        app: "device-authorization".to_owned(),
        user: None,
        client_id: Some(tv()),
        client_ip: None,
        brand: None,
        context: serde_json::Map::new(),
    }
}

/// In this session.
pub(super) fn approval_in(by: &User, it: &Session) -> DeviceState {
    let mut to = approval(by);
    if let DeviceState::Approved { approval, .. } = &mut to {
        approval.session = it.id;
    }
    to
}

/// The grant that a poll makes of an approved request.
pub(super) fn granted(device: &Device, state: &DeviceState) -> Grant {
    let DeviceState::Approved { grant, approval } = state else {
        panic!("approved")
    };
    approval
        .clone()
        .into_grant(*grant, device, &client("tv", "tv"), NOW)
}

impl Stage {
    /// Writes a request that begins [`NOW`].
    pub(super) async fn asked(&self) -> (DeviceCode, Device) {
        let (code, device) = request();
        assert_eq!(self.begin(&device, None, 0).await, Begun::Yes);
        (code, device)
    }

    /// And somebody who has allowed it.
    pub(super) async fn approved(&self) -> (DeviceCode, Device, Grant) {
        let (code, device) = self.asked().await;
        let to = self.allowed_by(&self.user("ada").await).await;
        assert_eq!(self.settle(&device, &to, 0).await, Settled::Yes);
        let grant = granted(&device, &to);
        (code, device, grant)
    }

    /// An approval in a session that goes on until [`NOW`] + 100.
    pub(super) async fn allowed_by(&self, user: &User) -> DeviceState {
        let (_, session) = session(user);
        self.enter(&session).await;
        approval_in(user, &session)
    }

    pub(super) async fn begin(
        &self,
        device: &Device,
        address: Option<&str>,
        seconds: i64,
    ) -> Begun {
        let devices = self.stores.devices();
        let begun = devices.begin(&self.tenant, device, address, at(seconds));
        begun.await.unwrap()
    }

    pub(super) async fn by_code(&self, code: &UserCode) -> Option<Device> {
        let devices = self.stores.devices();
        devices.find(&self.tenant, code).await.unwrap()
    }

    pub(super) async fn guess(&self, by: &User, seconds: i64) -> Guess {
        let devices = self.stores.devices();
        let guess = devices.guess(&self.tenant, by.subject.id, at(seconds));
        guess.await.unwrap()
    }

    pub(super) async fn settle(&self, device: &Device, to: &DeviceState, seconds: i64) -> Settled {
        let devices = self.stores.devices();
        let beside = Settling::default();
        let settled = devices.settle(&self.tenant, device, to, beside, at(seconds));
        settled.await.unwrap()
    }

    pub(super) async fn poll(&self, code: &DeviceCode, seconds: i64) -> Poll {
        let devices = self.stores.devices();
        let client = tv();
        let poll = devices.poll(&self.tenant, code, &client, at(seconds));
        poll.await.unwrap()
    }

    pub(super) async fn state(&self, code: &DeviceCode) -> DeviceState {
        self.by_code(&code.user_code).await.unwrap().state
    }

    /// Redeems, and checks that the token is on record iff it was handed out.
    pub(super) async fn redeem_device(
        &self,
        device: &Device,
        grant: &Grant,
        seconds: i64,
    ) -> Redemption {
        let token = record(grant);
        let devices = self.stores.devices();
        let outcome = devices
            .redeem(&self.tenant, device, grant, &token, at(seconds))
            .await
            .unwrap();
        let recorded = self.recorded(&token).await;
        assert_eq!(recorded, outcome == Redemption::First, "{outcome:?}");
        outcome
    }

    pub(super) fn calls(&self) -> Vec<String> {
        let calls = self.proxy.take_calls().into_iter();
        calls.map(|call| call.name).collect()
    }
}

pub(super) fn found(poll: Poll) -> Device {
    match poll {
        Poll::Found(device) => *device,
        other => panic!("{other:?}"),
    }
}

async fn a_request_is_found_by_its_user_code_alone(stage: &Stage) {
    let (code, device) = stage.asked().await;
    let stored = stage.by_code(&code.user_code).await.unwrap();
    assert_eq!(format!("{stored:?}"), format!("{device:?}"));
    assert_eq!(
        (stored.user_code, stored.code),
        (device.user_code, device.code)
    );
    assert_eq!(stored.interval, INTERVAL);
    let (other, _) = request();
    assert!(stage.by_code(&other.user_code).await.is_none());
}

async fn a_tenant_does_not_see_anothers_requests(stage: &Stage) {
    let (code, device) = stage.asked().await;
    let other = protocol::TenantId::parse("b").unwrap();
    let devices = stage.stores.devices();
    let found = devices.find(&other, &code.user_code).await.unwrap();
    assert!(found.is_none());
    let poll = devices.poll(&other, &code, &tv(), NOW).await.unwrap();
    assert!(matches!(poll, Poll::Unknown));
    let (to, beside) = (DeviceState::Denied, Settling::default());
    let settled = devices.settle(&other, &device, &to, beside, NOW);
    assert_eq!(settled.await, Ok(Settled::TooLate));
    assert_eq!(stage.state(&code).await, DeviceState::Pending);
}

async fn a_user_code_in_use_is_not_given_again_before_its_time_is_over(stage: &Stage) {
    let (code, first) = stage.asked().await;
    let (_, mut second) = request();
    second.user_code = first.user_code;
    assert_eq!(stage.begin(&second, None, 599).await, Begun::Taken);
    assert_eq!(
        stage.by_code(&code.user_code).await.unwrap().code,
        first.code
    );
    assert_eq!(stage.begin(&second, None, 600).await, Begun::Yes);
    assert_eq!(
        stage.by_code(&code.user_code).await.unwrap().code,
        second.code
    );
}

/// [`NOW`] is 1600 seconds before the end of its hour.
async fn an_address_asks_twenty_times_an_hour_and_no_more(stage: &Stage) {
    let begin = async |address, seconds| stage.begin(&request().1, Some(address), seconds).await;
    for time in 0..20 {
        assert_eq!(begin("203.0.113.7", 0).await, Begun::Yes, "{time}");
    }
    assert_eq!(begin("203.0.113.7", 1599).await, Begun::TooMany);
    assert_eq!(begin("203.0.113.8", 0).await, Begun::Yes, "another address");
    assert_eq!(
        stage.begin(&request().1, None, 0).await,
        Begun::Yes,
        "nobody's"
    );
    assert_eq!(
        begin("203.0.113.7", 1600).await,
        Begun::Yes,
        "the next hour"
    );
}

async fn a_request_refused_for_its_address_is_not_written(stage: &Stage) {
    for _ in 0..20 {
        stage.begin(&request().1, Some("203.0.113.7"), 0).await;
    }
    let (code, device) = request();
    let begun = stage.begin(&device, Some("203.0.113.7"), 0).await;
    assert_eq!(begun, Begun::TooMany);
    assert!(stage.by_code(&code.user_code).await.is_none());
}

/// [`NOW`] is 400 seconds before the end of its ten minutes.
async fn ten_wrong_codes_are_counted_and_right_ones_are_not(stage: &Stage) {
    let (ada, bob) = (user("ada"), user("bob"));
    let devices = stage.stores.devices();
    for time in 0..15 {
        assert_eq!(stage.guess(&ada, 0).await, Guess::Allowed, "{time}");
        let right = devices.guessed_right(&stage.tenant, ada.subject.id, NOW);
        right.await.unwrap();
    }
    for time in 0..10 {
        assert_eq!(stage.guess(&ada, 0).await, Guess::Allowed, "{time}");
    }
    assert_eq!(stage.guess(&ada, 399).await, Guess::TooMany);
    assert_eq!(
        stage.guess(&bob, 399).await,
        Guess::Allowed,
        "another person"
    );
    assert_eq!(
        stage.guess(&ada, 400).await,
        Guess::Allowed,
        "the next ten minutes"
    );
}

async fn of_many_guesses_at_once_ten_are_allowed(stage: &Stage) {
    let ada = user("ada").subject.id;
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        let (devices, tenant) = (stage.stores.devices(), stage.tenant.clone());
        tasks.spawn(async move { devices.guess(&tenant, ada, NOW).await });
    }
    let all = tasks.join_all().await;
    let allowed = all.iter().filter(|guess| **guess == Ok(Guess::Allowed));
    assert_eq!(allowed.count(), 10, "{all:?}");
}

async fn an_approval_is_kept_whole_with_its_event(stage: &Stage) {
    let (code, device) = stage.asked().await;
    let (to, event) = (approval(&user("ada")), event());
    let devices = stage.stores.devices();
    let beside = Settling {
        event: Some(&event),
        visit: None,
    };
    let settled = devices.settle(&stage.tenant, &device, &to, beside, NOW);
    assert_eq!(settled.await, Ok(Settled::Yes));
    assert_eq!(stage.state(&code).await, to);
    let events = stage.stores.events();
    let page = events.recent(&stage.tenant, None, 10, NOW);
    assert_eq!(page.await.unwrap().events, [event]);
}

async fn an_answer_counts_once_and_before_the_time_is_over(stage: &Stage) {
    let (code, device) = stage.asked().await;
    let to = approval(&user("ada"));
    assert_eq!(stage.settle(&device, &to, 600).await, Settled::TooLate);
    assert_eq!(stage.state(&code).await, DeviceState::Pending);
    let mut other = device.clone();
    other.code = digest();
    assert_eq!(
        stage.settle(&other, &to, 0).await,
        Settled::TooLate,
        "another request"
    );
    let denied = DeviceState::Denied;
    assert_eq!(stage.settle(&device, &denied, 599).await, Settled::Yes);
    assert_eq!(stage.settle(&device, &to, 599).await, Settled::TooLate);
    assert_eq!(stage.state(&code).await, denied);
}

async fn of_many_answers_at_once_one_counts(stage: &Stage) {
    let (code, device) = stage.asked().await;
    let mut tasks = JoinSet::new();
    for number in 0..12 {
        let (devices, tenant) = (stage.stores.devices(), stage.tenant.clone());
        let device = device.clone();
        let to = match number % 2 {
            0 => DeviceState::Denied,
            _ => approval(&user("ada")),
        };
        tasks.spawn(async move {
            let beside = Settling::default();
            let settled = devices.settle(&tenant, &device, &to, beside, NOW).await;
            (settled.unwrap(), to)
        });
    }
    let all = tasks.join_all().await;
    let counted: Vec<_> = all
        .iter()
        .filter(|(settled, _)| *settled == Settled::Yes)
        .collect();
    assert_eq!(counted.len(), 1);
    assert_eq!(stage.state(&code).await, counted[0].1);
}

async fn each_change_is_one_request(stage: &Stage) {
    let (code, device) = request();
    stage.begin(&device, Some("203.0.113.7"), 0).await;
    assert_eq!(stage.calls(), ["TransactWriteItems"]);
    stage.poll(&code, 0).await;
    assert_eq!(stage.calls(), ["UpdateItem"]);
    stage.poll(&code, 1).await;
    assert_eq!(stage.calls(), ["UpdateItem", "UpdateItem"], "too soon");
    let ada = stage.user("ada").await;
    stage.calls();
    stage.guess(&ada, 0).await;
    assert_eq!(stage.calls(), ["UpdateItem"]);
    let to = stage.allowed_by(&ada).await;
    stage.calls();
    stage.settle(&device, &to, 0).await;
    assert_eq!(stage.calls(), ["TransactWriteItems"]);
    let grant = granted(&device, &to);
    let devices = stage.stores.devices();
    let token = record(&grant);
    let redeemed = devices.redeem(&stage.tenant, &device, &grant, &token, NOW);
    assert_eq!(redeemed.await, Ok(Redemption::First));
    assert_eq!(stage.calls(), ["TransactWriteItems"]);
}

async fn its_items_are_where_and_as_long_as_the_document_says(stage: &Stage) {
    let (_, device) = request();
    stage.begin(&device, Some("203.0.113.7"), 0).await;
    let ada = user("ada");
    stage.guess(&ada, 0).await;
    let scan = stage.aws.dynamodb().scan().table_name(&stage.table);
    let rows = scan.send().await.unwrap().items.unwrap_or_default();
    let mut found: Vec<(String, i64)> = rows
        .iter()
        .map(|row| {
            assert_eq!(row["v"].as_n().unwrap(), "1");
            let text = |name: &str| row[name].as_s().unwrap().clone();
            let ttl: i64 = row["ttl"].as_n().unwrap().parse().unwrap();
            (format!("{}/{}", text("pk"), text("sk")), ttl - NOW.unix())
        })
        .collect();
    found.sort();
    let address = protocol::Digest::of(b"203.0.113.7").encode();
    let (hour, minutes) = (at(1600), at(400));
    let mut want = vec![
        (
            format!("T#a#DEVICE#{}/DEVICE", device.user_code.encode()),
            600 + 3600,
        ),
        (format!("T#a#DEVICES#{address}/UNTIL#{hour}"), 1600),
        (
            format!("T#a#USER#{}/DEVICECODES#{minutes}", ada.subject.id),
            400,
        ),
    ];
    want.sort();
    assert_eq!(found, want);
}
