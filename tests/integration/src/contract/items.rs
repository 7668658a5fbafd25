//! The items themselves: where `docs/storage.md` says they are, as long as it says, and refused where they
//! cannot be what they must be.

use std::collections::BTreeMap;

use provider::group::{Group, GroupId};
use provider::ports::{
    ClientEdit, Commit, Committed, Document, DocumentEdit, FlowEdit, Former, ObjectKind, PortError,
    Renewal, Repair, Rotation,
};
use uuid::Uuid;

use super::stage::{
    NOW, Stage, at, client, consent, entering, event, flow, onward, record, session, tenant,
};

over_both_stores! {
    every_item_is_where_and_as_long_as_the_document_says,
    items_of_configuration_are_where_the_document_says,
    a_revoked_grant_is_kept_as_long_as_before,
    an_item_of_another_form_is_refused_and_named,
    an_item_with_something_missing_is_refused_and_named,
}

impl Stage {
    /// Key → TTL of every item. Only a test may scan.
    pub(super) async fn items(&self) -> BTreeMap<String, Option<i64>> {
        let scan = self
            .aws
            .dynamodb()
            .scan()
            .table_name(&self.table)
            .consistent_read(true);
        let rows = scan.send().await.expect("scans").items.unwrap_or_default();
        let items = rows.iter().map(|row| {
            assert_eq!(row["v"].as_n().expect("a form"), "1");
            let ttl = row
                .get("ttl")
                .map(|ttl| ttl.as_n().expect("a number").parse().expect("one"));
            let (pk, sk) = (
                row["pk"].as_s().expect("text"),
                row["sk"].as_s().expect("text"),
            );
            (format!("{pk}/{sk}"), ttl)
        });
        items.collect()
    }

    /// Spoils the item whose key begins so.
    pub(super) async fn spoil(&self, pk: &str, update: &str) {
        let dynamodb = self.aws.dynamodb();
        let rows = dynamodb
            .scan()
            .table_name(&self.table)
            .send()
            .await
            .expect("scans")
            .items;
        let rows = rows.unwrap_or_default();
        let row = rows
            .iter()
            .find(|row| row["pk"].as_s().expect("text").starts_with(pk));
        let row = row.expect("is there");
        let update = dynamodb
            .update_item()
            .table_name(&self.table)
            .update_expression(update);
        let update = update
            .key("pk", row["pk"].clone())
            .key("sk", row["sk"].clone());
        update.send().await.expect("updates");
    }
}

async fn every_item_is_where_and_as_long_as_the_document_says(stage: &Stage) {
    let (stores, a) = (&stage.stores, &stage.tenant);
    let (browsers, registry) = (stores.browsers(), stores.registry());
    registry
        .put_tenant(&tenant("a"), &["id.example.com".to_owned()])
        .await
        .unwrap();
    stage.configure(&client("c", "app")).await;
    registry.next_user_pk(a).await.unwrap();
    let live = stage.live().await;
    let user = stores
        .subjects()
        .by_id(a, live.subject.id)
        .await
        .unwrap()
        .unwrap();
    let (_, session) = session(&user);
    let (from, onward) = (stage.begun().await, onward());
    browsers
        .sign_in(a, &entering(&session, &from, &onward, None, &event()), NOW)
        .await
        .unwrap();
    browsers
        .save_consent(a, &onward, Some(&consent(&user, "c")), NOW)
        .await
        .unwrap();
    let lasting = provider::session::Consent {
        expires: None,
        ..consent(&user, "d")
    };
    let next = provider::session::Plan {
        version: 2,
        ..onward.clone()
    };
    browsers
        .save_consent(a, &next, Some(&lasting), NOW)
        .await
        .unwrap();
    let token = record(&live);
    let renewal = Renewal {
        grant: &live,
        record: &token,
        refresh_expires: at(2_000),
    };
    assert_eq!(
        stores.grants().rotate(a, &renewal, NOW).await,
        Ok(Rotation::Done)
    );

    let (id, pk, sid) = (user.subject.id, user.subject.pk, session.id);
    let name = |text: &str| protocol::Digest::of(text.as_bytes()).encode();
    let (browser, to) = (onward.key.browser.encode(), onward.key.next.encode());
    let mut want = BTreeMap::from([
        ("HOST#id.example.com/TENANT".to_owned(), None),
        ("TENANTS/a".to_owned(), None),
        ("T#a#HOSTS/id.example.com".to_owned(), None),
        ("T#a#CLIENT#c/CLIENT".to_owned(), None),
        ("T#a#CONFIG/REVISION".to_owned(), None),
        ("T#a#APP#app/APP".to_owned(), None),
        ("T#a#COUNTER/USERS".to_owned(), None),
        (format!("T#a#USER#{id}/USER"), None),
        (format!("T#a#USER#{id}/SESSION#{sid}"), Some(100)),
        (format!("T#a#USER#{id}/CONSENT#c"), Some(50)),
        (format!("T#a#USER#{id}/CONSENT#d"), None),
        (format!("T#a#USERS/{pk:020}"), None),
        (format!("T#a#USERPATHS/users/#{pk:020}"), None),
        (format!("T#a#LOGIN#{}/LOGIN", name("ada")), None),
        (format!("T#a#LOGIN#{}/LOGIN", name("ada@example.com")), None),
        (format!("T#a#PLAN#{browser}/NEXT#{to}"), Some(1_800)),
        (format!("T#a#GRANT#{}/GRANT", live.id), Some(2_000)),
        (format!("T#a#TOKEN#{}/TOKEN", token.id.encode()), Some(300)),
    ]);
    let mut found = stage.items().await;
    // The token of the redemption has a digest that the stage made up.
    let first = found
        .keys()
        .find(|key| key.contains("#TOKEN#") && !want.contains_key(*key));
    let first = first.cloned().expect("the redemption's token");
    want.insert(first, Some(300));
    for ttl in found.values_mut().flatten() {
        *ttl -= NOW.unix();
    }
    // Events have names of chance; each of opening and signing in leaves one.
    let second = format!("T#a#EVENTS/{:012}#", NOW.unix());
    let events: Vec<_> = found
        .extract_if(.., |key, _| key.starts_with(&second))
        .collect();
    let kept: Vec<_> = events.into_iter().map(|(_, ttl)| ttl).collect();
    assert_eq!(kept, [Some(365 * 86_400); 2]);
    assert_eq!(found, want);
}

