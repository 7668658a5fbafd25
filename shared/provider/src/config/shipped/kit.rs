//! Makes the objects of flows, and leaves alone what is there.

use std::collections::BTreeSet;

use protocol::Slug;
use uuid::Uuid;

use super::made_of;
use crate::config::flows::{FlowObject, FlowStageBinding, StageObject};
use crate::config::object::Object;
use crate::config::state::{Config, Place};
use crate::flow::stage::{FieldType, PromptSettings, Settings};
use crate::flow::{Designation, Requirement};
use crate::policy::ExpressionPolicy;
use crate::ports::ObjectKind;

/// Objects in the making.
pub(super) struct Kit<'a> {
    config: &'a Config,
    objects: Vec<Object>,
    made: BTreeSet<Place>,
}

/// A field, with what most of them have.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) r#type: FieldType,
    pub(super) order: i32,
    /// Python that says what stands in it at first; empty for nothing.
    pub(super) initial: &'static str,
}

impl<'a> Kit<'a> {
    pub(super) const fn of(config: &'a Config) -> Self {
        Self {
            config,
            objects: Vec::new(),
            made: BTreeSet::new(),
        }
    }

    /// What was made so far.
    pub(super) fn take(&mut self) -> Vec<Object> {
        std::mem::take(&mut self.objects)
    }

    /// A flow under this name and title.
    pub(super) fn flow(
        &mut self,
        slug: Slug,
        (name, title): (&str, &str),
        (designation, authentication): (Designation, Requirement),
    ) -> Uuid {
        let id = made_of(&format!("flow slug {slug}"));
        let mut flow = FlowObject::new(id, slug, name, designation);
        title.clone_into(&mut flow.title);
        flow.authentication = authentication;
        self.add(flow.into());
        id
    }

    /// A stage.
    pub(super) fn stage(&mut self, name: &str, settings: Settings) -> Uuid {
        let id = self.id(ObjectKind::Stage, name);
        let name = name.to_owned();
        self.add(StageObject { id, name, settings }.into());
        id
    }

    /// Puts a stage into a flow.
    pub(super) fn bind(&mut self, flow: Uuid, stage: Uuid, order: i32) {
        let id = made_of(&format!("flow_stage_binding {flow} {order}"));
        self.add(FlowStageBinding::new(id, flow, stage, order).into());
    }

    /// A stage at this place of a flow.
    pub(super) fn put(&mut self, flow: Uuid, order: i32, name: &str, settings: Settings) {
        let stage = self.stage(name, settings);
        self.bind(flow, stage, order);
    }

    /// A field that has to be filled in.
    pub(super) fn field(&mut self, field: &Field) -> Uuid {
        let id = self.id(ObjectKind::Prompt, field.name);
        let prompt = PromptSettings {
            id,
            name: field.name.to_owned(),
            field_key: field.key.to_owned(),
            label: field.label.to_owned(),
            r#type: field.r#type,
            required: true,
            placeholder: field.label.to_owned(),
            initial_value: field.initial.to_owned(),
            order: field.order,
            sub_text: String::new(),
            placeholder_expression: false,
            initial_value_expression: !field.initial.is_empty(),
        };
        self.add(prompt.into());
        id
    }

    /// A policy.
    pub(super) fn policy(&mut self, name: &str, expression: &str) -> Uuid {
        let id = self.id(ObjectKind::Policy, name);
        let policy = ExpressionPolicy {
            id,
            name: name.to_owned(),
            expression: expression.to_owned(),
            execution_logging: false,
        };
        self.add(policy.into());
        id
    }

    /// The id of the object that is called so; else one that follows from the name.
    fn id(&self, kind: ObjectKind, name: &str) -> Uuid {
        let stored = self.config.named(kind, ("name", name));
        let stored = stored.and_then(|stored| Uuid::parse_str(&stored.object.id()).ok());
        stored.unwrap_or_else(|| made_of(&format!("{} name {name}", kind.as_str())))
    }

    fn add(&mut self, object: Object) {
        let place = (object.kind(), object.id());
        let is_there = self.config.get(place.0, &place.1).is_some();
        if !is_there && self.made.insert(place) {
            self.objects.push(object);
        }
    }
}
