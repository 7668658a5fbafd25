//! Long changes are cut into parts, and no part lets anybody in whom the whole keeps out.

use super::super::parts::{Part, parts};
use super::save::Bench;
use super::*;
use crate::flow::stage::TotpSettings;
use crate::group::GroupId;
use crate::ports::ObjectKind;
use crate::scripts::testing::{now, tenant};

fn put(object: impl Into<Object>) -> Change {
    Change::put(object)
}

fn gone(kind: ObjectKind, id: Uuid) -> Change {
    let (id, expect) = (id.to_string(), Expect::Any);
    Change::Remove { kind, id, expect }
}

/// The ids of the objects of each part.
fn ids(parts: &[Part]) -> Vec<Vec<String>> {
    let ids = |part: &Part| part.changes.iter().map(|it| it.place().1).collect();
    parts.iter().map(ids).collect()
}

/// In which part an object is.
fn part_of(parts: &[Part], kind: ObjectKind, id: Uuid) -> usize {
    let place = (kind, id.to_string());
    let mut found = (0..parts.len()).filter(|at| {
        let mut changes = parts[*at].changes.iter();
        changes.any(|change| change.place() == place)
    });
    let part = found.next().expect("in a part");
    assert_eq!(found.next(), None, "{place:?} is in one part alone");
    part
}

/// What there is after each part.
fn after_each(base: &Config, parts: &[Part]) -> Vec<Config> {
    let mut config = base.clone();
    let after = parts.iter().map(|part| {
        for change in &part.changes {
            match change {
                Change::Put { object, .. } => config.set((**object).clone()),
                Change::Remove { kind, id, .. } => config.unset(*kind, id),
            }
        }
        config.clone()
    });
    after.collect()
}

/// More than a part takes, of what has nothing to do with it.
fn filling(from: u128) -> Vec<Change> {
    let fill = (from..from + 20).map(|number| put(policy(number, &format!("fill {number}"))));
    fill.collect()
}

/// Providers, then applications, then what is bound to them, as exports have them.
fn guarded(bound: impl Fn(u64) -> Bound) -> Vec<Change> {
    let pks = 100..130;
    let mut changes: Vec<Change> = pks.clone().map(|pk| put(provider(pk, &[11]))).collect();
    changes.extend(pks.clone().map(|pk| put(application(pk))));
    changes.extend(pks.map(|pk| put(binding(5_000 + u128::from(pk), pk, bound(pk)))));
    changes
}

#[test]
fn no_application_is_ever_there_without_what_is_bound_to_it() {
    let base = config(usual());
    let parts = parts(&base, &guarded(|_| Bound::Group(GroupId(id(9)))), &[]);
    assert!(parts.len() > 10, "{}", parts.len());
    for config in after_each(&base, &parts) {
        for pk in 100..130 {
            if let Some(client) = compile(&config, pk) {
                assert_eq!(
                    client.policies.bindings.len(),
                    1,
                    "{pk} is open to everybody"
                );
            }
        }
    }
    let last = after_each(&base, &parts).pop().unwrap();
    assert!((100..130).all(|pk| compile(&last, pk).is_some()));
}

#[test]
fn each_part_is_good_in_itself() {
    let bench = Bench::usual();
    let mut changes = guarded(|pk| Bound::Policy(id(u128::from(pk) % 3 + 700)));
    changes.extend((700..703).map(|number| put(policy(number, &format!("p{number}")))));
    let parts = parts(&config(usual()), &changes, &[]);
    now(bench.service.rehearse_parts(&tenant(), &parts, NOW)).unwrap();
    for part in &parts {
        now(bench.service.save(&tenant(), &part.changes, &[], NOW)).unwrap();
    }
    assert!((100..130).all(|pk| bench.client(pk).is_some()));
}

#[test]
fn a_flow_is_saved_with_its_stages_and_what_is_bound_to_these() {
    let base = config(usual());
    let flow = flow_of(300, "set-up", Designation::StageConfiguration);
    let totp = TotpSettings {
        configure_flow: Some(slug("set-up")),
        ..TotpSettings::default()
    };
    let on_place = PolicyBinding {
        target: id(302),
        ..binding(304, 7, Bound::Policy(id(305)))
    };
    // the stage names the flow, and stands in it
    let mut changes = vec![
        put(stage(301, "totp", Settings::UserLogout)),
        put(flow),
        put(place(302, 300, 301)),
    ];
    changes.extend(filling(800));
    changes.push(put(stage(301, "totp", Settings::AuthenticatorTotp(totp))));
    changes.push(put(on_place));
    changes.push(put(policy(305, "last")));
    let parts = parts(&base, &changes, &[]);
    let of_flow = part_of(&parts, ObjectKind::Flow, id(300));
    for (kind, number) in [
        (ObjectKind::Stage, 301),
        (ObjectKind::FlowStageBinding, 302),
        (ObjectKind::Binding, 304),
    ] {
        assert_eq!(part_of(&parts, kind, id(number)), of_flow, "{kind:?}");
    }
    assert!(part_of(&parts, ObjectKind::Policy, id(305)) <= of_flow);
    let bench = Bench::usual();
    now(bench.service.rehearse_parts(&tenant(), &parts, NOW)).unwrap();
}

