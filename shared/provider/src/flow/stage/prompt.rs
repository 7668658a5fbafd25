//! How prompt stages and their fields are set.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `PromptStage`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromptStageSettings {
    /// Prompts, in any order.
    pub fields: Vec<Uuid>,
    /// Policies that check all fields together.
    pub validation_policies: Vec<Uuid>,
}

/// The kinds of fields of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A line.
    Text,
    /// Lines.
    TextArea,
    /// A line that cannot be changed.
    TextReadOnly,
    /// Lines that cannot be changed.
    TextAreaReadOnly,
    /// A user name.
    Username,
    /// An address.
    Email,
    /// A password; two of them in one stage must be alike.
    Password,
    /// A number.
    Number,
    /// A check box.
    Checkbox,
    /// One of several, side by side.
    #[serde(rename = "radio-button-group")]
    RadioButtonGroup,
    /// One of several, in a list.
    Dropdown,
    /// A day.
    Date,
    /// A day and time.
    #[serde(rename = "date-time")]
    DateTime,
    /// A file, as a `data:` URL.
    File,
    /// A line between fields.
    Separator,
    /// What is sent back unseen.
    Hidden,
    /// Text to be read.
    Static,
    /// A language.
    #[serde(rename = "ak-locale")]
    Locale,
}

/// `Prompt`: a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromptSettings {
    /// Its id in the API.
    pub id: Uuid,
    /// What administrators call it; unique in the tenant.
    pub name: String,
    /// Its name in the answer.
    pub field_key: String,
    /// What stands above it.
    pub label: String,
    /// Its kind.
    pub r#type: FieldType,
    /// Whether it may not stay empty.
    pub required: bool,
    /// What stands in it while it is empty, or Python that says so; choices where it is one of several.
    pub placeholder: String,
    /// What stands in it at first, or Python that says so.
    pub initial_value: String,
    /// Its place.
    pub order: i32,
    /// What stands below it.
    pub sub_text: String,
    /// Whether `placeholder` is Python.
    pub placeholder_expression: bool,
    /// Whether `initial_value` is Python.
    pub initial_value_expression: bool,
}
