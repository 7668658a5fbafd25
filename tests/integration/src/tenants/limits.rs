//! Limits of a tenant: held by all instances together, at next to no request to the table.

use std::sync::Arc;

use aws::dynamodb::estate::Setting;
use local::tenants::{self, Patience};
use protocol::{Seconds, Timestamp};
use provider::permits::Permits;
use provider::ports::{Admission, Taking};
use provider::tenant::{Limits, Tenant};
use tokio::task::JoinSet;

use crate::contract::stage::{NOW, Stage, at, tenant};
use crate::executor::SIGN_IN;
use crate::harness::exchange::Exchange;
use crate::harness::proxy::Failure;
use crate::harness::{Bench, header, json, summary};

const JWKS: &str = "/application/o/web/jwks/";
const SIGN_IN_PAGE: &str = "/if/flow/default-authentication-flow/";

/// Sets the limits of the bench's tenant.
pub(crate) async fn set(bench: &Bench, limits: &Limits) {
    let tenant = &bench.seeded.tenant.id;
    let set = tenants::set(&bench.backend, tenant, Setting::Limits(limits), bench.now());
    set.await.expect("sets");
}

/// A bench whose tenant has these limits.
async fn limited(limits: Limits) -> Bench {
    let bench = Bench::embedded().await;
    machine(&bench).tokens().await; // its account is there, and everything is in memory
    set(&bench, &limits).await;
    // To the beginning of a span of ten seconds.
    bench.wait(Seconds(40 - bench.now().unix() % 10));
    assert_eq!(bench.get(JWKS).await.status(), 200);
    bench.forget_calls();
    bench
}

fn machine(bench: &Bench) -> Exchange<'_> {
    Exchange::of(bench, "fast").with("grant_type", "client_credentials")
}

fn updates(bench: &Bench) -> usize {
    let (calls, _) = bench.take_calls();
    calls.iter().filter(|call| *call == "UpdateItem").count()
}

#[tokio::test]
async fn rfc6585_4_what_is_over_the_rate_is_told_when_to_come_back() {
    let bench = limited(Limits {
        token_rate: Some(2),
        ..Limits::default()
    })
    .await;
    for _ in 0..20 {
        assert_eq!(machine(&bench).send().await.status(), 200);
    }
    bench.wait(Seconds(4));
    bench.forget_calls();
    let answer = machine(&bench).send().await;
    let told = r#"429 cache-control: no-store retry-after: 6 {"error":"temporarily_unavailable","error_description":"too many requests; wait a while"}"#;
    assert_eq!(summary(&answer), told);
    machine(&bench).send().await;
    assert_eq!(
        updates(&bench),
        1,
        "then it is remembered that there are none"
    );
    assert_eq!(
        bench.get(JWKS).await.status(),
        200,
        "what is not limited goes on"
    );
    bench.wait(Seconds(6));
    assert_eq!(machine(&bench).send().await.status(), 200);
}

#[tokio::test]
async fn a_hot_request_costs_no_call_without_a_limit_and_about_none_with_one() {
    let bench = limited(Limits::default()).await;
    for _ in 0..50 {
        machine(&bench).send().await;
    }
    assert_eq!(updates(&bench), 0);
    let bench = limited(Limits {
        token_rate: Some(1_000),
        tokens_per_month: Some(1_000_000),
        ..Limits::default()
    })
    .await;
    for _ in 0..400 {
        assert_eq!(machine(&bench).send().await.status(), 200);
    }
    let calls = updates(&bench);
    assert!(calls <= 80, "{calls} calls for 400 requests and two limits");
    for _ in 0..400 {
        machine(&bench).send().await;
    }
    let calls = updates(&bench);
    assert!(calls <= 20, "{calls} calls for 400 more");
}

/// A page has several, and any site may show a logo.
#[tokio::test]
async fn pictures_are_no_sign_ins() {
    let bench = limited(Limits {
        sign_in_rate: Some(1),
        ..Limits::default()
    })
    .await;
    for _ in 0..30 {
        assert_eq!(bench.get("/media/none/").await.status(), 404);
    }
    for _ in 0..10 {
        assert_eq!(bench.get(SIGN_IN_PAGE).await.status(), 200);
    }
    assert_eq!(bench.get(SIGN_IN_PAGE).await.status(), 429);
}

#[tokio::test]
async fn what_was_counted_goes_with_a_tenant() {
    let bench = Bench::embedded().await;
    let tenant = &bench.seeded.tenant.id;
    let limits = Limits {
        tokens_per_month: Some(3),
        ..Limits::default()
    };
    let of = limits.of("token", local::clock::now())[0];
    let permits = bench.backend.stores.permits();
    assert_eq!(permits.take(tenant, &of, 3).await, Ok(Taking::Granted));
    tenants::delete(&bench.backend, tenant, Patience::None, &|_| {})
        .await
        .expect("removes");
    assert_eq!(permits.take(tenant, &of, 3).await, Ok(Taking::Granted));
}

