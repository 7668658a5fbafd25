//! `TenantStore`, `ClientStore` and what `Registry` writes for them.

use super::stage::{NOW, Stage, at, client, client_id, slug, tenant};

over_both_stores! {
    a_tenant_is_found_by_each_of_its_hosts_and_no_other,
    a_host_of_another_tenant_is_not_taken,
    a_client_is_found_by_id_and_by_slug,
    configuration_is_kept_in_memory_for_thirty_seconds,
    what_is_absent_is_not_kept_in_memory,
    user_numbers_count_from_one,
}

async fn a_tenant_is_found_by_each_of_its_hosts_and_no_other(stage: &Stage) {
    let hosts = ["id.example.com".to_owned(), "localhost:8000".to_owned()];
    assert_eq!(
        stage
            .stores
            .registry()
            .put_tenant(&tenant("a"), &hosts)
            .await,
        Ok(true)
    );
    for host in hosts {
        let found = stage
            .stores
            .tenants()
            .by_host(&host, NOW)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.id.as_str(), "a");
        assert_eq!(found.refresh_key, tenant("a").refresh_key);
    }
    for stranger in ["", "example.com", "id.example.com:443", &"x".repeat(5_000)] {
        assert!(
            stage
                .stores
                .tenants()
                .by_host(stranger, NOW)
                .await
                .unwrap()
                .is_none()
        );
    }
}

async fn a_host_of_another_tenant_is_not_taken(stage: &Stage) {
    let registry = stage.stores.registry();
    let (theirs, mine) = ("a.example.com".to_owned(), "b.example.com".to_owned());
    assert_eq!(
        registry
            .put_tenant(&tenant("a"), std::slice::from_ref(&theirs))
            .await,
        Ok(true)
    );
    assert_eq!(
        registry
            .put_tenant(&tenant("b"), &[mine.clone(), theirs.clone()])
            .await,
        Ok(false)
    );
    let tenants = stage.stores.tenants();
    assert!(
        tenants.by_host(&mine, NOW).await.unwrap().is_none(),
        "nothing was written"
    );
    assert_eq!(
        tenants
            .by_host(&theirs, NOW)
            .await
            .unwrap()
            .unwrap()
            .id
            .as_str(),
        "a"
    );
    assert_eq!(
        registry.put_tenant(&tenant("a"), &[theirs]).await,
        Ok(true),
        "again by itself"
    );
}

async fn a_client_is_found_by_id_and_by_slug(stage: &Stage) {
    let clients = stage.stores.clients();
    let wanted = client("c #/ü".replace('ü', "u").as_str(), "my-app");
    stage.configure(&wanted).await;
    let by_id = clients
        .by_id(&stage.tenant, &wanted.client_id, NOW)
        .await
        .unwrap()
        .unwrap();
    let by_slug = clients
        .by_slug(&stage.tenant, &slug("my-app"), NOW)
        .await
        .unwrap()
        .unwrap();
    for found in [by_id, by_slug] {
        assert_eq!(
            format!("{found:?}"),
            format!("{wanted:?}"),
            "reads back whole"
        );
    }
    assert!(
        clients
            .by_id(&stage.tenant, &client_id("my-app"), NOW)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        clients
            .by_slug(&stage.tenant, &slug("MY-APP"), NOW)
            .await
            .unwrap()
            .is_none()
    );
}

async fn configuration_is_kept_in_memory_for_thirty_seconds(stage: &Stage) {
    let clients = stage.stores.clients();
    let mut c = client("c", "app");
    stage.configure(&c).await;
    clients
        .by_id(&stage.tenant, &c.client_id, NOW)
        .await
        .unwrap();
    c.name = "Renamed".to_owned();
    stage.configure(&c).await;
    for (now, name) in [(at(29), "An application"), (at(30), "Renamed")] {
        let found = clients
            .by_id(&stage.tenant, &c.client_id, now)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.name, name, "{now}");
    }
}

async fn what_is_absent_is_not_kept_in_memory(stage: &Stage) {
    let (clients, c) = (stage.stores.clients(), client("c", "app"));
    assert!(
        clients
            .by_id(&stage.tenant, &c.client_id, NOW)
            .await
            .unwrap()
            .is_none()
    );
    stage.configure(&c).await;
    assert!(
        clients
            .by_id(&stage.tenant, &c.client_id, NOW)
            .await
            .unwrap()
            .is_some()
    );
}

async fn user_numbers_count_from_one(stage: &Stage) {
    let registry = stage.stores.registry();
    for number in 1..=3 {
        assert_eq!(registry.next_user_pk(&stage.tenant).await, Ok(number));
    }
}
