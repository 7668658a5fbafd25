//! The policy engine's truth table (reference §9.2), and what it says and leaves behind.

mod flows;
mod told;

use std::sync::Arc;

use protocol::Seconds;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::policy::PolicySet;
use crate::script::Failure;
use crate::scripts::testing::{
    Does, World, call, client, group_id, now, person, policy, raises, request, says,
};

fn binding(target: Target) -> Binding {
    Binding {
        id: Uuid::nil(),
        order: 0,
        enabled: true,
        negate: false,
        timeout: Seconds(30),
        failure_result: false,
        target,
    }
}

fn expression(source: &str) -> Binding {
    binding(Target::Policy(policy(source, source)))
}

/// Engines that pass, refuse and fail.
fn world() -> World {
    World::default()
        .with("yes", says(json!(true)))
        .with("no", says(json!(null)))
        .with("raises", raises())
}

fn set(mode: EngineMode, bindings: Vec<Binding>) -> PolicySet {
    PolicySet { mode, bindings }
}

fn rule(world: &Arc<World>, set: PolicySet, user: Option<&User>) -> Ruling {
    let (client, request) = (client(Vec::new(), set), request());
    let policies = Policies::new(world.scripts());
    let context = Map::from_iter([("oauth_scopes".to_owned(), json!(["openid"]))]);
    now(policies.decide(&call(&request), &client, user, context)).unwrap()
}

fn admits(world: World, mode: EngineMode, bindings: Vec<Binding>, user: &User) -> bool {
    rule(&Arc::new(world), set(mode, bindings), Some(user)) == Ruling::Pass
}

#[test]
fn without_bindings_that_count_everybody_passes() {
    let ada = person("ada", &[]);
    let off = Binding {
        enabled: false,
        ..expression("no")
    };
    for mode in [EngineMode::Any, EngineMode::All] {
        assert!(admits(world(), mode, Vec::new(), &ada));
        assert!(admits(world(), mode, vec![off.clone()], &ada));
        assert_eq!(
            rule(&Arc::new(world()), set(mode, Vec::new()), None),
            Ruling::Pass
        );
    }
}

/// What one enabled expression binding comes to.
fn expected(source: &str, negate: bool, failure_result: bool) -> bool {
    match source {
        "yes" => !negate,
        "no" => negate,
        _ => failure_result, // not turned round
    }
}

