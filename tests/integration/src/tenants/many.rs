//! Many tenants on one table: each costs what the first one does.

use aws::Ports as _;
use http::Method;
use protocol::{Seconds, TenantId};
use provider::job::Job as _;
use provider::tenant::Tenant;

use crate::budget::{cost, spent};
use crate::harness::{Bench, configure, json, request};

/// How many, beside the bench's own.
const MANY: usize = 300;

/// The bench's own.
const OWN: usize = 1;

fn host(number: usize) -> String {
    format!("t{number}.example")
}

/// A bench with so many more tenants, which have an application each.
async fn crowded(many: usize) -> Bench {
    let bench = Bench::embedded().await;
    let client = configure::seeded(&bench, "fast");
    let stores = &bench.backend.stores;
    for number in 0..many {
        let tenant = Tenant {
            id: TenantId::parse(&format!("t{number}")).expect("a name"),
            base_url: format!("https://{}", host(number)),
            ..bench.seeded.tenant.clone()
        };
        let put = stores.registry().put_tenant(&tenant, &[host(number)]).await;
        assert_eq!(put, Ok(true));
        configure::write(stores, &tenant.id, &client).await;
    }
    bench.forget_calls();
    bench
}

async fn key_set(bench: &Bench, number: usize) -> provider::http::Response {
    let mut asked = request(Method::GET, "/application/o/fast/jwks/", "");
    let host = host(number).parse().expect("a header");
    asked.headers_mut().insert(http::header::HOST, host);
    bench.send(asked).await
}

#[tokio::test]
async fn a_request_costs_the_same_whichever_of_many_tenants_it_is_for() {
    let bench = crowded(MANY).await;
    let first = json(&key_set(&bench, 0).await);
    bench.wait(Seconds(30));
    bench.forget_calls();
    for number in 0..MANY {
        assert_eq!(json(&key_set(&bench, number).await), first);
        assert_eq!(
            spent(&bench),
            cost(&["GetItem", "GetItem"], 2),
            "{number} cold"
        );
    }
    for number in 0..MANY {
        key_set(&bench, number).await;
        assert_eq!(spent(&bench), cost(&[], 0), "{number} warm");
    }
}

/// The calls of the hourly job over all tenants.
async fn rotation(bench: &Bench) -> usize {
    let scripts = bench
        .backend
        .scripts(std::sync::Arc::clone(&bench.backend.engine));
    let job = bench.backend.rotate_keys(&scripts);
    bench.forget_calls();
    job.run(bench.now()).await.expect("goes through all");
    let (dynamodb, kms) = bench.take_calls();
    assert_eq!(kms, [""; 0], "nobody's keys are due");
    dynamodb.len()
}

#[tokio::test]
async fn the_hourly_job_costs_one_call_for_each_tenant_whose_keys_do_not_rotate() {
    // One for each, and one for each hundred of the list and for its end.
    assert_eq!(rotation(&crowded(40).await).await, 40 + OWN + 2);
    assert_eq!(rotation(&crowded(260).await).await, 260 + OWN + 4);
}
