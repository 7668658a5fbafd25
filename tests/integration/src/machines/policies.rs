//! The application's policies, before there are tokens (reference §3.5, §9.2).

use protocol::Seconds;
use provider::group::{Group, GroupId};
use provider::policy::{Binding, EngineMode, PolicySet, Target};
use provider::ports::Intent;
use provider::user::Membership;
use serde_json::Map;
use uuid::Uuid;

use super::{account_name, ada, by_secret, found, give, naming, reconfigure, refused};
use crate::harness::{Bench, people};

const REFUSED: &str = "the application's policies refuse";

/// An application for the members of a group.
async fn for_a_group(bench: &Bench) -> Membership {
    let group = Group {
        id: GroupId(Uuid::new_v4()),
        name: "deployers".to_owned(),
        is_superuser: false,
        parent: None,
        attributes: Map::new(),
        version: 1,
    };
    let tenant = &bench.seeded.tenant.id;
    let written = bench
        .backend
        .stores
        .groups()
        .put(tenant, &group, None)
        .await;
    assert_eq!(written, Ok(true));
    reconfigure(bench, "fast", |client| {
        client.policies = PolicySet {
            mode: EngineMode::Any,
            bindings: vec![Binding {
                id: Uuid::new_v4(),
                order: 0,
                enabled: true,
                negate: false,
                timeout: Seconds(30),
                failure_result: false,
                target: Target::Group(group.id),
            }],
        };
    })
    .await;
    Membership {
        id: group.id,
        name: group.name,
    }
}

#[tokio::test]
async fn reference_3_5_an_application_of_a_group_needs_the_account_in_it() {
    let bench = Bench::embedded().await;
    let group = for_a_group(&bench).await;
    assert_eq!(refused(&by_secret(&bench, "fast")).await, REFUSED);
    let name = account_name(&bench, "fast").await;
    assert!(
        found(&bench, &name).await.is_some(),
        "it is there to be added"
    );
    people::change(&bench, &name, |user| user.subject.groups.push(group)).await;
    bench.wait(Seconds(30));
    by_secret(&bench, "fast").tokens().await;
}

#[tokio::test]
async fn a_member_who_left_gets_nothing_even_while_the_membership_is_in_memory() {
    let bench = Bench::embedded().await;
    let group = for_a_group(&bench).await;
    refused(&by_secret(&bench, "fast")).await;
    let name = account_name(&bench, "fast").await;
    people::change(&bench, &name, |user| user.subject.groups.push(group)).await;
    bench.wait(Seconds(30));
    by_secret(&bench, "fast").tokens().await;
    people::change(&bench, &name, |user| user.subject.groups.clear()).await;
    // The write finds that the account changed; it is read again, and the policies are asked again.
    assert_eq!(refused(&by_secret(&bench, "fast")).await, REFUSED);
}

#[tokio::test]
async fn reference_3_5_a_user_with_an_app_password_is_judged_as_themselves() {
    let bench = Bench::embedded().await;
    let group = for_a_group(&bench).await;
    give(&bench, &ada(&bench).await, Intent::AppPassword, "k").await;
    let exchange = naming(&bench, "fast")
        .with("username", "ada")
        .with("password", "k");
    assert_eq!(refused(&exchange).await, REFUSED);
    people::change(&bench, "ada", |user| user.subject.groups.push(group)).await;
    exchange.tokens().await;
}