#[test]
fn truth_table_of_mode_negate_failure_and_enabled() {
    let ada = person("ada", &[]);
    let mut cases = 0;
    let flags = [false, true];
    for first in ["yes", "no", "raises"] {
        for second in ["yes", "no", "raises"] {
            for bits in 0..64_u32 {
                let flag = |bit: u32| flags[usize::from(bits & (1 << bit) != 0)];
                let make = |source: &str, at: u32| Binding {
                    negate: flag(at),
                    failure_result: flag(at + 1),
                    enabled: flag(at + 2),
                    ..expression(source)
                };
                let (a, b) = (make(first, 0), make(second, 3));
                let counted: Vec<bool> = [(first, &a), (second, &b)]
                    .into_iter()
                    .filter(|(_, binding)| binding.enabled)
                    .map(|(source, binding)| {
                        expected(source, binding.negate, binding.failure_result)
                    })
                    .collect();
                let both = vec![a, b];
                let any = counted.is_empty() || counted.contains(&true);
                let all = !counted.contains(&false);
                let told = format!("{first} {second} {bits:06b}");
                assert_eq!(
                    admits(world(), EngineMode::Any, both.clone(), &ada),
                    any,
                    "any {told}"
                );
                assert_eq!(
                    admits(world(), EngineMode::All, both, &ada),
                    all,
                    "all {told}"
                );
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 576);
}

#[test]
fn what_the_sandbox_had_to_stop_never_passes() {
    let ada = person("ada", &[]);
    let stopped = [
        Failure::TimedOut { limit_ms: 200 },
        Failure::Exceeded {
            what: "memory".into(),
        },
        Failure::Unavailable { why: "gone".into() },
    ];
    for failure in stopped {
        for (negate, failure_result) in [(false, false), (true, false), (false, true), (true, true)]
        {
            let bad = Binding {
                negate,
                failure_result,
                ..expression("bad")
            };
            for mode in [EngineMode::Any, EngineMode::All] {
                let world = World::default().with("bad", Does::Fails(failure.clone()));
                assert!(!admits(world, mode, vec![bad.clone()], &ada), "{failure}");
            }
        }
    }
}

#[test]
fn what_calls_a_policy_that_the_sandbox_had_to_stop_never_passes_either() {
    let ada = person("ada", &[]);
    for (negate, failure_result) in [(false, false), (true, false), (false, true), (true, true)] {
        let caller = Binding {
            negate,
            failure_result,
            ..expression("caller")
        };
        let stopped = Failure::TimedOut { limit_ms: 200 };
        let mut world = World::default()
            .with("caller", Does::Calls("locked"))
            .with("locked", Does::Fails(stopped));
        world.policies = vec![policy("locked", "locked")];
        assert!(!admits(world, EngineMode::All, vec![caller], &ada));
    }
}

#[test]
fn what_cannot_read_its_answer_never_passes() {
    let ada = person("ada", &[]);
    let caller = Binding {
        negate: true,
        failure_result: true,
        ..expression("caller")
    };
    for asks in [
        Does::Calls("locked"),
        Does::Finds(json!({"username": "bob"})),
    ] {
        let mut world = World::default().with("caller", asks);
        world.broken = Some(PortError::Unavailable("gone".to_owned()));
        assert!(!admits(world, EngineMode::All, vec![caller.clone()], &ada));
    }
}

#[test]
fn bindings_run_in_ascending_order_and_all_of_them() {
    let world = Arc::new(world());
    let at = |order, source: &str| Binding {
        order,
        ..expression(source)
    };
    let bindings = vec![at(5, "yes"), at(-1, "no"), at(2, "raises")];
    let ruling = rule(
        &world,
        set(EngineMode::Any, bindings),
        Some(&person("ada", &[])),
    );
    assert_eq!(ruling, Ruling::Pass);
    let ran: Vec<String> = world
        .ran
        .lock()
        .unwrap()
        .iter()
        .map(|run| run.source.clone())
        .collect();
    assert_eq!(ran, ["no", "raises", "yes"]);
}

#[test]
fn a_group_is_joined_through_its_descendants() {
    let world = || {
        World::default()
            .group("company", None)
            .group("staff", Some("company"))
            .group("ops", Some("staff"))
            .group("guests", None)
    };
    let bound = |name| vec![binding(Target::Group(group_id(name)))];
    let ada = person("ada", &["ops"]);
    for (name, member) in [
        ("ops", true),
        ("staff", true),
        ("company", true),
        ("guests", false),
    ] {
        assert_eq!(
            admits(world(), EngineMode::All, bound(name), &ada),
            member,
            "{name}"
        );
        let negated = bound(name).into_iter().map(|binding| Binding {
            negate: true,
            ..binding
        });
        assert_eq!(
            admits(world(), EngineMode::All, negated.collect(), &ada),
            !member,
            "{name}"
        );
    }
    let boss = person("boss", &["company"]);
    assert!(
        !admits(world(), EngineMode::All, bound("ops"), &boss),
        "a parent is no member of its child"
    );
    let world = Arc::new(world());
    let nobody = rule(&world, set(EngineMode::All, bound("company")), None);
    assert_eq!(nobody, Ruling::Denied(Refusal::default()));
    assert!(world.ran.lock().unwrap().is_empty(), "no interpreter");
}

#[test]
fn ancestors_are_followed_to_depth_20_and_a_cycle_ends() {
    let names: Vec<String> = (0..=22).map(|at| format!("g{at}")).collect();
    let chain = || {
        names
            .windows(2)
            .fold(World::default().group("g22", None), |world, pair| {
                world.group(&pair[0], Some(&pair[1]))
            })
    };
    let ada = person("ada", &["g0"]);
    let bound = |name: &str| vec![binding(Target::Group(group_id(name)))];
    assert!(admits(chain(), EngineMode::All, bound("g20"), &ada));
    assert!(!admits(chain(), EngineMode::All, bound("g21"), &ada));
    let cycle = || {
        World::default()
            .group("g0", Some("g1"))
            .group("g1", Some("g0"))
            .group("other", Some("other"))
    };
    assert!(admits(cycle(), EngineMode::All, bound("g1"), &ada));
    assert!(!admits(cycle(), EngineMode::All, bound("other"), &ada));
}

#[test]
fn a_group_that_is_gone_has_no_members() {
    let ada = person("ada", &["gone"]);
    let bound = vec![binding(Target::Group(group_id("gone")))];
    assert!(!admits(World::default(), EngineMode::Any, bound, &ada));
}

#[test]
fn a_user_binding_is_for_that_user() {
    let (ada, bob) = (person("ada", &[]), person("bob", &[]));
    let bound = || vec![binding(Target::User(ada.subject.id))];
    assert!(admits(World::default(), EngineMode::All, bound(), &ada));
    assert!(!admits(World::default(), EngineMode::All, bound(), &bob));
}

#[test]
fn with_any_a_group_makes_a_scope_policy_irrelevant_and_with_all_it_does_not() {
    let world = || world().group("staff", None);
    let both = || vec![binding(Target::Group(group_id("staff"))), expression("no")];
    let ada = person("ada", &["staff"]);
    assert!(admits(world(), EngineMode::Any, both(), &ada));
    assert!(!admits(world(), EngineMode::All, both(), &ada));
}