#[tokio::test]
async fn a_quota_counts_answers_with_tokens_and_ends_with_the_month() {
    let bench = limited(Limits {
        tokens_per_month: Some(3),
        ..Limits::default()
    })
    .await;
    for _ in 0..5 {
        let wrong = machine(&bench).with("grant_type", "nonsense").send().await;
        assert_eq!(wrong.status(), 400);
    }
    for _ in 0..3 {
        assert_eq!(machine(&bench).send().await.status(), 200);
    }
    let answer = machine(&bench).send().await;
    assert_eq!(answer.status(), 429);
    let wait: i64 = header(&answer, "retry-after").parse().expect("seconds");
    assert!(wait > 0 && wait <= 31 * 86_400);
    bench.wait(Seconds(wait));
    assert_eq!(machine(&bench).send().await.status(), 200);
}

#[tokio::test]
async fn signing_in_has_a_rate_of_its_own() {
    let bench = limited(Limits {
        sign_in_rate: Some(1),
        ..Limits::default()
    })
    .await;
    let (page, program) = (
        format!("/if/flow/{SIGN_IN}/"),
        format!("/api/v3/flows/executor/{SIGN_IN}/?query="),
    );
    for _ in 0..10 {
        assert_eq!(bench.get(&page).await.status(), 200);
    }
    let answer = bench.get(&page).await;
    assert_eq!(answer.status(), 429);
    assert!(!header(&answer, "retry-after").is_empty());
    assert!(crate::harness::text(&answer).contains("Please try again in a moment"));
    let answer = bench.get(&program).await;
    assert_eq!(json(&answer)["detail"], "too many requests; wait a while");
    assert_eq!(machine(&bench).send().await.status(), 200);
}

/// A tenant that may have twenty tokens a month.
fn of_twenty_tokens() -> Tenant {
    Tenant {
        limits: Limits {
            tokens_per_month: Some(20),
            ..Limits::default()
        },
        ..tenant("a")
    }
}

/// Whoever is refused, from instances that end at once, leaves the quota as it was.
#[tokio::test]
async fn refused_requests_at_many_instances_cost_no_permit() {
    let stage = Stage::embedded().await;
    let tenant = of_twenty_tokens();
    for _ in 0..20 {
        let permits = Permits::new(stage.stores.permits());
        let answer = permits.admit(&tenant, "token", NOW).await;
        assert_eq!(answer, Ok(Admission::Admitted));
    }
    let of = tenant.limits.of("token", NOW)[0];
    let all = stage.stores.permits().take(&tenant.id, &of, 20).await;
    assert_eq!(all, Ok(Taking::Granted));
}

#[tokio::test]
async fn answers_at_many_instances_are_one_too_many_at_each_at_most() {
    let stage = Stage::embedded().await;
    let tenant = of_twenty_tokens();
    let mut answered = 0;
    for _ in 0..4 {
        let permits = Permits::new(stage.stores.permits());
        for _ in 0..15 {
            if permits.admit(&tenant, "token", NOW).await == Ok(Admission::Admitted) {
                permits.settle(&tenant, "token", NOW).await.expect("counts");
                answered += 1;
            }
        }
    }
    assert!((18..=24).contains(&answered), "{answered} of 20");
}

fn ten_a_second() -> Tenant {
    Tenant {
        limits: Limits {
            token_rate: Some(10),
            ..Limits::default()
        },
        ..tenant("a")
    }
}

/// How many of so many tries are admitted, of many instances at once.
async fn admitted(stage: &Stage, instances: usize, tries: usize, now: Timestamp) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..instances {
        let permits = Arc::new(Permits::new(stage.stores.permits()));
        for _ in 0..4 {
            let (permits, tenant) = (Arc::clone(&permits), ten_a_second());
            tasks.spawn(async move {
                let mut admitted = 0;
                for _ in 0..tries / 4 {
                    let answer = permits.admit(&tenant, "token", now).await.expect("answers");
                    admitted += usize::from(answer == Admission::Admitted);
                }
                admitted
            });
        }
    }
    tasks.join_all().await.into_iter().sum()
}

#[tokio::test]
async fn however_many_race_they_never_get_more_than_the_limit() {
    let stage = Stage::dynamodb_local().await;
    for round in 0..4 {
        let now = at(round * 10);
        let all = admitted(&stage, 12, 40, now).await;
        assert!(all <= 100, "{all} of a limit of 100");
        assert!(all >= 60, "{all}: few are lost with those who hold them");
    }
}

#[tokio::test]
async fn a_lost_answer_loses_permits_and_never_makes_more() {
    let stage = Stage::embedded().await;
    let permits = stage.stores.permits();
    let of = ten_a_second().limits.of("token", NOW)[0];
    stage.proxy.fail("UpdateItem", Failure::Lost, 1);
    let taken = permits.take(&stage.tenant, &of, 30).await;
    assert_eq!(taken, Ok(Taking::Granted));
    assert_eq!(
        permits.take(&stage.tenant, &of, 100).await,
        Ok(Taking::Left(40))
    );
    assert_eq!(
        permits.take(&stage.tenant, &of, 41).await,
        Ok(Taking::Left(40))
    );
    assert_eq!(
        permits.take(&stage.tenant, &of, 40).await,
        Ok(Taking::Granted)
    );
    assert_eq!(
        permits.take(&stage.tenant, &of, 1).await,
        Ok(Taking::Left(0))
    );
    let other = provider::tenant::Limits {
        token_rate: Some(10),
        ..Limits::default()
    };
    let next = other.of("token", NOW + Seconds(10))[0];
    assert_eq!(
        permits.take(&stage.tenant, &next, 1).await,
        Ok(Taking::Granted)
    );
}
