//! Which claims a scope carries (OpenID Connect Core §5.4, reference §6.3, §9.1): what the client's mappings say.

mod asked;
mod merge;
mod shipped;
mod sub;
#[cfg(test)]
pub(crate) mod tests;

use protocol::{Scopes, Timestamp};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::http::Call;
use crate::mapping::ScopeMapping;
use crate::ports::PortError;
use crate::script::{ObjectFacts, TokenFacts};
use crate::scripts::{Evaluation, Matter, Reads, Scripts, Setting};
use crate::tenant::Tenant;
use crate::user::{Subject, User};

pub use asked::At;
pub(crate) use sub::hex;
pub(crate) use sub::{hash_of_pk, read_hash};
pub use sub::{hashed, hashed_pk, sub, sub_in};

/// Claims by name.
pub type Claims = Map<String, Value>;

/// Claims that every ID token holds.
pub(crate) const STANDARD: [&str; 9] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "amr",
    "nonce",
];

/// The claims that a client's mappings yield.
#[derive(Clone)]
pub struct Mappings {
    scripts: Scripts,
}

/// Whom claims are about, as far as they have been read.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// The user, read just now.
    User(&'a User),
    /// The copy in a grant; the user is read where an expression needs more.
    Copy(&'a Subject),
}

impl<'a> About<'a> {
    const fn subject(self) -> &'a Subject {
        match self {
            Self::User(user) => &user.subject,
            Self::Copy(subject) => subject,
        }
    }
}

impl Mappings {
    /// With this engine.
    pub const fn new(scripts: Scripts) -> Self {
        Self { scripts }
    }

    /// Runs the client's mappings for these scopes (reference §9.1). A mapping that fails contributes nothing
    /// and leaves events. Where all are shipped ones, nothing is read and no interpreter is started.
    ///
    /// # Errors
    /// Where facts cannot be read.
    pub async fn claims(
        &self,
        call: &Call<'_>,
        client: &Client,
        scopes: &Scopes,
        about: About<'_>,
        token: TokenFacts,
    ) -> Result<Claims, PortError> {
        let mappings = in_order(client, scopes);
        if scripted(&mappings).next().is_none() {
            return Ok(natively(&mappings, about.subject()));
        }
        let read;
        let user = match about {
            About::User(user) => Some(user),
            // Gone since: nobody in particular. The write that spends the grant finds out, too.
            About::Copy(subject) => {
                read = self
                    .scripts
                    .subjects
                    .by_id(&call.tenant.id, subject.id)
                    .await?;
                read.as_ref()
            }
        };
        let matter = Matter {
            token: Some(token),
            reads: scripted(&mappings)
                .map(|mapping| Reads::of(&mapping.expression))
                .fold(Reads::default(), Reads::and),
            ..Matter::default()
        };
        let setting = Setting::of(call, client);
        let evaluation = Evaluation::begin(&self.scripts, setting, user, matter).await?;
        let mut claims = Claims::new();
        for mapping in mappings {
            match mapping.shipped() {
                Some(shipped) => {
                    merge::merge(&mut claims, shipped::claims(shipped, about.subject()));
                }
                None => merge::merge(&mut claims, evaluate(&evaluation, mapping).await),
            }
        }
        evaluation.end().await;
        Ok(claims)
    }

    /// The names of the claims that a mapping yields for nobody in particular (reference §5.2,
    /// `claims_supported`). Asked where a mapping is saved, not on a request: it leaves no events, and one that
    /// fails announces nothing.
    ///
    /// # Errors
    /// Where facts cannot be read.
    pub async fn announced(
        &self,
        tenant: &Tenant,
        mapping: &ScopeMapping,
        now: Timestamp,
    ) -> Result<Vec<String>, PortError> {
        if let Some(shipped) = mapping.shipped() {
            return Ok(shipped::names(shipped)
                .iter()
                .map(|&name| name.to_owned())
                .collect());
        }
        let setting = Setting {
            tenant,
            now,
            call: None,
            client: None,
        };
        let evaluation = Evaluation::begin(&self.scripts, setting, None, Matter::default()).await?;
        let claims = evaluate(&evaluation, mapping).await;
        Ok(claims.into_iter().map(|(name, _)| name).collect())
    }
}

/// The client's mappings for these scopes, ordered by scope and then by name.
fn in_order<'c>(client: &'c Client, scopes: &Scopes) -> Vec<&'c ScopeMapping> {
    let granted = |mapping: &&ScopeMapping| scopes.contains(mapping.scope.as_str());
    let mut mappings: Vec<&ScopeMapping> = client.mappings.iter().filter(granted).collect();
    mappings.sort_by(|a, b| (&a.scope, &a.name).cmp(&(&b.scope, &b.name)));
    mappings
}

/// Those that need the interpreter.
fn scripted<'m>(mappings: &'m [&ScopeMapping]) -> impl Iterator<Item = &'m ScopeMapping> {
    let needs = |mapping: &&ScopeMapping| mapping.shipped().is_none();
    mappings.iter().copied().filter(needs)
}

fn natively(mappings: &[&ScopeMapping], subject: &Subject) -> Claims {
    let mut claims = Claims::new();
    for shipped in mappings.iter().filter_map(|mapping| mapping.shipped()) {
        merge::merge(&mut claims, shipped::claims(shipped, subject));
    }
    claims
}

/// What one expression says. A dict counts, `None` says nothing, anything else is a mistake that the log tells of.
async fn evaluate(evaluation: &Evaluation<'_>, mapping: &ScopeMapping) -> Claims {
    let object = ObjectFacts {
        pk: mapping.id.to_string(),
        name: mapping.name.clone(),
        slug: mapping.scope.as_str().to_owned(),
    };
    let done = evaluation.mapping(object, &mapping.expression).await;
    match done.map(|done| done.value) {
        Some(Value::Object(claims)) => claims,
        None | Some(Value::Null) => Claims::new(),
        Some(_) => {
            let name = mapping.name.as_str();
            tracing::warn!(
                event = "mapping_no_dict",
                mapping = name,
                "a mapping gave no dict and is ignored"
            );
            Claims::new()
        }
    }
}

/// What the consent page says of these scopes, each with its scope (reference §2.7): the descriptions of the
/// client's mappings ordered by their names, of which an empty one is hidden, then GitHub's scopes.
pub fn consent_texts<'c>(client: &'c Client, scopes: &'c Scopes) -> Vec<(&'c str, &'c str)> {
    let shown = |mapping: &&ScopeMapping| {
        scopes.contains(mapping.scope.as_str()) && !mapping.description.is_empty()
    };
    let mut mappings: Vec<&ScopeMapping> = client.mappings.iter().filter(shown).collect();
    mappings.sort_by(|a, b| a.name.cmp(&b.name));
    let own = mappings
        .into_iter()
        .map(|mapping| (mapping.scope.as_str(), mapping.description.as_str()));
    let asked = scopes
        .iter()
        .filter(|scope| !client.scopes.contains(scope.as_str()));
    own.chain(asked.filter_map(|scope| Some((scope.as_str(), github_text(scope.as_str())?))))
        .collect()
}

/// GitHub's scopes are no mappings, and so their texts are fixed (seed 003).
fn github_text(scope: &str) -> Option<&'static str> {
    match scope {
        "user" | "read:user" => Some("GitHub compatibility: your user information"),
        "user:email" => Some("GitHub compatibility: your email address"),
        "read:org" => Some("GitHub compatibility: your groups"),
        _ => None,
    }
}
