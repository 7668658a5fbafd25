//! What is too large for one item.

use super::*;
use crate::ports::{MOST_CLIENT_BYTES, MOST_OBJECT_BYTES};

fn wrong(saved: Result<Config, SaveError>) -> (ObjectKind, String, &'static str, String) {
    let Err(SaveError::Wrong(problems)) = saved else {
        panic!("it is too large");
    };
    let [problem] = problems.0.as_slice() else {
        panic!("one problem: {problems}");
    };
    let problem = problem.clone();
    (problem.kind, problem.id, problem.field, problem.message)
}

fn long(number: u128, bytes: usize) -> ExpressionPolicy {
    ExpressionPolicy {
        expression: "x".repeat(bytes),
        ..policy(number, &format!("long {number}"))
    }
}

/// A provider with redirect URIs of so many bytes.
fn with_uris(pk: u64, bytes: usize) -> Provider {
    let uri = |number| RedirectRule {
        matching_mode: MatchingMode::Strict,
        url: format!("https://rp.example/{number}/{}", "x".repeat(1_900)),
    };
    Provider {
        redirect_uris: (0..bytes / 1_900).map(uri).collect(),
        ..provider(pk, &[11])
    }
}

#[test]
fn a_client_that_is_too_large_for_one_item_is_refused_at_the_list_that_makes_it_so() {
    let bench = Bench::usual();
    bench.save([with_uris(7, 200_000).into()]).unwrap();
    let before = bench.writes();
    let (kind, id, field, message) = wrong(bench.save([with_uris(7, 310_000).into()]));
    assert_eq!(
        (kind, id, field),
        (ObjectKind::Provider, provider_id(7), "redirect_uris")
    );
    let most = format!("{MOST_CLIENT_BYTES} is the most");
    assert!(message.contains(&most), "{message}");
    assert_eq!(bench.writes(), before);
}

#[test]
fn policies_that_make_a_client_too_large_are_told_at_its_application() {
    let bench = Bench::usual();
    let bound = |number| binding(10 + number, 7, Bound::Policy(id(number)));
    let both = [31, 32].map(|number| [long(number, 100_000).into(), bound(number).into()]);
    bench.save(both.into_iter().flatten()).unwrap();
    // Nothing of the client is changed by itself: one policy alone grows.
    let (kind, id, field, _) = wrong(bench.save([long(31, 250_000).into()]));
    assert_eq!(
        (kind, id, field),
        (ObjectKind::Application, id_of(7), "non_field_errors")
    );
}

fn id_of(pk: u64) -> String {
    application(pk).id.to_string()
}

#[test]
fn an_object_that_is_too_large_for_one_item_is_refused() {
    let bench = Bench::usual();
    bench
        .save([long(31, MOST_OBJECT_BYTES - 1_000).into()])
        .unwrap();
    let (kind, its, _, message) = wrong(bench.save([long(31, MOST_OBJECT_BYTES).into()]));
    assert_eq!((kind, its), (ObjectKind::Policy, id(31).to_string()));
    let most = format!("{MOST_OBJECT_BYTES} is the most");
    assert!(message.contains(&most), "{message}");
}

#[test]
fn many_large_objects_at_once_are_refused_whole() {
    let bench = Bench::usual();
    let many = (0..11).map(|number| long(100 + number, 300_000).into());
    let (.., message) = wrong(bench.save(many));
    assert!(message.contains("3000000 is the most"), "{message}");
}

/// What an earlier build took: a client and a flow that do not fit, written past the checks, and compiled as they were.
fn outgrown() -> Bench {
    let bench = Bench::many(60);
    bench
        .save([
            long(31, 1_000).into(),
            binding(41, 107, Bound::Policy(id(31))).into(),
        ])
        .unwrap();
    let to_flow = PolicyBinding {
        target: id(61),
        ..binding(42, 7, Bound::Policy(id(31)))
    };
    bench.save([to_flow.into()]).unwrap();
    bench.store.look(|it| {
        let grown = Object::from(long(31, 320_000)).document(2).unwrap();
        it.documents.insert((grown.kind, grown.id.clone()), grown);
        it.revision += 1;
    });
    bench
}

#[test]
fn what_has_outgrown_its_item_stays_as_it_was_and_does_not_hold_up_the_rest() {
    let bench = outgrown();
    let flow = crate::flow::EXPLICIT_CONSENT;
    let before = bench.client(107).unwrap().policies;
    bench.store.look(|it| {
        it.ids.retain(|id, _| id == "client-107");
        it.slugs.retain(|slug, _| slug == "app-107");
        it.flows.retain(|slug, _| slug == flow);
    });
    now(bench.service.refresh(&tenant().id)).unwrap();
    let (clients, flows) = bench.store.look(|it| (it.ids.len(), it.flows.len()));
    assert_eq!((clients, flows), (61, 4), "the others are compiled");
    assert_eq!(bench.client(107).unwrap().policies, before);
    let bytes = |it: &crate::flow::Flow| serde_json::to_vec(it).unwrap().len();
    assert!(bench.store.look(|it| bytes(&it.flows[flow])) < 10_000);
    assert!(bench.client(106).is_some() && bench.client(108).is_some());
}

#[test]
fn what_has_outgrown_its_item_can_be_made_small_again() {
    let bench = outgrown();
    bench.save([long(31, 2_000).into()]).unwrap();
    let target = &bench.client(107).unwrap().policies.bindings[0].target;
    let crate::policy::Target::Policy(policy) = target else {
        panic!("a policy");
    };
    assert_eq!(policy.expression.len(), 2_000);
}

#[test]
fn a_repair_that_names_what_has_outgrown_its_item_is_finished() {
    let bench = outgrown();
    let left = crate::ports::Repair {
        id: id(900),
        providers: vec![107, 108],
        flows: vec![slug(crate::flow::EXPLICIT_CONSENT)],
    };
    bench.store.look(|it| it.repairs.push(left));
    bench.save([policy(32, "something else").into()]).unwrap();
    bench.store.look(|it| assert!(it.repairs.is_empty()));
}
