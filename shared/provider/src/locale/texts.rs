//! Texts by key.

use std::sync::LazyLock;

use askama::filters::{Html, Safe, escape};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use super::{Locale, said};

/// The texts of a language; as cheap to copy as its name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts(Locale);

pub(super) type Bundle = FluentBundle<FluentResource>;

macro_rules! files {
    ($locale:literal) => {
        [
            include_str!(concat!("../../locales/", $locale, "/common.ftl")),
            include_str!(concat!("../../locales/", $locale, "/sign-in.ftl")),
            include_str!(concat!("../../locales/", $locale, "/set-up.ftl")),
            include_str!(concat!("../../locales/", $locale, "/ends.ftl")),
            include_str!(concat!("../../locales/", $locale, "/device.ftl")),
            include_str!(concat!("../../locales/", $locale, "/mail.ftl")),
            include_str!(concat!("../../locales/", $locale, "/user.ftl")),
            include_str!(concat!("../../locales/", $locale, "/said.ftl")),
        ]
    };
}

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::En));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Locale::De));

/// The files of a language.
pub(super) const fn files(locale: Locale) -> [&'static str; 8] {
    match locale {
        Locale::En => files!("en"),
        Locale::De => files!("de"),
    }
}

/// What is not Fluent in a file is left out, and a key that is there twice keeps its first text; tests show that
/// there is neither.
fn bundle(locale: Locale) -> Bundle {
    let language = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Marks around values are for text of both directions; neither language needs them.
    bundle.set_use_isolating(false);
    for file in files(locale) {
        let resource = match FluentResource::try_new(file.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        if bundle.add_resource(resource).is_err() {
            tracing::error!(event = "text_twice", locale = locale.tag());
        }
    }
    bundle
}

impl Texts {
    /// Those of this language.
    pub const fn of(locale: Locale) -> Self {
        Self(locale)
    }

    /// Which language it is.
    pub const fn locale(self) -> Locale {
        self.0
    }

    pub(super) fn bundle(self) -> &'static Bundle {
        match self.0 {
            Locale::En => &ENGLISH,
            Locale::De => &GERMAN,
        }
    }

    /// A text without variables. A key that is not there is its own text.
    pub fn get(self, key: &str) -> String {
        self.format(key, None)
    }

    /// A text with these values.
    pub fn with<V: AsRef<str>>(self, key: &str, values: &[(&str, V)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set((*name).to_owned(), value.as_ref().to_owned());
        }
        self.format(key, Some(&args))
    }

    /// A text with a number, `$count`.
    pub fn count(self, key: &str, count: u64) -> String {
        let mut args = FluentArgs::new();
        args.set("count", FluentValue::from(count));
        self.format(key, Some(&args))
    }

    /// A text as markup, its values in bold; all of it is escaped.
    pub fn bold<V: AsRef<str>>(self, key: &str, values: &[(&str, V)]) -> Safe<String> {
        let marked: Vec<(&str, String)> = values
            .iter()
            .map(|(name, value)| (*name, format!("{OPEN}{}{CLOSE}", unmarked(value.as_ref()))))
            .collect();
        let text = escape(self.with(key, &marked), Html);
        let html = match text {
            Ok(html) => html.0.to_string(),
            Err(never) => match never {},
        };
        Safe(html.replace(OPEN, "<b>").replace(CLOSE, "</b>"))
    }

    /// What a stage said in English, in this language; as it stands where there is nothing for it, such as a text
    /// that an administrator wrote.
    pub fn said(self, english: &str) -> String {
        said::translated(self, english)
    }

    pub(super) fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let pattern = bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            return key.to_owned();
        };
        let mut faults = Vec::new();
        bundle
            .format_pattern(pattern, args, &mut faults)
            .into_owned()
    }
}

/// Stand for the tags around a bold value until the rest is escaped: characters of no language (Unicode's private use
/// area).
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

fn unmarked(value: &str) -> String {
    value.replace([OPEN, CLOSE], "")
}
