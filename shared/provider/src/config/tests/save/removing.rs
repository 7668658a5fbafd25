//! What is removed, and what hangs on it.

use super::*;

#[test]
fn what_a_removed_object_held_goes_or_is_let_go_of() {
    let bench = Bench::usual();
    let mut trusting = provider(8, &[12]);
    trusting.jwt_federation_providers = vec![7];
    trusting.jwt_federation_sources = vec![id(51)];
    bench
        .save([
            policy(31, "p").into(),
            source(51, "ci").into(),
            trusting.into(),
            application(8).into(),
            binding(41, 7, Bound::Policy(id(31))).into(),
            binding(42, 8, Bound::Policy(id(31))).into(),
        ])
        .unwrap();
    bench
        .remove(ObjectKind::Policy, id(31).to_string())
        .unwrap();
    assert!(bench.client(7).unwrap().policies.bindings.is_empty());
    bench
        .remove(ObjectKind::Mapping, id(12).to_string())
        .unwrap();
    assert_eq!(bench.client(7).unwrap().scopes.to_string(), "openid");
    bench
        .remove(ObjectKind::Source, id(51).to_string())
        .unwrap();
    assert!(bench.client(8).unwrap().federation.sources.is_empty());
    bench.remove(ObjectKind::Key, id(1).to_string()).unwrap();
    assert_eq!(bench.client(7).unwrap().signing.kid(), None);
    let config = bench
        .remove(
            ObjectKind::Provider,
            super::super::super::object::provider_id(7),
        )
        .unwrap();
    assert_eq!(config.application(id(1_007)).unwrap().provider, None);
    assert!(bench.client(7).is_none() && bench.client(8).unwrap().federation.providers.is_empty());
    let config = bench
        .remove(ObjectKind::Application, id(1_008).to_string())
        .unwrap();
    assert_eq!(
        (config.applications().count(), config.bindings().count()),
        (1, 0)
    );
    assert!(bench.client(8).is_none());
}

#[test]
fn a_key_does_not_go_where_nothing_else_could_sign() {
    let bench = Bench::usual();
    let mut public = provider(8, &[]);
    public.client_type = ClientType::Public;
    public.client_secret = None;
    bench.save([public.into(), application(8).into()]).unwrap();
    let removed = bench.remove(ObjectKind::Key, id(1).to_string());
    let Err(SaveError::Wrong(problems)) = removed else {
        panic!("refused");
    };
    assert!(
        problems
            .to_string()
            .starts_with("provider provider 8: signing_key:"),
        "{problems}"
    );
    assert!(bench.client(7).unwrap().signing.kid().is_some());
}
