//! Lists of everybody's authenticators.

use protocol::TenantId;
use provider::authenticator::Authenticator;
use provider::ports::{AuthenticatorEntry, Number};

use super::{app, codes, key, person};
use crate::contract::stage::{Stage, digest};

over_both_stores! {
    everybodys_are_listed_by_an_index,
}

/// All in the index, in order of names.
async fn listed(stage: &Stage, numbered: Option<Number>) -> Vec<AuthenticatorEntry> {
    let store = stage.stores.authenticators();
    let entries = store.entries(&stage.tenant, numbered).await;
    let mut entries = entries.expect("reads");
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    entries
}

async fn everybodys_are_listed_by_an_index(stage: &Stage) {
    let (ada, bob) = (person(), person());
    let (app, key, codes) = (app(ada), key(bob, "k"), codes(bob, &[digest()]));
    for one in [&app, &key, &codes] {
        stage.add(one).await;
    }
    assert!(stage.name_it(&app, "a # b").await);
    assert!(stage.name_it(&key, &"k".repeat(200)).await);
    stage.take(&codes).await;
    let entry = |one: &Authenticator, name: &str| AuthenticatorEntry {
        user: one.user,
        id: one.id,
        class: one.secret.class(),
        name: name.to_owned(),
    };
    let (first, second) = (entry(&app, "a # b"), entry(&key, &"k".repeat(200)));
    assert_eq!(listed(stage, None).await, [first.clone(), second]);
    let numbered = listed(stage, Some(app.number())).await;
    assert!(numbered.contains(&first));
    assert!(numbered.iter().all(|it| app.number().may_be_of(it.user)));
    let store = stage.stores.authenticators();
    let b = TenantId::parse("b").expect("a name");
    assert_eq!(store.entries(&b, None).await, Ok(vec![]));

    let places = [(codes.user, codes.id), (app.user, app.id), (ada, key.id)];
    let read = store.read(&stage.tenant, &places).await.expect("reads");
    assert_eq!(read, [None, Some(stage.now_of(&app).await), None]);
    stage.proxy.take_calls();
    store.read(&stage.tenant, &places).await.expect("reads");
    store.read(&stage.tenant, &[]).await.expect("reads");
    assert_eq!(stage.proxy.take_calls().len(), 1);
}
