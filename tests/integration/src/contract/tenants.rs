//! `TenantList`.

use protocol::TenantId;

use super::stage::{NOW, Stage, tenant};

over_both_stores! {
    tenants_are_listed_once_in_order_and_in_pages,
    a_tenant_that_cannot_be_written_is_not_listed,
    of_many_written_at_once_none_is_missing,
    a_second_name_is_that_tenants_unless_it_is_somebodys_own,
    a_tenant_is_read_by_get_item_alone_whatever_its_name,
}

impl Stage {
    async fn move_in(&self, id: &str, host: &str) -> bool {
        let registry = self.stores.registry();
        let written = registry.put_tenant(&tenant(id), &[host.to_owned()]).await;
        written.expect("answers")
    }

    async fn tenants(&self, after: Option<&str>, limit: u32) -> Vec<String> {
        let after = after.map(|after| TenantId::parse(after).expect("an id"));
        let list = self.stores.tenant_list();
        let page = list.page(after.as_ref(), limit).await.expect("reads");
        page.iter().map(|id| id.as_str().to_owned()).collect()
    }
}

async fn tenants_are_listed_once_in_order_and_in_pages(stage: &Stage) {
    assert_eq!(stage.tenants(None, 10).await, [""; 0]);
    for (id, host) in [
        ("c", "c.example"),
        ("a", "a.example"),
        ("b", "b.example"),
        ("a", "other.example"),
    ] {
        assert!(stage.move_in(id, host).await);
    }
    assert_eq!(stage.tenants(None, 10).await, ["a", "b", "c"]);
    assert_eq!(stage.tenants(None, 2).await, ["a", "b"]);
    assert_eq!(stage.tenants(Some("b"), 2).await, ["c"]);
    assert_eq!(stage.tenants(Some("c"), 2).await, [""; 0]);
}

async fn a_tenant_that_cannot_be_written_is_not_listed(stage: &Stage) {
    assert!(stage.move_in("a", "id.example").await);
    assert!(
        !stage.move_in("b", "id.example").await,
        "it is another's host"
    );
    assert_eq!(stage.tenants(None, 10).await, ["a"]);
}

async fn of_many_written_at_once_none_is_missing(stage: &Stage) {
    let hosts: Vec<String> = (0..12).map(|number| format!("t{number}.example")).collect();
    let each = hosts
        .iter()
        .enumerate()
        .map(async |(number, host)| stage.move_in(&format!("t{}", number % 6), host).await);
    let written = futures_util::future::join_all(each).await;
    assert!(written.into_iter().all(|written| written));
    assert_eq!(
        stage.tenants(None, 10).await,
        ["t0", "t1", "t2", "t3", "t4", "t5"]
    );
}

async fn a_second_name_is_that_tenants_unless_it_is_somebodys_own(stage: &Stage) {
    let second = aws::SecondName {
        host: "mtls.id.example".to_owned(),
        of: "id.example".to_owned(),
    };
    let at = async |host: &str| {
        // With nothing in memory.
        let tenants = stage.stores.knowing(Some(second.clone())).tenants();
        let found = tenants.by_host(host, NOW).await.expect("reads");
        found.map(|tenant| tenant.id.as_str().to_owned())
    };
    assert_eq!(at("mtls.id.example").await, None);
    assert!(stage.move_in("a", "id.example").await);
    assert_eq!(at("mtls.id.example").await.as_deref(), Some("a"));
    assert_eq!(at("other.id.example").await, None);
    assert!(stage.move_in("b", "mtls.id.example").await);
    assert_eq!(at("mtls.id.example").await.as_deref(), Some("b"));
    assert_eq!(at("id.example").await.as_deref(), Some("a"));
}

/// Some functions' roles have no other right to read (infra/template.yaml).
async fn a_tenant_is_read_by_get_item_alone_whatever_its_name(stage: &Stage) {
    let second = aws::SecondName {
        host: "mtls.id.example".to_owned(),
        of: "id.example".to_owned(),
    };
    assert!(stage.move_in("a", "id.example").await);
    let calls = async |host: &str| {
        let tenants = stage.stores.knowing(Some(second.clone())).tenants();
        stage.proxy.take_calls();
        for _ in 0..2 {
            let found = tenants.by_host(host, NOW).await.expect("reads");
            assert!(found.is_some(), "{host}");
        }
        let calls = stage.proxy.take_calls().into_iter();
        calls.map(|call| call.name).collect::<Vec<_>>()
    };
    assert_eq!(calls("id.example").await, ["GetItem"]);
    let both = ["GetItem", "GetItem"];
    assert_eq!(calls("mtls.id.example").await, both, "its own name first");
    assert!(stage.move_in("b", "mtls.id.example").await);
    assert_eq!(calls("mtls.id.example").await, ["GetItem"]);
}
