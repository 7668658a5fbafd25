//! Fill these fields in.

use askama::Template;

use super::{Form, Page, Scene, scripts};

/// Asks for whatever its fields are.
///
/// Posts each field under its key.
#[derive(Template)]
#[template(path = "prompt.html")]
pub struct Prompt<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// What stands above it.
    pub heading: String,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// What is wrong with the answer as a whole, as a sentence.
    pub error: Option<String>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its place on the page; names it for its label.
    pub number: usize,
    /// Its name in the answer.
    pub key: String,
    /// What stands above it.
    pub label: String,
    /// What it holds at first.
    pub value: String,
    /// What stands in it while it is empty.
    pub placeholder: String,
    /// What stands below it; may be empty.
    pub hint: String,
    /// Whether it may not stay empty.
    pub required: bool,
    /// Whether the person begins there.
    pub focused: bool,
    /// What is wrong with it, as a sentence.
    pub error: Option<String>,
    /// What it looks like.
    pub widget: Widget,
}

/// What a field looks like.
#[derive(Clone, Debug)]
pub enum Widget {
    /// A line.
    Line {
        /// The `type` of the input.
        kind: &'static str,
        /// What browsers may fill in.
        autocomplete: &'static str,
        /// Whether it cannot be changed.
        read_only: bool,
    },
    /// Lines.
    Lines {
        /// Whether they cannot be changed.
        read_only: bool,
    },
    /// A check box.
    Checkbox {
        /// Whether it is checked at first.
        checked: bool,
    },
    /// One of several, all of them seen.
    Radio {
        /// What may be chosen.
        choices: Vec<Choice>,
    },
    /// One of several, in a list.
    Choice {
        /// What may be chosen.
        choices: Vec<Choice>,
    },
    /// A file, sent as a `data:` URL.
    File {
        /// The largest, in bytes.
        most: usize,
    },
    /// Text to be read.
    Static,
    /// A line between fields.
    Separator,
    /// What is sent back unseen.
    Hidden,
}

/// What may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Whether it is chosen at first.
    pub chosen: bool,
}

impl Field {
    fn id(&self) -> String {
        format!("field-{}", self.number)
    }

    fn error_id(&self) -> String {
        format!("{}-error", self.id())
    }

    fn hint_id(&self) -> String {
        format!("{}-hint", self.id())
    }

    /// The ids of what describes it.
    fn described_by(&self) -> Option<String> {
        let error = self.error.is_some().then(|| self.error_id());
        let hint = (!self.hint.is_empty()).then(|| self.hint_id());
        let ids: Vec<String> = [error, hint].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// Attributes of every kind of input. They are made of ids alone, so that they are markup as they stand.
    fn state(&self) -> String {
        let mut attributes = String::new();
        for (set, attribute) in [
            (self.required, " required"),
            (self.focused, " autofocus"),
            (self.error.is_some(), " aria-invalid=\"true\""),
        ] {
            if set {
                attributes.push_str(attribute);
            }
        }
        if let Some(ids) = self.described_by() {
            attributes = format!("{attributes} aria-describedby=\"{ids}\"");
        }
        attributes
    }

    /// The largest file, in words.
    fn most_shown(&self) -> String {
        match &self.widget {
            Widget::File { most } => format!("{} KB", most / 1024),
            Widget::Line { .. }
            | Widget::Lines { .. }
            | Widget::Checkbox { .. }
            | Widget::Radio { .. }
            | Widget::Choice { .. }
            | Widget::Static
            | Widget::Separator
            | Widget::Hidden => String::new(),
        }
    }

    fn needs_script(&self) -> bool {
        matches!(self.widget, Widget::File { .. })
    }
}

impl Prompt<'_> {
    fn is_wrong(&self) -> bool {
        self.error.is_some() || self.fields.iter().any(|field| field.error.is_some())
    }
}

impl Page for Prompt<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        let files = self.fields.iter().any(Field::needs_script);
        files.then_some(scripts::FILE).into_iter().collect()
    }
}
