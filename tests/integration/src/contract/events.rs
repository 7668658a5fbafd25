//! `EventStore`.

use protocol::{Seconds, TenantId, Timestamp};
use provider::entropy::System;
use provider::event::{Action, Actor, AtBrand, Event, RETENTION, id_at};
use provider::ports::EventPage;
use serde_json::json;
use uuid::Uuid;

use super::stage::{NOW, Stage, at, client_id, event, user};

over_both_stores! {
    an_event_is_read_back_whole,
    events_are_read_newest_first_a_page_at_a_time,
    a_year_is_one_request_however_little_happened,
    what_is_older_than_a_year_is_not_there,
    a_cursor_that_is_none_begins_anew,
    the_broom_comes_after_a_year,
    many_events_are_written_at_once,
    events_of_another_tenant_are_not_seen,
    an_event_is_found_by_its_id,
    an_event_is_removed_once_and_its_removal_is_recorded,
    a_page_ends_where_a_request_does,
}

/// Something that happened this long before [`NOW`].
fn ago(seconds: i64) -> Event {
    Event {
        at: at(-seconds),
        ..event()
    }
}

const DAY: i64 = 86_400;

impl Stage {
    async fn record(&self, events: &[Event]) {
        let store = self.stores.events();
        store.record(&self.tenant, events).await.expect("writes");
    }

    async fn recent(&self, from: Option<&str>, limit: u32, now: Timestamp) -> EventPage {
        let store = self.stores.events();
        store
            .recent(&self.tenant, from, limit, now)
            .await
            .expect("reads")
    }

    async fn event_found(&self, event: &Event) -> Option<Event> {
        let store = self.stores.events();
        let found = store.find(&self.tenant, event.id, NOW).await;
        found.expect("reads")
    }

    /// All events, page by page, and how many pages had some.
    async fn all_events(&self, limit: u32) -> (Vec<Event>, usize) {
        let (mut events, mut pages, mut from) = (Vec::new(), 0, None);
        for _ in 0..1_000 {
            let page = self.recent(from.as_deref(), limit, NOW).await;
            assert!(page.events.len() <= limit as usize);
            pages += usize::from(!page.events.is_empty());
            events.extend(page.events);
            from = page.next;
            if from.is_none() {
                return (events, pages);
            }
        }
        panic!("the pages never end");
    }
}

async fn an_event_is_read_back_whole(stage: &Stage) {
    let mut whole = event();
    whole.action = Action::Custom("my_action".to_owned());
    whole.user = Some(Actor::from(&user("ada").subject));
    whole.client_id = Some(client_id("c"));
    whole.brand = Some(AtBrand {
        id: Uuid::nil(),
        name: "Default brand".to_owned(),
    });
    whole.context = json!({"scopes": ["openid"], "n": 1e300, "": {"x": null}})
        .as_object()
        .expect("a map")
        .clone();
    let mut known = ago(1);
    known.action = Action::PropertyMappingException;
    known.client_ip = None;
    stage.record(std::slice::from_ref(&whole)).await;
    stage.record(std::slice::from_ref(&known)).await;
    assert_eq!(stage.recent(None, 10, NOW).await.events, [whole, known]);
}

async fn events_are_read_newest_first_a_page_at_a_time(stage: &Stage) {
    // Over midnight, and several within a second.
    let mut events: Vec<Event> = (0..25).map(|number| ago(number * 3_000)).collect();
    events.extend([ago(0), ago(0)]);
    stage.record(&events).await;
    for limit in [1, 4, 27, 100] {
        let (found, pages) = stage.all_events(limit).await;
        assert_eq!(found.len(), 27, "{limit} a page");
        assert!(
            found.windows(2).all(|pair| pair[0].at >= pair[1].at),
            "newest first"
        );
        let mut ids: Vec<Uuid> = found.iter().map(|event| event.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 27, "each once");
        assert_eq!(pages, 27_usize.div_ceil(limit as usize));
    }
    let page = stage.recent(None, 0, NOW).await;
    assert_eq!(page.events.len(), 1, "a limit of nothing is one");
}

async fn a_year_is_one_request_however_little_happened(stage: &Stage) {
    let events = [ago(0), ago(40 * DAY), ago(41 * DAY), ago(364 * DAY)];
    stage.record(&events).await;
    stage.proxy.take_calls();
    let page = stage.recent(None, 100, NOW).await;
    assert_eq!((page.events.as_slice(), page.next), (&events[..], None));
    assert_eq!(stage.proxy.take_calls().len(), 1);
}

