//! What every page stands in: the brand, the language, and the address it was asked at.

use std::sync::LazyLock;

use form_urlencoded::Serializer;
use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, Uri};
use protocol::{Seconds, Secret};

use super::palette;
use crate::brand::Brand;
use crate::http::Call;
use crate::http::cookie::{self, Name};
use crate::locale::{Locale, Texts, Wishes};
use crate::user::User;

/// How long a language is kept that somebody chose: a year.
const KEPT: Seconds = Seconds(365 * 24 * 60 * 60);

/// What every page stands in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// Whose sign-in this is.
    pub brand: &'a Brand,
    /// What is said, in the page's language.
    pub texts: Texts,
    /// The picture behind the page; `None` for a plain one.
    pub backdrop: Option<&'a str>,
    /// Where the page is shown in another language; empty where that cannot be asked for.
    pub languages: Vec<Language>,
    /// A `Set-Cookie` value that keeps the language, where it was just chosen.
    pub kept: Option<String>,
}

/// The page in another language.
#[derive(Clone, Debug)]
pub struct Language {
    /// Which.
    pub locale: Locale,
    /// Where: path and query.
    pub url: String,
}

/// What else is known of the person's language, beside the request.
#[derive(Clone, Copy, Default)]
pub struct Person<'a> {
    /// Who it is for sure: an account's language would tell a stranger that there is such an account.
    pub account: Option<&'a User>,
    /// `ui_locales` of the authorization request.
    pub ui_locales: Option<&'a str>,
}

static NOBODYS: LazyLock<Brand> = LazyLock::new(Brand::default);

impl<'a> Scene<'a> {
    /// For a request, of somebody nothing else is known of.
    pub fn of(call: &'a Call<'_>) -> Self {
        Self::with(call, Person::default())
    }

    /// For a request of this person.
    pub fn with(call: &'a Call<'_>, person: Person<'_>) -> Self {
        let brand = &call.tenant.brand;
        let query = call.query().ok();
        let chosen = query
            .as_ref()
            .and_then(|query| query.optional("locale").ok()?);
        let kept = cookie::read(call.request.headers(), &call.tenant, Name::Locale);
        let setting = person.account.and_then(|user| {
            user.profile
                .attributes
                .get("settings")?
                .get("locale")?
                .as_str()
        });
        let locale = Wishes {
            chosen,
            kept: kept.as_deref(),
            ui_locales: person.ui_locales,
            account: setting,
            accept_language: accepted(call.request.headers()),
            brand: &brand.default_locale,
        }
        .locale();
        Self {
            brand,
            texts: Texts::of(locale),
            backdrop: brand.background(""),
            languages: others(locale, call.request.uri()),
            kept: chosen.and_then(Locale::parse).map(|locale| {
                let tag = Secret::new(locale.tag());
                cookie::write(&call.tenant, Name::Locale, &tag, KEPT)
            }),
        }
    }

    /// For a request that came to nobody's host.
    pub fn nobodys(headers: &HeaderMap) -> Scene<'static> {
        let wishes = Wishes {
            accept_language: accepted(headers),
            ..Wishes::default()
        };
        Scene {
            brand: &NOBODYS,
            texts: Texts::of(wishes.locale()),
            backdrop: None,
            languages: Vec::new(),
            kept: None,
        }
    }

    /// Without links to itself in other languages: they repeat the request.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.languages.clear();
        self
    }

    /// With a flow's own picture behind it, where it has one.
    #[must_use]
    pub fn before(mut self, background: &'a str) -> Self {
        self.backdrop = self.brand.background(background);
        self
    }

    /// The style sheet of its colours.
    pub fn colours(&self) -> String {
        palette::css(self.brand)
    }

    /// Pictures that every page of it shows.
    pub(super) fn pictures(&self) -> impl Iterator<Item = &str> {
        let brand = self.brand;
        [brand.logo(), brand.favicon(), self.backdrop]
            .into_iter()
            .flatten()
    }
}

fn accepted(headers: &HeaderMap) -> Option<&str> {
    headers.get(ACCEPT_LANGUAGE)?.to_str().ok()
}

/// The same address with each other language. A form's fields are not in it: the link asks for the page anew.
fn others(current: Locale, uri: &Uri) -> Vec<Language> {
    let rest: Vec<_> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != "locale")
        .collect();
    let others = Locale::ALL.into_iter().filter(|locale| *locale != current);
    others
        .map(|locale| {
            let mut query = Serializer::new(String::new());
            query
                .extend_pairs(&rest)
                .append_pair("locale", locale.tag());
            Language {
                locale,
                url: format!("{}?{}", uri.path(), query.finish()),
            }
        })
        .collect()
}
