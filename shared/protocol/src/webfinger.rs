//! `WebFinger` (RFC 7033): where the issuer of a person is (OpenID Connect Discovery §2).

use serde::Serialize;
use url::Url;

use crate::error::Malformed;

/// The link relation of an issuer (OpenID Connect Discovery §2).
pub const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

/// The media type of a [`Descriptor`] (RFC 7033 §10.2).
pub const MEDIA_TYPE: &str = "application/jrd+json";

/// A query (RFC 7033 §4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Whom or what it is about.
    pub resource: String,
    relations: Vec<String>,
}

impl Query {
    /// Reads the query string; `rel` may stand there more than once (§4.3).
    ///
    /// # Errors
    /// [`Malformed`] where `resource` is absent, repeated or no URI (§4.2: 400).
    pub fn parse(raw: &str) -> Result<Self, Malformed> {
        let values = |wanted: &str| -> Vec<String> {
            form_urlencoded::parse(raw.as_bytes())
                .filter(|(name, value)| name == wanted && !value.is_empty())
                .map(|(_, value)| value.into_owned())
                .collect()
        };
        let mut resources = values("resource");
        let resource = resources.pop().ok_or(Malformed::Missing("resource"))?;
        if !resources.is_empty() {
            return Err(Malformed::Repeated("resource".to_owned()));
        }
        let visible = resource.len() <= 1024 && !resource.chars().any(char::is_control);
        if !visible || Url::parse(&resource).is_err() {
            return Err(Malformed::Invalid(
                "resource",
                "a URI, such as acct:ada@example.com",
            ));
        }
        let relations = values("rel");
        Ok(Self {
            resource,
            relations,
        })
    }

    /// What is told of it: the issuer, unless only other relations are asked for (§4.3).
    pub fn describe<'a>(&'a self, issuer: &'a str) -> Descriptor<'a> {
        let wanted = self.relations.is_empty() || self.relations.iter().any(|rel| rel == ISSUER);
        let link = Link {
            rel: ISSUER,
            href: issuer,
        };
        Descriptor {
            subject: &self.resource,
            links: wanted.then_some(link).into_iter().collect(),
        }
    }
}

/// A JSON resource descriptor (RFC 7033 §4.4).
#[derive(Clone, Debug, Serialize)]
pub struct Descriptor<'a> {
    subject: &'a str,
    links: Vec<Link<'a>>,
}

#[derive(Clone, Debug, Serialize)]
struct Link<'a> {
    rel: &'static str,
    href: &'a str,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rfc7033_4_2_resource_is_required_once_and_is_a_uri() {
        for bad in [
            "",
            "resource=",
            "rel=x",
            "resource=ada",
            "resource=acct:a&resource=acct:b",
        ] {
            assert!(Query::parse(bad).is_err(), "{bad}");
        }
        assert!(Query::parse("resource=acct%3Aada%40example.com%0d%0a").is_err());
        for good in [
            "resource=acct%3Aada%40example.com",
            "resource=https://id.example/ada",
        ] {
            assert!(Query::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn rfc7033_4_3_only_the_relations_asked_for_are_told() {
        let links = |rel: &str| {
            let query = Query::parse(&format!("resource=acct:a{rel}")).unwrap();
            let told = serde_json::to_value(query.describe("https://id.example/")).unwrap();
            assert_eq!(told["subject"], json!("acct:a"));
            told["links"].as_array().unwrap().len()
        };
        assert_eq!(links(""), 1);
        assert_eq!(links("&rel=http://openid.net/specs/connect/1.0/issuer"), 1);
        assert_eq!(
            links("&rel=a&rel=http%3A%2F%2Fopenid.net%2Fspecs%2Fconnect%2F1.0%2Fissuer"),
            1
        );
        assert_eq!(links("&rel=avatar"), 0);
    }
}