async fn what_is_older_than_a_year_is_not_there(stage: &Stage) {
    let made = |seconds: i64| Event {
        id: id_at(at(-seconds), &System::default()),
        ..ago(seconds)
    };
    let (kept, gone) = (made(365 * DAY - 1), made(365 * DAY));
    stage.record(&[kept.clone(), gone.clone()]).await;
    let page = stage.recent(None, 10, NOW).await;
    assert_eq!(page.events, std::slice::from_ref(&kept));
    assert_eq!(stage.event_found(&kept).await, Some(kept.clone()));
    assert_eq!(stage.event_found(&gone).await, None);
    let first = stage.recent(None, 1, at(-DAY)).await;
    let later = first.next.expect("another one");
    assert_eq!(
        stage.recent(Some(&later), 10, at(400 * DAY)).await,
        EventPage::default()
    );
}

async fn a_cursor_that_is_none_begins_anew(stage: &Stage) {
    stage.record(&[ago(0)]).await;
    let digits = "9".repeat(200);
    for odd in ["", "x", "-5", "20000", "1#2", "../..", &digits] {
        let page = stage.recent(Some(odd), 10, NOW).await;
        assert_eq!(page.events.len(), 1, "{odd:?}");
    }
}

async fn the_broom_comes_after_a_year(stage: &Stage) {
    let (alone, one, other) = (ago(10), ago(20), ago(30));
    stage.record(std::slice::from_ref(&alone)).await;
    stage.record(&[one.clone(), other.clone()]).await;
    let scan = stage.aws.dynamodb().scan().table_name(&stage.table);
    let rows = scan.send().await.expect("scans").items.unwrap_or_default();
    assert_eq!(rows.len(), 3);
    for event in [alone, one, other] {
        let id = event.id.to_string();
        let row = rows
            .iter()
            .find(|row| row["sk"].as_s().expect("text").ends_with(&id));
        let ttl = row.expect("is there")["ttl"].as_n().expect("a number");
        assert_eq!(*ttl, (event.at + RETENTION).unix().to_string());
    }
    assert_eq!(RETENTION, Seconds::days(365));
}

async fn many_events_are_written_at_once(stage: &Stage) {
    let events: Vec<Event> = (0..100).map(ago).collect();
    stage.proxy.take_calls();
    stage.record(&events).await;
    assert_eq!(stage.proxy.take_calls().len(), 1);
    assert_eq!(stage.all_events(100).await.0.len(), 100);
    stage.record(&[]).await;
    assert!(
        stage
            .proxy
            .take_calls()
            .iter()
            .all(|call| call.name == "Query"),
        "nothing to write"
    );
}

async fn events_of_another_tenant_are_not_seen(stage: &Stage) {
    let b = TenantId::parse("b").expect("a name");
    stage.record(&[ago(0), ago(1)]).await;
    let cursor = stage.recent(None, 1, NOW).await.next;
    let store = stage.stores.events();
    for from in [None, cursor.as_deref()] {
        let page = store.recent(&b, from, 10, NOW).await.expect("reads");
        assert!(page.events.is_empty());
    }
}

/// Something that happens [`NOW`] and can be found.
fn findable() -> Event {
    Event {
        id: id_at(NOW, &System::default()),
        ..event()
    }
}

async fn an_event_is_found_by_its_id(stage: &Stage) {
    let (wanted, other, odd) = (findable(), findable(), event());
    stage.record(&[wanted.clone(), other, odd.clone()]).await;
    assert_eq!(stage.event_found(&wanted).await, Some(wanted.clone()));
    assert_eq!(
        stage.event_found(&odd).await,
        None,
        "its id does not say when"
    );
    assert_eq!(stage.event_found(&findable()).await, None);
    let b = TenantId::parse("b").expect("a name");
    let store = stage.stores.events();
    assert_eq!(store.find(&b, wanted.id, NOW).await, Ok(None));
}

async fn an_event_is_removed_once_and_its_removal_is_recorded(stage: &Stage) {
    let (wanted, other) = (findable(), ago(7));
    stage.record(&[wanted.clone(), other.clone()]).await;
    let store = stage.stores.events();
    let record = Event {
        action: Action::ModelDeleted,
        ..findable()
    };
    assert_eq!(
        store.remove(&stage.tenant, &wanted, &record).await,
        Ok(true)
    );
    let again = Event {
        id: findable().id,
        ..record.clone()
    };
    assert_eq!(
        store.remove(&stage.tenant, &wanted, &again).await,
        Ok(false)
    );
    assert_eq!(stage.recent(None, 10, NOW).await.events, [record, other]);
}

/// `DynamoDB` gives 1 MB at once, and the rest is where the page says.
async fn a_page_ends_where_a_request_does(stage: &Stage) {
    let large = |number: i64| ago(number).with("text", "x".repeat(100 * 1024));
    let events: Vec<Event> = (0..15).map(large).collect();
    for few in events.chunks(5) {
        stage.record(few).await;
    }
    let page = stage.recent(None, 1_000, NOW).await;
    assert!(page.events.len() < 15 && page.next.is_some());
    assert_eq!(stage.all_events(1_000).await.0.len(), 15);
}
