//! The forms of the pages, as far as a login has them.

use anyhow::{Context as _, bail};

use crate::login::PASSWORD;
use crate::scene::{ADA, encoded};

/// A form as it is sent.
pub(super) struct Typed {
    /// What somebody did.
    pub(super) what: &'static str,
    /// Where it is sent.
    pub(super) to: String,
    /// What it says.
    pub(super) body: String,
}

/// Fills in the form of a page.
pub(super) fn typed(html: &str) -> anyhow::Result<Typed> {
    let component = field(html, "component").with_context(|| format!("no form: {html}"))?;
    let csrf = field(html, "csrf").context("no csrf field")?;
    let (what, name, value) = match component.as_str() {
        "ak-stage-identification" => ("name typed", "uid_field", ADA.0),
        "ak-stage-password" => (PASSWORD, "password", ADA.1),
        other => bail!("unknown stage {other}"),
    };
    let form = [
        ("csrf", csrf.as_str()),
        ("component", &component),
        (name, value),
    ];
    Ok(Typed {
        what,
        to: attribute(html, "<form", "action").context("no action")?,
        body: encoded(&form),
    })
}

/// Path and query of a URL of the issuer.
pub(super) fn path(url: &str) -> &str {
    let behind = url.split_once("://").map(|(_, rest)| rest);
    let path = behind.and_then(|rest| rest.get(rest.find('/')?..));
    path.unwrap_or(url)
}

/// The value of the input with this name.
fn field(html: &str, name: &str) -> Option<String> {
    let at = html.find(&format!("name=\"{name}\""))?;
    let from = html.get(..at)?.rfind('<')?;
    attribute(html.get(from..)?, "<", "value")
}

/// An attribute of the first tag that begins like this.
fn attribute(html: &str, tag: &str, name: &str) -> Option<String> {
    let tag = html.get(html.find(tag)?..)?;
    let tag = tag.get(..tag.find('>')?)?;
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = value.split_once('"')?;
    // As the templates escape: decimal references of five characters.
    let escapes = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    let plain = escapes.iter();
    Some(plain.fold(value.to_owned(), |text, (from, to)| text.replace(from, to)))
}
