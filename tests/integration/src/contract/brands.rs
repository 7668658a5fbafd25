//! `BrandStore`.

use provider::brand::Brand;
use provider::ports::{BrandEdit, Hosted, Rebranded};
use provider::tenant::Tenant;

use super::stage::{NOW, Stage, event, tenant};

over_both_stores! {
    hosts_are_listed_with_the_tenant_at_each_and_none_of_anothers,
    a_change_of_brands_counts_the_revision_on_and_leaves_the_rest_of_the_tenant,
    of_two_changes_of_one_revision_one_is_made,
    a_host_is_added_once_and_never_anothers,
    a_removed_host_is_nobodys,
}

const HOME: &str = "id.example.com";

impl Stage {
    /// The tenant of this test under these hosts.
    async fn at(&self, hosts: &[&str]) {
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        let own = Tenant {
            id: self.tenant.clone(),
            ..tenant("a")
        };
        let written = self.stores.registry().put_tenant(&own, &hosts).await;
        assert_eq!(written, Ok(true));
    }

    async fn hosted(&self) -> Vec<Hosted> {
        let brands = self.stores.brands();
        brands.at_hosts(&self.tenant).await.expect("reads")
    }

    async fn hosts(&self) -> Vec<String> {
        let hosted = self.hosted().await;
        hosted.into_iter().map(|hosted| hosted.host).collect()
    }

    async fn rebrand(&self, revision: u64, edit: BrandEdit<'_>) -> Rebranded {
        let brands = self.stores.brands();
        let changed = brands.change(&self.tenant, revision, edit, &event()).await;
        changed.expect("answers")
    }

    async fn revision(&self) -> u64 {
        let config = self.stores.config();
        config.revision(&self.tenant).await.expect("reads")
    }
}

fn called(title: &str) -> Brand {
    Brand::named(title).expect("a brand")
}

async fn hosts_are_listed_with_the_tenant_at_each_and_none_of_anothers(stage: &Stage) {
    assert_eq!(stage.hosts().await, Vec::<String>::new());
    stage.at(&[HOME, "b.example.com"]).await;
    let registry = stage.stores.registry();
    let theirs = ["theirs.example.com".to_owned()];
    let written = registry.put_tenant(&tenant("other"), &theirs).await;
    assert_eq!(written, Ok(true));
    assert_eq!(stage.hosts().await, ["b.example.com", HOME]);
    let first = stage.hosted().await.remove(0);
    assert_eq!(first.tenant.id, stage.tenant);
}

async fn a_change_of_brands_counts_the_revision_on_and_leaves_the_rest_of_the_tenant(
    stage: &Stage,
) {
    stage.at(&[HOME, "b.example.com"]).await;
    let before = stage.hosted().await;
    let (revision, brand) = (stage.revision().await, called("Ours"));
    let hosts = [HOME.to_owned()];
    let edit = BrandEdit::Change {
        hosts: &hosts,
        brand: &brand,
    };
    assert_eq!(stage.rebrand(revision, edit).await, Rebranded::Done);
    assert_eq!(stage.revision().await, revision + 1);
    let after = stage.hosted().await;
    assert_eq!(after[1].tenant.brand, brand);
    assert_eq!(after[1].tenant.refresh_key, before[1].tenant.refresh_key);
    assert_eq!(after[0].tenant.brand, before[0].tenant.brand);
    let events = stage.stores.events();
    let page = events.recent(&stage.tenant, None, 100, NOW).await;
    assert_eq!(page.expect("reads").events.len(), 1);
}

async fn of_two_changes_of_one_revision_one_is_made(stage: &Stage) {
    stage.at(&[HOME]).await;
    let (revision, hosts) = (stage.revision().await, [HOME.to_owned()]);
    let brands = [called("Ours"), called("Mine")];
    let edit = |brand| BrandEdit::Change {
        hosts: &hosts,
        brand,
    };
    let first = stage.rebrand(revision, edit(&brands[0])).await;
    let second = stage.rebrand(revision, edit(&brands[1])).await;
    assert_eq!((first, second), (Rebranded::Done, Rebranded::Moved));
    assert_eq!(stage.hosted().await[0].tenant.brand, brands[0]);
}

async fn a_host_is_added_once_and_never_anothers(stage: &Stage) {
    stage.at(&[HOME]).await;
    let registry = stage.stores.registry();
    let theirs = ["theirs.example.com".to_owned()];
    let written = registry.put_tenant(&tenant("other"), &theirs).await;
    assert_eq!(written, Ok(true));
    for (host, expected) in [
        ("shop.example.com", Rebranded::Done),
        ("shop.example.com", Rebranded::Taken),
        ("theirs.example.com", Rebranded::Taken),
    ] {
        let mut hosted = stage.hosted().await.remove(0);
        hosted.host = host.to_owned();
        let revision = stage.revision().await;
        let made = stage.rebrand(revision, BrandEdit::Add(&hosted)).await;
        assert_eq!(made, expected, "{host}");
    }
    assert_eq!(stage.hosts().await, [HOME, "shop.example.com"]);
    let (revision, brand) = (stage.revision().await, called("Ours"));
    let edit = BrandEdit::Change {
        hosts: &theirs,
        brand: &brand,
    };
    assert_eq!(stage.rebrand(revision, edit).await, Rebranded::Taken);
    let edit = BrandEdit::Remove(&theirs);
    assert_eq!(stage.rebrand(revision, edit).await, Rebranded::Taken);
}

async fn a_removed_host_is_nobodys(stage: &Stage) {
    stage.at(&[HOME, "b.example.com"]).await;
    let gone = ["b.example.com".to_owned()];
    let edit = BrandEdit::Remove(&gone);
    assert_eq!(
        stage.rebrand(stage.revision().await, edit).await,
        Rebranded::Done
    );
    assert_eq!(stage.hosts().await, [HOME]);
    let tenants = stage.stores.tenants();
    assert!(
        tenants
            .by_host("b.example.com", NOW)
            .await
            .unwrap()
            .is_none()
    );
}
