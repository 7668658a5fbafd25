//! Fields of prompt stages (API reference B12, `stages/prompt/prompts`).

use http::{Method, StatusCode};
use provider::config::{Config, Object};
use provider::flow::stage::{FieldType, PromptSettings, Settings};
use provider::ports::ObjectKind;
use serde_json::json;

use super::crud::{self, Editable, Kind};
use super::stages;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::form::{Form, Mode};
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::rows::Listing;
use crate::shape::{Choice, Kind as Of, Shape, choice, flag, int, list, text, uuid};

/// What a field can be.
pub static TYPES: Choice = Choice {
    name: "PromptTypeEnum",
    values: &[
        "text",
        "text_area",
        "text_read_only",
        "text_area_read_only",
        "username",
        "email",
        "password",
        "number",
        "checkbox",
        "radio-button-group",
        "dropdown",
        "date",
        "date-time",
        "file",
        "separator",
        "hidden",
        "static",
        "ak-locale",
    ],
};

/// `Prompt`
pub static PROMPT: Shape = Shape {
    name: "Prompt",
    fields: &[
        uuid("pk").computed(),
        text("name").required(),
        text("field_key").required(),
        text("label").required(),
        choice("type", &TYPES).required(),
        flag("required"),
        text("placeholder").blank(),
        text("initial_value").blank(),
        int("order"),
        list("promptstage_set", &Of::Nested(&stages::STAGE)).computed(),
        text("sub_text").blank(),
        flag("placeholder_expression"),
        flag("initial_value_expression"),
    ],
};

/// Fields.
pub struct Prompts;

/// All operations on fields.
pub fn operations() -> Vec<Operation> {
    let mut all = crud::operations::<Prompts>();
    let preview = Operation::new(
        "stages_prompt_prompts_preview_create",
        Method::POST,
        "/stages/prompt/prompts/preview/",
        |api, ask| Box::pin(preview(api, ask)),
    );
    let preview = preview.takes(Body::Json(&PROMPT, Mode::Create));
    all.push(preview.answers(Answer::One(StatusCode::OK, &stages::PROMPT_CHALLENGE)));
    all
}

/// How a field would look to whoever asks.
async fn preview(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&PROMPT, Mode::Create)?;
    let mut field = blank(uuid::Uuid::nil());
    fill(&mut form, &mut field);
    form.errors.check()?;
    let user = &ask.caller()?.user;
    let shown = api.parts.policies.preview_prompt(ask.call, &field, user);
    let shown = shown.await?;
    let shown = shown.map_err(|why| Refusal::field("non_field_errors", why))?;
    Reply::ok(json!({ "component": "ak-stage-prompt", "fields": [shown] }))
}

fn blank(id: uuid::Uuid) -> PromptSettings {
    PromptSettings {
        id,
        name: String::new(),
        field_key: String::new(),
        label: String::new(),
        r#type: FieldType::Text,
        required: true,
        placeholder: String::new(),
        initial_value: String::new(),
        order: 0,
        sub_text: String::new(),
        placeholder_expression: false,
        initial_value_expression: false,
    }
}

fn fill(form: &mut Form, field: &mut PromptSettings) {
    form.set("name", &mut field.name);
    form.set("field_key", &mut field.field_key);
    form.set("label", &mut field.label);
    form.set("type", &mut field.r#type);
    form.set("required", &mut field.required);
    form.set("placeholder", &mut field.placeholder);
    form.set("initial_value", &mut field.initial_value);
    form.set("order", &mut field.order);
    form.set("sub_text", &mut field.sub_text);
    form.set("placeholder_expression", &mut field.placeholder_expression);
    form.set(
        "initial_value_expression",
        &mut field.initial_value_expression,
    );
}

impl Kind for Prompts {
    const ID: &'static str = "stages_prompt_prompts";
    const PATH: &'static str = "/stages/prompt/prompts/";
    const KEY: &'static str = "prompt_uuid";
    const MODEL: &'static str = "Prompt";
    const SHAPE: &'static Shape = &PROMPT;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("field_key", Given::Text),
            Filter::exact("label", Given::Text),
            Filter::exact("name", Given::Text),
            Filter::exact("placeholder", Given::Text),
            Filter::exact("type", Given::Choice(&TYPES)),
        ],
        search: &["field_key", "name", "label", "type", "placeholder"],
        order: &["field_key", "name"],
    };
    const OF: ObjectKind = ObjectKind::Prompt;

    fn row(config: &Config, object: &Object) -> Row {
        let Some(prompt) = object.as_prompt() else {
            return Row::new();
        };
        let has = |settings: &Settings| matches!(settings, Settings::Prompt(its) if its.fields.contains(&prompt.id));
        let used = config.stages().filter(|stage| has(&stage.settings));
        let used: Vec<Row> = used.map(|stage| stages::row(config, stage)).collect();
        let row = json!({
            "pk": prompt.id,
            "name": prompt.name,
            "field_key": prompt.field_key,
            "label": prompt.label,
            "type": prompt.r#type,
            "required": prompt.required,
            "placeholder": prompt.placeholder,
            "initial_value": prompt.initial_value,
            "order": prompt.order,
            "promptstage_set": used,
            "sub_text": prompt.sub_text,
            "placeholder_expression": prompt.placeholder_expression,
            "initial_value_expression": prompt.initial_value_expression,
        });
        row.as_object().cloned().unwrap_or_default()
    }
}

impl Editable for Prompts {
    async fn write<'a>(
        api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_prompt).cloned();
        let mut prompt = before.unwrap_or_else(|| blank(api.id_for(form)));
        fill(form, &mut prompt);
        Ok(prompt.into())
    }
}
