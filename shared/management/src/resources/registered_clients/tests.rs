//! The list of clients that registered themselves: its bound, and what it shows.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use protocol::{Slug, Timestamp};
use provider::event::Event;
use provider::ports::{Enrolled, Outcome, RegisteredPage};

use super::*;

/// Strangers without end: a full page each time.
struct Endless(AtomicUsize);

#[async_trait]
impl RegisteredStore for Endless {
    async fn list(&self, _: &TenantId, _: Option<&str>, limit: u32) -> Outcome<RegisteredPage> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let id = ClientId::parse("c").unwrap();
        Ok(RegisteredPage {
            ids: vec![id; limit as usize],
            next: Some("c".to_owned()),
        })
    }

    async fn enrol(&self, _: &TenantId, _: &RegisteredClient, _: &Event) -> Outcome<Enrolled> {
        unreachable!()
    }

    async fn replace(&self, _: &TenantId, _: &RegisteredClient, _: &Event) -> Outcome<Enrolled> {
        unreachable!()
    }

    async fn remove(&self, _: &TenantId, _: &ClientId, _: &Event) -> Outcome<bool> {
        unreachable!()
    }

    async fn keep_document(
        &self,
        _: &TenantId,
        _: &RegisteredClient,
        _: Option<&Event>,
    ) -> Outcome<Enrolled> {
        unreachable!()
    }

    async fn used(&self, _: &TenantId, _: &ClientId, _: Timestamp) -> Outcome<()> {
        unreachable!()
    }

    async fn find(
        &self,
        _: &TenantId,
        _: &ClientId,
        _: Timestamp,
    ) -> Outcome<Option<RegisteredClient>> {
        unreachable!()
    }

    async fn documents_at(&self, _: &TenantId) -> Outcome<Option<Slug>> {
        unreachable!()
    }
}

#[test]
fn a_list_of_strangers_has_an_end() {
    let store = Endless(AtomicUsize::new(0));
    let tenant = TenantId::parse("main").unwrap();
    let found = ids(&store, &tenant).now_or_never().expect("no waiting");
    assert_eq!(found.unwrap().len(), MOST);
    assert_eq!(store.0.into_inner(), MOST / AT_ONCE as usize);
}
