//! What hosts look like, and who is invited.

use anyhow::{Context as _, bail, ensure};
use provider::brand::Brand;
use provider::config::brand_problems;
use provider::invitation::{Invitation, InvitedTo};
use provider::tenant::Tenant;

use super::Seed;
use crate::clock::now;
use crate::fixture::Fixture;

impl Seed<'_> {
    /// The tenant's brand as a fixture wants it.
    pub(super) fn branded(brand: &Brand, fixture: &Fixture) -> anyhow::Result<Brand> {
        let mut brand = fixture.brand.applied_to(brand)?;
        if let Some(title) = &fixture.title {
            brand.branding_title.clone_from(title);
        }
        if let Some(slug) = &fixture.default_application {
            brand.default_application = Some(slug.clone());
        }
        Ok(brand)
    }

    /// The brand names what there is, and shows what may be shown.
    pub(super) async fn check_brand(&self, brand: &Brand) -> anyhow::Result<()> {
        let problems = brand_problems(&*self.config().await?, brand);
        let text: Vec<String> = problems
            .into_iter()
            .map(|(field, message)| format!("{field}: {message}"))
            .collect();
        if text.is_empty() {
            return Ok(());
        }
        bail!("brand {}: {}", brand.domain, text.join("; "))
    }

    /// Other hosts of the same tenant, each with a brand of its own.
    pub(super) async fn hosts(&self, tenant: &Tenant, fixture: &Fixture) -> anyhow::Result<()> {
        for host in &fixture.brands {
            let brand = host.applied_to(&tenant.brand)?;
            self.check_brand(&brand).await?;
            let scheme = if tenant.is_https() { "https" } else { "http" };
            let base_url = host.base_url.clone();
            let theirs = Tenant {
                base_url: base_url.unwrap_or_else(|| format!("{scheme}://{}", host.domain)),
                brand,
                ..tenant.clone()
            };
            let registry = self.backend.stores.registry();
            let hosts = [host.domain.clone()];
            let written = registry.put_tenant(&theirs, &hosts).await?;
            ensure!(
                written,
                "brand {}: another tenant has this host",
                host.domain
            );
        }
        Ok(())
    }

    /// Invitations; one that was spent is good again.
    pub(super) async fn invitations(&self, fixture: &Fixture) -> anyhow::Result<()> {
        if fixture.invitations.is_empty() {
            return Ok(());
        }
        let store = self.backend.stores.invitations();
        let config = self.config().await?;
        for given in &fixture.invitations {
            let to = given.flow.as_ref().map(|slug| {
                let flow = config.flow_named(slug).map(|flow| InvitedTo::Flow(flow.id));
                flow.with_context(|| format!("invitation {}: there is no flow {slug}", given.name))
            });
            let life = given.expires_in.as_ref();
            let invitation = Invitation {
                id: given.id,
                name: given.name.clone(),
                flow: to.transpose()?,
                expires: life.map(|life| now() + life.seconds()),
                single_use: given.single_use,
                fixed_data: given.fixed_data.clone(),
                created_by: None,
            };
            store.put(&self.tenant, &invitation).await?;
        }
        Ok(())
    }
}
