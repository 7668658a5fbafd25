//! What a save leaves in memory is what is stored.

use super::*;

/// How often lists were read since the last look.
fn lists(bench: &Bench) -> usize {
    bench.store.look(|it| std::mem::take(&mut it.lists))
}

fn texts(config: &Config) -> Vec<String> {
    let all = ObjectKind::ALL.into_iter().flat_map(|kind| {
        let objects = config.of_kind(kind).map(move |object| (kind, object.id()));
        objects.map(|(kind, id)| {
            let stored = config.get(kind, &id).unwrap();
            let document = stored.object.document(stored.version).unwrap();
            format!("{document:?}")
        })
    });
    all.collect()
}

/// A service that has read nothing so far.
fn cold(bench: &Bench) -> Arc<Config> {
    let service = Configuration::new(Arc::clone(&bench.store) as _, bench.world.scripts());
    now(service.current(&tenant().id)).unwrap()
}

#[test]
fn after_a_save_nothing_is_read_again_and_what_is_known_is_what_is_stored() {
    let bench = Bench::usual();
    lists(&bench);
    let more = [
        provider(8, &[11]).into(),
        application(8).into(),
        policy(31, "p").into(),
    ];
    bench.save(more).unwrap();
    bench.save([renamed()]).unwrap();
    bench
        .save([binding(41, 8, Bound::Policy(id(31))).into()])
        .unwrap();
    bench.remove(ObjectKind::Provider, provider_id(7)).unwrap();
    let known = now(bench.service.current(&tenant().id)).unwrap();
    assert_eq!(lists(&bench), 0);
    assert_eq!(texts(&known), texts(&cold(&bench)));
    assert!(known.provider(7).is_none() && known.binding(id(41)).is_some());
}

#[test]
fn what_somebody_else_has_saved_is_read() {
    let bench = Bench::usual();
    let other = Configuration::new(Arc::clone(&bench.store) as _, bench.world.scripts());
    let change = Change::put(policy(31, "by another"));
    now(other.save(&tenant(), &[change], &[], NOW)).unwrap();
    let known = now(bench.service.current(&tenant().id)).unwrap();
    assert_eq!(known.policy(id(31)).unwrap().name, "by another");
}

#[test]
fn objects_are_found_by_name_by_provider_and_by_target_after_every_change() {
    let bench = Bench::usual();
    bench
        .save([
            policy(31, "p").into(),
            binding(41, 7, Bound::Policy(id(31))).into(),
        ])
        .unwrap();
    let mut config = (*now(bench.service.current(&tenant().id)).unwrap()).clone();
    let target = application(7).id;
    assert_eq!(config.application_of(7).unwrap().id, target);
    assert_eq!(config.bindings_of(target).count(), 1);
    assert!(config.named(ObjectKind::Policy, ("name", "p")).is_some());
    assert_eq!(config.stages_of(id(61)).count(), 1);
    let place = (ObjectKind::Policy, id(31).to_string());
    let stored = Stored {
        version: 2,
        object: policy(31, "q").into(),
    };
    config.insert(place, stored);
    assert!(config.named(ObjectKind::Policy, ("name", "p")).is_none());
    assert!(config.named(ObjectKind::Policy, ("name", "q")).is_some());
    config.take(&(ObjectKind::Application, target.to_string()));
    assert!(config.application_of(7).is_none());
    config.take(&(ObjectKind::Binding, id(41).to_string()));
    assert_eq!(config.bindings_of(target).count(), 0);
}
