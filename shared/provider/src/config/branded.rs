//! What brands name stays as they name it: brands are not among a tenant's objects, so that they cannot follow.

use std::sync::Arc;

use protocol::{Slug, TenantId};

use super::draft::Draft;
use super::object::Object;
use super::problem::{Problems, WHOLE};
use super::save::{Configuration, SaveError};
use super::state::Config;
use crate::brand::Brand;
use crate::ports::{BrandStore, ObjectKind};

/// What becomes of something that a brand may name.
struct Change<'a> {
    object: &'a Object,
    /// What it was called so far.
    slug: &'a Slug,
    /// The field by which it changes.
    field: &'static str,
}

impl Configuration {
    /// Refuses changes of what brands name, which are kept here.
    #[must_use]
    pub fn with_brands(mut self, brands: Arc<dyn BrandStore>) -> Self {
        self.brands = Some(brands);
        self
    }

    /// Notes which brands name what would be removed, renamed or for something else. Brands are read only where there
    /// is such a change, and after the revision: a brand that is written meanwhile has moved that.
    pub(super) async fn check_brands(
        &self,
        tenant: &TenantId,
        (stored, draft): (&Config, &Draft<'_>),
        problems: &mut Problems,
    ) -> Result<(), SaveError> {
        let changes = changes(stored, draft);
        let Some(brands) = self.brands.as_ref().filter(|_| !changes.is_empty()) else {
            return Ok(());
        };
        for hosted in brands.at_hosts(tenant).await? {
            for change in &changes {
                let kind = change.object.kind();
                let named = names(&hosted.tenant.brand).into_iter();
                let theirs = named.filter(|(of, slug, _)| *of == kind && *slug == change.slug);
                for (_, _, field) in theirs {
                    let text = format!("brand {} has it as its {field}", hosted.host);
                    problems.add(change.object, change.field, text);
                }
            }
        }
        Ok(())
    }
}

fn changes<'a>(stored: &'a Config, draft: &'a Draft<'_>) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    for object in draft.removed() {
        changes.extend(slug(object).map(|slug| Change {
            object,
            slug,
            field: WHOLE,
        }));
    }
    for object in draft.changed() {
        let before = stored.get(object.kind(), &object.id());
        let Some(before) = before.map(|stored| &stored.object) else {
            continue;
        };
        let (Some(slug), Some(now)) = (slug(before), slug(object)) else {
            continue;
        };
        let field = if slug != now {
            Some("slug")
        } else if designation(before) != designation(object) {
            Some("designation")
        } else {
            None
        };
        changes.extend(field.map(|field| Change {
            object,
            slug,
            field,
        }));
    }
    changes
}

fn slug(object: &Object) -> Option<&Slug> {
    let flow = object.as_flow().map(|flow| &flow.slug);
    flow.or_else(|| object.as_application().map(|application| &application.slug))
}

fn designation(object: &Object) -> Option<crate::flow::Designation> {
    object.as_flow().map(|flow| flow.designation)
}

/// What a brand names: its kind, its slug, and in which field.
fn names(brand: &Brand) -> Vec<(ObjectKind, &Slug, &'static str)> {
    let flows = [
        (Some(&brand.flow_authentication), "flow_authentication"),
        (Some(&brand.flow_invalidation), "flow_invalidation"),
        (brand.flow_recovery.as_ref(), "flow_recovery"),
        (brand.flow_unenrollment.as_ref(), "flow_unenrollment"),
        (brand.flow_user_settings.as_ref(), "flow_user_settings"),
        (brand.flow_device_code.as_ref(), "flow_device_code"),
    ];
    let flows = flows.into_iter();
    let flows = flows.filter_map(|(slug, field)| Some((ObjectKind::Flow, slug?, field)));
    let application = brand.default_application.iter();
    let application =
        application.map(|slug| (ObjectKind::Application, slug, "default_application"));
    flows.chain(application).collect()
}
