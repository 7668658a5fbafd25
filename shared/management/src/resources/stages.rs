//! Stages, of all kinds (API reference B12).
//!
//! Reading order: [`About`] (what differs between kinds), `kinds` (the table of them), `shapes` (their fields),
//! `fields` (how each setting looks on the wire), `settings` (how they are read).

mod all;
mod choices;
mod fields;
pub mod kinds;
mod settings;
pub mod shapes;

use std::marker::PhantomData;

use provider::config::{Config, Object, StageObject};
use provider::flow::stage::Settings;
use provider::ports::ObjectKind;
use serde_json::json;

use super::crud::{Editable, Kind};
use super::flows;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Row};
use crate::form::Form;
use crate::operation::{Ask, Operation};
use crate::rows::Listing;
use crate::shape::Shape;

pub(crate) use kinds::models;
pub use kinds::{ALL, about};
pub(crate) use shapes::PROMPT_CHALLENGE;
pub(crate) use shapes::STAGE;

/// What differs between the kinds of stages.
#[derive(Debug)]
pub struct About {
    /// The name of the kind in [`Settings`].
    pub kind: &'static str,
    /// How its operations are called.
    pub id: &'static str,
    /// Where its list is.
    pub path: &'static str,
    /// authentik's class.
    pub model: &'static str,
    /// authentik's application behind `authentik_stages_`.
    pub app: &'static str,
    /// The form of the admin interface; clients tell the kinds apart by it.
    pub component: &'static str,
    /// What people call one.
    pub verbose_name: &'static str,
    /// What it does, for lists of kinds.
    pub description: &'static str,
    /// Its fields: those of [`STAGE`], and its own.
    pub shape: &'static Shape,
    /// What lists of it are narrowed down by.
    pub filters: &'static [Filter],
}

impl About {
    /// Django's names of its application and its model.
    pub fn names(&self) -> (String, String) {
        let app = format!("authentik_stages_{}", self.app);
        (app, self.model.to_lowercase())
    }

    /// Both together, as `meta_model_name` has them.
    pub fn meta_model_name(&self) -> String {
        let (app, model) = self.names();
        format!("{app}.{model}")
    }
}

/// A kind of stage, as a type.
pub trait Described: Send + Sync + 'static {
    /// What differs.
    const ABOUT: &'static About;
}

/// The stages of a kind.
pub struct Stages<S>(PhantomData<S>);

/// All operations on stages.
pub fn operations() -> Vec<Operation> {
    let mut operations = all::operations();
    operations.extend(kinds::operations());
    operations
}

/// What all kinds have.
pub fn row(config: &Config, stage: &StageObject) -> Row {
    let about = about(&stage.settings);
    let row = json!({
        "pk": stage.id,
        "name": stage.name,
        "component": about.component,
        "verbose_name": about.verbose_name,
        "verbose_name_plural": format!("{}s", about.verbose_name),
        "meta_model_name": about.meta_model_name(),
        "flow_set": flows::flows_with(config, stage.id),
    });
    row.as_object().cloned().unwrap_or_default()
}

/// What is only looked at by filters: whether no flow has the stage.
const NO_FLOWS: &str = "no_flows";

impl<S: Described> Kind for Stages<S> {
    const ID: &'static str = S::ABOUT.id;
    const PATH: &'static str = S::ABOUT.path;
    const KEY: &'static str = "stage_uuid";
    const MODEL: &'static str = S::ABOUT.model;
    const SHAPE: &'static Shape = S::ABOUT.shape;
    const LISTING: Listing = Listing {
        filters: S::ABOUT.filters,
        search: &["name"],
        order: &["name"],
    };
    const OF: ObjectKind = ObjectKind::Stage;

    fn is(object: &Object) -> bool {
        let stage = object.as_stage();
        stage.is_some_and(|stage| about(&stage.settings).kind == S::ABOUT.kind)
    }

    fn row(config: &Config, object: &Object) -> Row {
        let Some(stage) = object.as_stage() else {
            return Row::new();
        };
        let mut row = row(config, stage);
        let in_none = row
            .get("flow_set")
            .and_then(|flows| flows.as_array())
            .is_none_or(Vec::is_empty);
        row.insert(NO_FLOWS.to_owned(), in_none.into());
        row.extend(fields::own(config, S::ABOUT, &stage.settings));
        row
    }

    async fn complete<'a>(
        _api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        mut rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        for row in &mut rows {
            row.remove(NO_FLOWS);
        }
        Ok(rows)
    }
}

impl<S: Described> Editable for Stages<S> {
    async fn write<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_stage);
        let id = before.map_or_else(|| api.id_for(form), |stage| stage.id);
        let mut name = before.map(|stage| stage.name.clone()).unwrap_or_default();
        form.set("name", &mut name);
        let stored = before.map(|stage| &stage.settings);
        let mut draft = settings::Draft::of(S::ABOUT, stored)?;
        draft.fill(config, form);
        settings::check_group(api, ask, &draft, form).await?;
        if let Some(secret) = form.text("private_key") {
            let sealed = settings::sealed(api, ask, id, stored, secret).await?;
            draft.put("private_key", crate::wire::value(&sealed));
        }
        form.errors.clone().check()?;
        let settings: Settings = draft.finish()?;
        Ok(StageObject { id, name, settings }.into())
    }
}
