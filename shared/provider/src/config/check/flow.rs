//! Flows, the stages in them, and the fields of prompts.

use std::collections::BTreeSet;

use url::Url;

use super::{Checker, LONGEST_URI, WHOLE};
use crate::config::flows::{FlowObject, FlowStageBinding};
use crate::config::object::Object;
use crate::config::refer;
use crate::flow::next::Next;
use crate::flow::stage::PromptSettings;
use crate::ports::ObjectKind;

/// The longest name of a field in an answer.
const LONGEST_KEY: usize = 255;

/// Fields that every form of a flow has.
const RESERVED: [&str; 3] = ["component", "csrf", "next"];

impl Checker<'_> {
    pub(super) fn flow(&mut self, flow: &FlowObject) {
        self.filled("name", &flow.name);
        self.filled("title", &flow.title);
        let message = "is neither a path of this site nor an https URL";
        self.unless(may_be_shown(&flow.background), "background", message);
        let mut wrong = Vec::new();
        for kind in [ObjectKind::Provider, ObjectKind::Stage] {
            for object in self.config.of_kind(kind) {
                wrong.extend(misused(object, flow));
            }
        }
        for text in wrong {
            self.wrong("designation", text);
        }
    }

    pub(super) fn flow_stage_binding(&mut self, binding: &FlowStageBinding) {
        let known = self.config.flow(binding.target).is_some();
        let message = format!("there is no flow {}", binding.target);
        self.unless(known, "target", &message);
        let known = self.config.stage(binding.stage).is_some();
        let message = format!("there is no stage {}", binding.stage);
        self.unless(known, "stage", &message);
        let place = |it: &FlowStageBinding| (it.target, it.stage, it.order);
        let mut others = self.config.stages_of(binding.target);
        let twice = others.any(|it| it.id != binding.id && place(it) == place(binding));
        self.unless(
            !twice,
            WHOLE,
            "this stage stands at this place of the flow already",
        );
    }

    /// That the flows an object names are there, and for what it names them for.
    pub(super) fn flows(&mut self) {
        for (field, slug, designation) in refer::flows(self.object) {
            match self.config.flow_named(slug) {
                None => self.wrong(field, format!("there is no such flow: {slug}")),
                Some(flow) => {
                    let wanted = designation.unwrap_or(flow.designation);
                    let (is, wanted_text) = (flow.designation.as_str(), wanted.as_str());
                    let message = format!("{slug} is a flow for {is}, not for {wanted_text}");
                    self.unless(flow.designation == wanted, field, &message);
                }
            }
        }
    }

    pub(super) fn prompt(&mut self, prompt: &PromptSettings) {
        self.filled("name", &prompt.name);
        let key = &prompt.field_key;
        let message = "is letters, digits, _ and -, in parts with dots between them";
        self.unless(is_key(key), "field_key", message);
        let message = format!("{key} is a name that every form of a flow uses itself");
        self.unless(!RESERVED.contains(&key.as_str()), "field_key", &message);
        if prompt.placeholder_expression {
            self.filled("placeholder", &prompt.placeholder);
        }
        if prompt.initial_value_expression {
            self.filled("initial_value", &prompt.initial_value);
        }
    }

    /// That ids are of objects there are, each once.
    pub(super) fn ids(
        &mut self,
        field: &'static str,
        kind: ObjectKind,
        ids: impl IntoIterator<Item = uuid::Uuid>,
    ) {
        let mut seen = BTreeSet::new();
        for id in ids {
            let known = self.config.get(kind, &id.to_string()).is_some();
            let message = format!("there is no {} {id}", kind.as_str());
            self.unless(known, field, &message);
            self.unless(seen.insert(id), field, &format!("has {id} twice"));
        }
    }
}

/// Why a flow may not be for what it is for: somebody names it for something else.
fn misused(object: &Object, flow: &FlowObject) -> Vec<String> {
    let named = refer::flows(object).into_iter();
    let theirs = named.filter(|(_, slug, wanted)| {
        **slug == flow.slug && wanted.is_some_and(|wanted| wanted != flow.designation)
    });
    let text = |(field, ..): refer::Named<'_>| {
        let (kind, label) = (object.kind().as_str(), object.label());
        format!("{kind} {label} has it as its {field}")
    };
    theirs.map(text).collect()
}

/// Parts with dots between them, as in `attributes.settings.locale`.
fn is_key(key: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut parts = key.split('.');
    key.len() <= LONGEST_KEY && parts.all(|part| !part.is_empty() && part.chars().all(fits))
}

/// Whether a page may show a picture from there: a path of this site or an `https:` URL; or nothing.
pub(super) fn may_be_shown(text: &str) -> bool {
    let here = text.starts_with('/') && Next::parse(Some(text)).is_some();
    let there = Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    text.is_empty() || text.len() <= LONGEST_URI && (here || there)
}