async fn items_of_configuration_are_where_the_document_says(stage: &Stage) {
    let (config, a) = (stage.stores.config(), &stage.tenant);
    let policy = Document {
        kind: ObjectKind::Policy,
        id: "1".to_owned(),
        version: 1,
        names: vec!["name:p".to_owned()],
        body: serde_json::json!({}),
    };
    let change = Commit {
        revision: 0,
        documents: vec![DocumentEdit::Put {
            document: policy,
            previous: None,
        }],
        clients: vec![ClientEdit::Put {
            client: Box::new(client("c", "app")),
            former: Former::default(),
        }],
        flows: vec![FlowEdit::Put(Box::new(flow("f")))],
        repair: Some(Repair {
            id: Uuid::nil(),
            providers: vec![1],
            flows: Vec::new(),
        }),
        events: Vec::new(),
    };
    assert_eq!(config.commit(a, &change).await, Ok(Committed::Done));
    config.next_provider_pk(a).await.unwrap();
    let staff = Group {
        id: GroupId(Uuid::nil()),
        name: "staff".to_owned(),
        is_superuser: false,
        parent: None,
        attributes: serde_json::Map::new(),
        version: 1,
    };
    assert_eq!(stage.stores.groups().put(a, &staff, None).await, Ok(true));
    let name = |text: &str| protocol::Digest::of(text.as_bytes()).encode();
    let nil = Uuid::nil();
    let want = [
        "T#a#APP#app/APP".to_owned(),
        "T#a#CLIENT#c/CLIENT".to_owned(),
        "T#a#CONFIG#policy/1".to_owned(),
        "T#a#CONFIG/REVISION".to_owned(),
        format!("T#a#CONFIGNAME#policy#{}/CONFIGNAME", name("name:p")),
        "T#a#COUNTER/PROVIDERS".to_owned(),
        "T#a#FLOW#f/FLOW".to_owned(),
        format!("T#a#GROUP#{nil}/GROUP"),
        format!("T#a#GROUPS/staff#{nil}"),
        format!("T#a#GROUPNAME#{}/GROUPNAME", name("staff")),
        format!("T#a#REPAIR/{nil}"),
    ];
    let want = want.map(|key| (key, None));
    assert_eq!(stage.items().await, BTreeMap::from(want), "for good");
}

async fn a_revoked_grant_is_kept_as_long_as_before(stage: &Stage) {
    let live = stage.live().await;
    let key = format!("T#a#GRANT#{}/GRANT", live.id);
    let before = stage.items().await[&key];
    assert_eq!(before, Some(at(1_000).unix()));
    stage
        .stores
        .grants()
        .revoke(&stage.tenant, live.id, &live.client_id)
        .await
        .unwrap();
    assert_eq!(stage.items().await[&key], before);
}

async fn an_item_of_another_form_is_refused_and_named(stage: &Stage) {
    let grant = stage.granted().await;
    stage.spoil("T#a#GRANT#", "SET v = code_expires").await;
    let found = stage
        .stores
        .grants()
        .find(&stage.tenant, grant.id)
        .await
        .unwrap_err();
    let text = "of another form than this version reads";
    let key = format!("T#a#GRANT#{}/GRANT", grant.id);
    assert_eq!(found, PortError::Corrupt(format!("{key}: {text}")));
}

async fn an_item_with_something_missing_is_refused_and_named(stage: &Stage) {
    let ada = stage.user("ada").await;
    stage.spoil("T#a#USER#", "REMOVE active").await;
    let found = stage
        .stores
        .users()
        .by_login(&stage.tenant, "ada")
        .await
        .unwrap_err();
    let key = format!("T#a#USER#{}/USER", ada.subject.id);
    assert_eq!(
        found,
        PortError::Corrupt(format!("{key}: missing field `active`"))
    );
}
