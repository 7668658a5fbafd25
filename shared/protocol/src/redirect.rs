//! Redirect URIs (RFC 6749 §3.1.2) and answers delivered through them.

use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::Malformed;

/// A URI a client registered to be sent back to, kept byte for byte as it was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Schemes that would run as script in our own origin or carry their own document.
const FORBIDDEN_SCHEMES: [&str; 5] = ["javascript", "data", "vbscript", "blob", "about"];

impl RedirectUri {
    /// Checks what RFC 6749 §3.1.2 asks: an absolute URI without a fragment; and no script scheme.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] otherwise.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let bad = Malformed::Invalid("redirect_uri", "an absolute URI without a fragment");
        let plain = text.bytes().all(|b| b.is_ascii_graphic());
        let url = Url::parse(text).map_err(|_| bad.clone())?;
        let scripted = FORBIDDEN_SCHEMES.contains(&url.scheme());
        if plain && text.len() <= 2048 && !text.contains('#') && !scripted {
            Ok(Self(text.to_owned()))
        } else {
            Err(bad)
        }
    }

    /// The URI as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What to show a person: the host, or the scheme of an app's own URI.
    pub fn display_host(&self) -> String {
        Url::parse(&self.0)
            .map(|url| {
                url.host_str()
                    .map_or_else(|| format!("{}:", url.scheme()), str::to_owned)
            })
            .unwrap_or_default()
    }

    /// Scheme, host and port, as a browser's `Origin` header writes them; `None` for an app's own scheme.
    pub fn origin(&self) -> Option<String> {
        let origin = Url::parse(&self.0).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

/// How an authorization response travels (OAuth 2.0 Multiple Response Types §2.1, Form Post §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI: the default for `code`.
    #[default]
    Query,
    /// In its fragment.
    Fragment,
    /// In the body of a form that the browser posts.
    FormPost,
}

impl ResponseMode {
    /// Reads `response_mode`.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] for a mode we do not have.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match text {
            "query" => Ok(Self::Query),
            "fragment" => Ok(Self::Fragment),
            "form_post" => Ok(Self::FormPost),
            _ => Err(Malformed::Invalid(
                "response_mode",
                "query, fragment or form_post",
            )),
        }
    }
}

/// An authorization response, ready to be delivered.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Send the browser to this URL.
    Redirect(String),
    /// Have the browser post these fields to this URL.
    Form {
        /// The redirect URI as registered.
        action: String,
        /// Name and value, in order.
        fields: Vec<(String, String)>,
    },
}

/// Puts the fields where the mode says. A query the registered URI already has is kept (RFC 6749 §3.1.2).
pub fn deliver(to: &str, mode: ResponseMode, fields: &[(&str, &str)]) -> Delivery {
    let encoded = || Serializer::new(String::new()).extend_pairs(fields).finish();
    match mode {
        ResponseMode::Query => Delivery::Redirect(with_query(to, &encoded())),
        ResponseMode::Fragment => Delivery::Redirect(format!("{to}#{}", encoded())),
        ResponseMode::FormPost => Delivery::Form {
            action: to.to_owned(),
            fields: fields
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
        },
    }
}

/// Adds an encoded query to a URL that has no fragment.
pub fn with_query(to: &str, encoded: &str) -> String {
    let separator = match to.find('?') {
        None => "?",
        Some(at) if at + 1 == to.len() || to.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{to}{separator}{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_3_1_2_a_redirect_uri_is_absolute_and_has_no_fragment() {
        for good in [
            "https://rp.example/cb?x=1",
            "http://localhost:1/cb",
            "com.example.app:/cb",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "/cb",
            "https://rp.example/cb#f",
            "https://rp.example/cb#",
            "",
            "//rp.example/",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_script_scheme_or_a_line_break_is_never_a_redirect_uri() {
        for bad in [
            "javascript:alert(1)",
            "JavaScript:x",
            "data:text/html,x",
            "vbscript:x",
            "https://a/\r\nx",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn rfc6749_3_1_2_an_existing_query_is_retained() {
        let query = |to| deliver(to, ResponseMode::Query, &[("code", "a b&")]);
        let to = |url: &str| Delivery::Redirect(url.to_owned());
        assert_eq!(query("https://rp/cb"), to("https://rp/cb?code=a+b%26"));
        assert_eq!(
            query("https://rp/cb?x=1"),
            to("https://rp/cb?x=1&code=a+b%26")
        );
        assert_eq!(query("https://rp/cb?"), to("https://rp/cb?code=a+b%26"));
    }

    #[test]
    fn response_modes_place_the_fields() {
        let fields = [("code", "c"), ("state", "s")];
        assert_eq!(
            deliver("https://rp/cb?x=1", ResponseMode::Fragment, &fields),
            Delivery::Redirect("https://rp/cb?x=1#code=c&state=s".into())
        );
        let Delivery::Form { action, fields } =
            deliver("https://rp/cb", ResponseMode::FormPost, &fields)
        else {
            panic!("a form was asked for")
        };
        assert_eq!((action.as_str(), fields.len()), ("https://rp/cb", 2));
    }
}
