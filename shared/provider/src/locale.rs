//! Languages: which one a page is in, and its texts (Fluent, `locales/`).
//!
//! A page asks [`Texts`] by key. What stages say (errors, names of devices) is English on its way through the
//! engine, as authentik's API is; pages find the German for it in `said.ftl` ([`Texts::said`]).

mod said;
#[cfg(test)]
mod tests;
mod texts;

pub use texts::Texts;

/// A language that there are texts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Locale {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its tag (RFC 5646), as `lang` of a page has it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// What it calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// The one for a tag such as `de-AT` or `de_AT`: its language counts, not its region.
    pub fn parse(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or_default().trim();
        let mut all = Self::ALL.into_iter();
        all.find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    /// The first of these tags that there are texts in.
    fn first_of<'a>(tags: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        tags.into_iter().find_map(Self::parse)
    }
}

/// Who would like which language, each as it was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// `?locale=`: what the person just chose.
    pub chosen: Option<&'a str>,
    /// What they chose before, by the cookie.
    pub kept: Option<&'a str>,
    /// `ui_locales` of the authorization request (OpenID Connect Core §3.1.2.1): tags, the best first.
    pub ui_locales: Option<&'a str>,
    /// The setting of the account, where it is known for sure whose.
    pub account: Option<&'a str>,
    /// `Accept-Language` (RFC 9110 §12.5.4).
    pub accept_language: Option<&'a str>,
    /// What the brand has set.
    pub brand: &'a str,
}

impl Wishes<'_> {
    /// The language of the page: who is nearer to the person decides.
    pub fn locale(&self) -> Locale {
        let tag = |tag: Option<&str>| tag.and_then(Locale::parse);
        tag(self.chosen)
            .or_else(|| tag(self.kept))
            .or_else(|| Locale::first_of(self.ui_locales?.split(' ')))
            .or_else(|| tag(self.account))
            .or_else(|| Locale::first_of(by_quality(self.accept_language?)))
            .or_else(|| Locale::parse(self.brand))
            .unwrap_or_default()
    }
}

/// The tags of an `Accept-Language`, the most wanted first; what has a quality of nothing is left out.
fn by_quality(header: &str) -> Vec<&str> {
    let weighed = header.split(',').map(|range| {
        let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
        let weight = weight.trim().strip_prefix("q=");
        let quality = weight.map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
        (tag.trim(), quality.unwrap_or(0.0))
    });
    let mut tags: Vec<(&str, f32)> = weighed.filter(|(_, quality)| *quality > 0.0).collect();
    tags.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    tags.into_iter().map(|(tag, _)| tag).collect()
}