#[test]
fn a_binding_goes_when_the_one_in_its_place_comes() {
    let old = binding(41, 7, Bound::Policy(id(31)));
    let mut all = usual();
    all.extend([policy(31, "old").into(), old.into()]);
    let base = config(all);
    let mut changes = vec![gone(ObjectKind::Policy, id(31))];
    changes.extend(filling(800));
    changes.push(put(policy(32, "new")));
    changes.push(put(binding(42, 7, Bound::Policy(id(32)))));
    let parts = parts(&base, &changes, &[]);
    for config in after_each(&base, &parts) {
        let client = compile(&config, 7).unwrap();
        assert!(!client.policies.bindings.is_empty(), "{:?}", ids(&parts));
    }
    let last = after_each(&base, &parts).pop().unwrap();
    assert!(last.policy(id(31)).is_none() && last.binding(id(41)).is_none());
}

#[test]
fn what_guards_already_changes_with_what_it_guards() {
    let mut all = usual();
    all.extend([
        policy(31, "guard").into(),
        binding(41, 7, Bound::Policy(id(31))).into(),
    ]);
    let base = config(all);
    let mut weaker = policy(31, "guard");
    weaker.expression = "return 1".into();
    let mut changes = vec![put(weaker)];
    changes.extend(filling(800));
    changes.push(put(binding(42, 7, Bound::Group(GroupId(id(9))))));
    let parts = parts(&base, &changes, &[]);
    assert_eq!(
        part_of(&parts, ObjectKind::Policy, id(31)),
        part_of(&parts, ObjectKind::Binding, id(42)),
    );
}

#[test]
fn names_and_providers_change_hands_at_once() {
    let base = config(usual());
    let mut left = application(7);
    left.provider = None;
    let mut taker = application(8);
    taker.provider = Some(7);
    let mut changes = vec![put(taker)];
    changes.extend(filling(800));
    changes.extend([put(left), gone(ObjectKind::Mapping, id(12))]);
    changes.extend(filling(900));
    let namesake = Mapping::shipped(Shipped::Email, id(99)).unwrap();
    changes.push(put(namesake));
    let parts = parts(&base, &changes, &[]);
    let application = |number: u128| part_of(&parts, ObjectKind::Application, id(number));
    assert_eq!(application(1_007), application(1_008));
    let mapping = |number| part_of(&parts, ObjectKind::Mapping, id(number));
    assert_eq!(mapping(12), mapping(99));
    let bench = Bench::usual();
    now(bench.service.rehearse_parts(&tenant(), &parts, NOW)).unwrap();
}

#[test]
fn an_application_with_more_than_fits_is_refused_before_anything_is_written() {
    let bench = Bench::usual();
    let mut changes = filling(800);
    changes.extend([put(provider(20, &[11])), put(application(20))]);
    let bindings = (0..120).map(|number| put(binding(2_000 + number, 20, Bound::Policy(id(800)))));
    changes.extend(bindings);
    let parts = parts(&config(usual()), &changes, &[]);
    let before = bench.writes();
    let refused = now(bench.service.rehearse_parts(&tenant(), &parts, NOW));
    let Err(SaveError::Wrong(problems)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(problems.0[0].kind, ObjectKind::Application);
    assert!(problems.0[0].message.contains("with all that guards it"));
    assert_eq!(bench.writes(), before);
}

#[test]
fn what_comes_and_goes_is_left_out() {
    let base = config(usual());
    let mut changes = vec![put(policy(31, "passing"))];
    changes.extend(filling(800));
    changes.push(gone(ObjectKind::Policy, id(31)));
    let parts = parts(&base, &changes, &[]);
    let count: usize = parts.iter().map(|part| part.changes.len()).sum();
    assert_eq!(count, 20);
    assert!(parts.iter().all(|part| part.changes.len() <= 8));
}
