//! How often the table is asked, and what is given out.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use super::*;
use crate::scripts::testing::tenant;
use crate::tenant::Limits;

/// Gives out so many, and counts how often it is asked.
struct Purse {
    left: Mutex<u64>,
    asked: AtomicU64,
}

#[async_trait]
impl PermitStore for Purse {
    async fn take(&self, _: &TenantId, _: &Allowance, wanted: u64) -> Outcome<Taking> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut left = self.left.lock().unwrap();
        if *left < wanted {
            return Ok(Taking::Left(*left));
        }
        *left -= wanted;
        Ok(Taking::Granted)
    }
}

fn purse(left: u64) -> Arc<Purse> {
    Arc::new(Purse {
        left: Mutex::new(left),
        asked: AtomicU64::new(0),
    })
}

fn limited(limits: Limits) -> Tenant {
    Tenant {
        limits,
        ..(*tenant()).clone()
    }
}

const NOW: Timestamp = Timestamp::from_unix(2_000_000_000);

async fn admitted(permits: &Permits, tenant: &Tenant, tries: usize, now: Timestamp) -> usize {
    let mut admitted = 0;
    for _ in 0..tries {
        let answer = permits.admit(tenant, "token", now).await.unwrap();
        admitted += usize::from(answer == Admission::Admitted);
    }
    admitted
}

#[tokio::test]
async fn a_tenant_without_limits_is_admitted_without_asking() {
    let purse = purse(0);
    let permits = Permits::new(Arc::clone(&purse) as _);
    let free = limited(Limits::default());
    assert_eq!(admitted(&permits, &free, 10, NOW).await, 10);
    assert_eq!(purse.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_over_the_limit_waits_for_the_next_span_and_asks_nobody() {
    let purse = purse(100);
    let permits = Permits::new(Arc::clone(&purse) as _);
    let ten = limited(Limits {
        token_rate: Some(10),
        ..Limits::default()
    });
    assert_eq!(admitted(&permits, &ten, 300, NOW).await, 100, "to the last");
    let asked = purse.asked.swap(0, Ordering::SeqCst);
    assert!(asked < 30, "{asked} requests for a hundred permits");
    let refused = permits.admit(&ten, "token", NOW + Seconds(3)).await;
    assert_eq!(refused, Ok(Admission::Wait(Seconds(7))));
    assert_eq!(purse.asked.load(Ordering::SeqCst), 0, "it is remembered");
    *purse.left.lock().unwrap() = 100;
    assert_eq!(admitted(&permits, &ten, 5, NOW + Seconds(10)).await, 5);
}

fn a_month(limit: u64) -> Tenant {
    limited(Limits {
        tokens_per_month: Some(limit),
        ..Limits::default()
    })
}

/// How many of so many tries are answered with tokens.
async fn answered(permits: &Permits, tenant: &Tenant, tries: usize) -> usize {
    let mut answered = 0;
    for _ in 0..tries {
        if admitted(permits, tenant, 1, NOW).await == 1 {
            permits.settle(tenant, "token", NOW).await.unwrap();
            answered += 1;
        }
    }
    answered
}

#[tokio::test]
async fn a_quota_is_spent_by_answers_with_tokens_alone() {
    for limit in [1, 2, 3, 20, 57, 300] {
        let purse = purse(limit);
        let permits = Permits::new(Arc::clone(&purse) as _);
        let tenant = a_month(limit);
        // They are refused for another reason.
        assert_eq!(admitted(&permits, &tenant, 500, NOW).await, 500);
        assert_eq!(purse.asked.load(Ordering::SeqCst), 0, "and cost nothing");
        let all = answered(&permits, &tenant, 500).await;
        assert_eq!(all as u64, limit);
        assert_eq!(*purse.left.lock().unwrap(), 0);
        let asked = purse.asked.swap(0, Ordering::SeqCst);
        assert!(asked <= 30 + limit / 5, "{asked} requests for {limit}");
        assert_eq!(answered(&permits, &tenant, 5).await, 0);
        assert_eq!(purse.asked.load(Ordering::SeqCst), 0, "it is remembered");
    }
}

#[tokio::test]
async fn an_instance_that_is_new_gives_one_answer_before_it_knows_that_there_are_none() {
    let purse = purse(0);
    for _ in 0..3 {
        let permits = Permits::new(Arc::clone(&purse) as _);
        assert_eq!(answered(&permits, &a_month(10), 5).await, 1);
    }
}

#[tokio::test]
async fn a_limit_that_is_raised_holds_at_once() {
    let purse = purse(2);
    let permits = Permits::new(Arc::clone(&purse) as _);
    assert_eq!(answered(&permits, &a_month(2), 5).await, 2);
    *purse.left.lock().unwrap() = 3;
    assert_eq!(answered(&permits, &a_month(2), 5).await, 0, "the same");
    assert_eq!(answered(&permits, &a_month(5), 5).await, 3);
    let rate = |rate| {
        limited(Limits {
            token_rate: Some(rate),
            ..Limits::default()
        })
    };
    *purse.left.lock().unwrap() = 10;
    assert_eq!(admitted(&permits, &rate(1), 15, NOW).await, 10);
    *purse.left.lock().unwrap() = 10;
    assert_eq!(admitted(&permits, &rate(2), 15, NOW).await, 10);
}

#[tokio::test]
async fn of_many_tenants_few_are_held_in_memory() {
    let permits = Permits::new(purse(u64::MAX) as _);
    for number in 0..3_000 {
        let mut one = limited(Limits {
            token_rate: Some(10),
            ..Limits::default()
        });
        one.id = TenantId::parse(&format!("t{number}")).unwrap();
        assert_eq!(admitted(&permits, &one, 1, NOW).await, 1);
    }
    assert!(permits.held.lock().unwrap().len() <= MOST);
}
