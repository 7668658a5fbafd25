//! Flows with their stages, fields and policies; those that are shipped, and a fixture's.

use anyhow::Context as _;
use protocol::Slug;
use provider::config::{Change, Config, FlowObject, FlowStageBinding, StageObject, shipped};
use provider::flow::stage::{ConsentKind, ConsentSettings, PromptSettings, Settings};
use provider::flow::{Designation, Requirement};
use provider::ports::ObjectKind;
use provider::tenant::{Purpose, Sealed, Tenant};
use uuid::Uuid;

use super::Seed;
use super::applications::removal;
use super::objects::{AT_ONCE, id_of};
use crate::fixture::{Fixture, Flow, Named, Prompt, Provider, Stage};

impl Seed<'_> {
    /// The flows that are shipped and not there: what an administrator has changed stays as it is.
    pub(super) async fn shipped_flows(&self, tenant: &Tenant) -> anyhow::Result<()> {
        for objects in shipped::missing(&*self.config().await?)? {
            let changes: Vec<Change> = objects.into_iter().map(Change::put).collect();
            self.save(tenant, &changes).await?;
        }
        Ok(())
    }

    /// A fixture's flows, in the order in which one thing needs another: stages name flows, and flows are made of
    /// stages.
    pub(super) async fn flows(&self, tenant: &Tenant, fixture: &Fixture) -> anyhow::Result<()> {
        let config = self.config().await?;
        let flows = fixture.flows.iter().map(|it| flow(&config, it));
        let prompts = fixture.prompts.iter().map(|it| prompt(&config, it));
        let mut changes: Vec<Change> = flows.map(Change::put).collect();
        changes.extend(prompts.map(Change::put));
        self.save_all(tenant, changes).await?;
        self.stages(tenant, &fixture.stages).await?;
        for flow in &fixture.flows {
            let placed = self.places(tenant, flow).await;
            placed.with_context(|| format!("flow {}", flow.slug))?;
        }
        Ok(())
    }

    async fn save_all(&self, tenant: &Tenant, changes: Vec<Change>) -> anyhow::Result<()> {
        for changes in changes.chunks(AT_ONCE) {
            self.save(tenant, changes).await?;
        }
        Ok(())
    }

    /// Stages; those that name others come last.
    async fn stages(&self, tenant: &Tenant, wanted: &[Stage]) -> anyhow::Result<()> {
        let config = self.config().await?;
        let mut wanted: Vec<&Stage> = wanted.iter().collect();
        wanted.sort_by_key(|stage| stage.names().iter().any(|(kind, _)| *kind == Named::Stage));
        let mut changes = Vec::new();
        for stage in wanted {
            changes.push(Change::put(self.stage(&config, stage).await?));
        }
        self.save_all(tenant, changes).await
    }

    async fn stage(&self, config: &Config, wanted: &Stage) -> anyhow::Result<StageObject> {
        let id = id_of(config, ObjectKind::Stage, ("name", &wanted.name));
        let secret = match wanted.private_key() {
            Some(given) => Some(self.captcha_key(config, id, given).await?),
            None => None,
        };
        let mut groups = Vec::new();
        for (kind, name) in wanted.names() {
            if kind == Named::Group {
                groups.push((name.to_owned(), self.group(name).await?.id.0));
            }
        }
        let id_by_name = |kind: Named, name: &str| {
            let found = |kind| {
                let stored = config.named(kind, ("name", name));
                stored.and_then(|stored| Uuid::parse_str(&stored.object.id()).ok())
            };
            match kind {
                Named::Stage => Some(id_of(config, ObjectKind::Stage, ("name", name))),
                Named::Prompt => found(ObjectKind::Prompt),
                Named::Policy => found(ObjectKind::Policy),
                Named::Group => groups.iter().find(|it| it.0 == name).map(|it| it.1),
            }
        };
        Ok(StageObject {
            id,
            name: wanted.name.clone(),
            settings: wanted.settings(id_by_name, secret.as_ref())?,
        })
    }

    /// A captcha's private key, sealed; as it is stored where it is the same.
    async fn captcha_key(&self, config: &Config, id: Uuid, given: &str) -> anyhow::Result<Sealed> {
        let name = id.to_string();
        let purpose = Purpose::Captcha(&name);
        let stored = config.stage(id).map(|stage| &stage.settings);
        if let Some(Settings::Captcha(its)) = stored {
            let vault = self.backend.keys.vault();
            let open = vault.open(&self.tenant, purpose, &its.private_key);
            if open.await?.as_slice() == given.as_bytes() {
                return Ok(its.private_key.clone());
            }
        }
        let custody = self.backend.keys.custody();
        let sealed = custody.seal(&self.tenant, purpose, given.as_bytes());
        Ok(sealed.await?)
    }

    /// The stages and policies of a flow in the place of those it has, where the file lists them.
    async fn places(&self, tenant: &Tenant, wanted: &Flow) -> anyhow::Result<()> {
        let config = self.config().await?;
        let flow = config.flow_named(&wanted.slug);
        let flow = flow.context("it was saved just now")?.id;
        let mut changes = Vec::new();
        if let Some(bindings) = &wanted.bindings {
            self.bindings(&config, flow, bindings, &mut changes).await?;
        }
        let Some(places) = &wanted.stages else {
            self.save(tenant, &changes).await?;
            return Ok(());
        };
        let mut kept = Vec::new();
        for (at, place) in (0_i32..).zip(places) {
            let stage = config.named(ObjectKind::Stage, ("name", &place.stage));
            let stage = stage.and_then(|stored| stored.object.as_stage());
            let stage = stage.with_context(|| format!("there is no stage {}", place.stage))?;
            let id = shipped::made_of(&format!("place {flow} {at}"));
            kept.push(id);
            let order = place.order.unwrap_or(at.saturating_mul(10));
            changes.push(Change::put(FlowStageBinding {
                evaluate_on_plan: place.evaluate_on_plan,
                re_evaluate_policies: place.re_evaluate_policies,
                invalid_response_action: place.invalid_response_action,
                policy_engine_mode: place.policy_engine_mode,
                ..FlowStageBinding::new(id, flow, stage.id, order)
            }));
            self.bindings(&config, id, &place.bindings, &mut changes)
                .await?;
        }
        let bound = config.flow_stage_bindings();
        let gone = bound.filter(|it| it.target == flow && !kept.contains(&it.id));
        changes.extend(gone.map(|it| removal(ObjectKind::FlowStageBinding, it.id)));
        self.save(tenant, &changes).await?;
        Ok(())
    }

    /// The flow that a provider's `consent` stands for, made where it is none of those that are shipped.
    pub(super) async fn consent_flow(
        &self,
        tenant: &Tenant,
        wanted: &Provider,
    ) -> anyhow::Result<()> {
        let Some((slug, consent)) = wanted.consent_flow()? else {
            return Ok(());
        };
        let config = self.config().await?;
        let changes: Vec<Change> = consent_objects(&config, slug, consent).into();
        self.save(tenant, &changes).await?;
        Ok(())
    }
}

