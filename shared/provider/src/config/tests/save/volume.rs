//! More than one transaction takes.

use super::*;

#[test]
fn clients_that_do_not_fit_into_one_transaction_follow_at_once() {
    let bench = Bench::many(120);
    let before = bench.writes();
    bench.save([renamed()]).unwrap();
    assert_eq!(bench.with_new_text(), 121);
    assert_eq!(
        bench.writes() - before,
        4,
        "the object, then 49 clients a time"
    );
    bench.store.look(|it| assert!(it.repairs.is_empty()));
}

#[test]
fn an_interrupted_change_is_finished_by_the_next_save() {
    for after in 1..4 {
        let bench = Bench::many(120);
        bench.store.look(|it| it.breaks_after = Some(after));
        let broken = bench.save([renamed()]);
        assert!(matches!(
            broken,
            Err(SaveError::Port(PortError::Unavailable(_)))
        ));
        assert!(bench.with_new_text() < 121);
        bench.store.look(|it| it.breaks_after = None);
        bench.save([policy(31, "something else").into()]).unwrap();
        assert_eq!(bench.with_new_text(), 121, "after {after} writes");
        bench.store.look(|it| assert!(it.repairs.is_empty()));
    }
}

#[test]
fn finishing_does_not_overwrite_what_was_saved_since() {
    let bench = Bench::many(120);
    // While clients are written, somebody else binds a policy to one of them.
    let other = Object::from(Application {
        name: "By another".into(),
        ..application(110)
    });
    bench
        .store
        .look(|it| it.others = [None, Some(other)].into());
    bench.save([renamed()]).unwrap();
    assert_eq!(bench.with_new_text(), 121);
    assert_eq!(bench.client(110).unwrap().name, "By another");
}

#[test]
fn a_change_that_is_too_large_is_refused_whole() {
    let bench = Bench::usual();
    let policies = (0..60).map(|number| policy(100 + number, &format!("p{number}")).into());
    let Err(SaveError::Wrong(problems)) = bench.save(policies) else {
        panic!("too much");
    };
    assert!(
        problems
            .to_string()
            .contains("121 items, and 100 is the most"),
        "{problems}"
    );
    assert_eq!(bench.writes(), 1);
}

#[test]
fn everything_can_be_compiled_anew() {
    let bench = Bench::many(60);
    bench.store.look(|it| {
        it.ids.clear();
        it.slugs.clear();
    });
    now(bench.service.refresh(&tenant().id)).unwrap();
    assert_eq!(
        bench.store.look(|it| (it.ids.len(), it.slugs.len())),
        (61, 61)
    );
}

#[test]
fn a_flow_that_is_too_large_for_one_item_is_refused_by_its_name() {
    let bench = Bench::usual();
    let large = |number: u128, bytes: usize| ExpressionPolicy {
        expression: "x".repeat(bytes),
        ..policy(number, &format!("large {number}"))
    };
    let bound = |number: u128, to: u128| {
        let bound = Bound::Policy(id(number));
        PolicyBinding {
            target: id(61),
            ..binding(to, 7, bound)
        }
    };
    let fits = [
        large(31, 100_000).into(),
        large(32, 100_000).into(),
        bound(31, 41).into(),
        bound(32, 42).into(),
    ];
    bench.save(fits).unwrap();
    let before = bench.writes();
    // Neither the flow nor what binds it is changed: one policy alone grows.
    let Err(SaveError::Wrong(problems)) = bench.save([large(31, 200_000).into()]) else {
        panic!("too large");
    };
    let text = problems.to_string();
    let flow = format!("flow {}", crate::flow::EXPLICIT_CONSENT);
    assert!(
        text.contains(&flow) && text.contains("300000 is the most"),
        "{text}"
    );
    assert_eq!(bench.writes(), before);
}
