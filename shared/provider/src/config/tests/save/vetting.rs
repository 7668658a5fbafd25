//! What takes more than a look.

use protocol::UserId;
use serde_json::json;

use super::*;
use crate::group::GroupId;
use crate::scripts::testing::{group_id, person, says};

#[test]
fn an_expression_that_cannot_be_run_is_refused_with_its_line() {
    let bench = Bench::usual();
    let writes = bench.writes();
    let bad = mapping(13, "x", "x", "a = 1\nbad()\nreturn {}");
    let mut policy = policy(31, "p");
    policy.expression = "bad".into();
    let Err(SaveError::Wrong(problems)) = bench.save([bad.into(), policy.into()]) else {
        panic!("refused");
    };
    let text =
        "mapping x: expression: line 2: no such thing; policy p: expression: line 1: no such thing";
    assert_eq!(problems.to_string(), text);
    assert_eq!(bench.writes(), writes);
    let down = bench.save([mapping(13, "x", "x", "unavailable").into()]);
    assert!(
        matches!(down, Err(SaveError::Port(PortError::Unavailable(_)))),
        "says nothing of the expression"
    );
}

#[test]
fn a_mapping_is_tried_once_for_the_claims_it_announces() {
    let world = World::default().with("return A", says(json!({"roles": [], "sub": "x"})));
    let bench = Bench::over(world);
    bench.save(usual()).unwrap();
    let mut own = mapping(13, "x", "x", "return A");
    bench
        .store
        .look(|it| it.others = [None, Some(policy(31, "p").into())].into());
    bench
        .save([own.clone().into(), provider(7, &[13]).into()])
        .unwrap();
    own.description = "Else".into();
    bench.save([own.clone().into()]).unwrap();
    assert_eq!(
        bench.world.ran.lock().unwrap().len(),
        1,
        "not again where it has not changed"
    );
    let announced = bench.client(7).unwrap().claims_supported;
    assert_eq!(announced[9..], ["roles"]);
    own.expression = "return B".into();
    bench.save([own.into()]).unwrap();
    assert_eq!(
        bench.client(7).unwrap().claims_supported.len(),
        9,
        "one that fails announces nothing"
    );
}

#[test]
fn whom_a_binding_names_exists() {
    let ada = person("ada", &[]);
    let world = World {
        people: vec![ada.clone()],
        ..World::default()
    }
    .group("staff", None);
    let bench = Bench::over(world);
    bench.save(usual()).unwrap();
    let known = [Bound::User(ada.subject.id), Bound::Group(group_id("staff"))];
    for (number, bound) in (41..).zip(known) {
        bench.save([binding(number, 7, bound).into()]).unwrap();
    }
    for (bound, text) in [
        (
            Bound::User(UserId::from_random([9; 16])),
            "user: there is no user",
        ),
        (Bound::Group(GroupId(id(9))), "group: there is no group"),
    ] {
        let Err(SaveError::Wrong(problems)) = bench.save([binding(43, 7, bound).into()]) else {
            panic!("refused");
        };
        assert!(problems.to_string().contains(text), "{problems}");
    }
}