fn consent_objects(config: &Config, slug: Slug, consent: ConsentSettings) -> [Change; 3] {
    let name = slug.to_string();
    let mode = match consent.mode {
        ConsentKind::AlwaysRequire => "each time".to_owned(),
        ConsentKind::Permanent => "once".to_owned(),
        ConsentKind::Expiring => format!("once in {}", consent.consent_expire_in),
    };
    let id = id_of(config, ObjectKind::Flow, ("slug", &name));
    let text = format!("Authorize application, asking {mode}");
    let flow = FlowObject {
        title: "Redirecting to %(app)s".to_owned(),
        authentication: Requirement::RequireAuthenticated,
        ..FlowObject::new(id, slug, text, Designation::Authorization)
    };
    let stage = StageObject {
        id: id_of(config, ObjectKind::Stage, ("name", &name)),
        name,
        settings: Settings::Consent(consent),
    };
    let place = shipped::made_of(&format!("place {id} 0"));
    let binding = FlowStageBinding::new(place, id, stage.id, 0);
    [Change::put(flow), Change::put(stage), Change::put(binding)]
}

fn flow(config: &Config, given: &Flow) -> FlowObject {
    let id = id_of(config, ObjectKind::Flow, ("slug", given.slug.as_str()));
    FlowObject {
        id,
        slug: given.slug.clone(),
        name: given.name().to_owned(),
        title: given.title().to_owned(),
        designation: given.designation,
        authentication: given.authentication,
        denied_action: given.denied_action,
        layout: given.layout,
        background: given.background.clone(),
        policy_engine_mode: given.policy_engine_mode,
        compatibility_mode: given.compatibility_mode,
    }
}

fn prompt(config: &Config, given: &Prompt) -> PromptSettings {
    PromptSettings {
        id: id_of(config, ObjectKind::Prompt, ("name", &given.name)),
        name: given.name.clone(),
        field_key: given.field_key.clone(),
        label: given
            .label
            .clone()
            .unwrap_or_else(|| given.field_key.clone()),
        r#type: given.r#type,
        required: given.required,
        placeholder: given.placeholder.clone(),
        initial_value: given.initial_value.clone(),
        order: given.order,
        sub_text: given.sub_text.clone(),
        placeholder_expression: given.placeholder_expression,
        initial_value_expression: given.initial_value_expression,
    }
}
