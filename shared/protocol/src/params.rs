//! Query strings and form bodies as name and value, nothing twice and nothing empty.

use std::collections::BTreeSet;

use percent_encoding::percent_decode;

use crate::error::Malformed;

/// More parameters than any request of these protocols has; comparing each with each stays cheap.
pub(crate) const MOST: usize = 100;

/// The parameters of one request.
///
/// RFC 6749 §3.1: a parameter sent without a value is treated as omitted, an unknown one is ignored, and
/// none may be included more than once. A repeated one is remembered rather than refused at once, as
/// `/authorize` must first learn whether it may tell the client.
#[derive(Clone, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    repeated: BTreeSet<String>,
    /// What came again, in the order sent: of a few parameters that is allowed.
    further: Vec<(String, String)>,
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` bytes (RFC 6749 appendix B).
    ///
    /// # Errors
    /// [`Malformed::Encoding`] where a name or value is not UTF-8, [`Malformed::TooMany`] over 100 of them.
    pub fn parse(raw: &[u8]) -> Result<Self, Malformed> {
        let mut params = Self::default();
        if raw.split(|b| *b == b'&').nth(MOST).is_some() {
            return Err(Malformed::TooMany);
        }
        for pair in raw.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            params.insert(name, value);
        }
        Ok(params)
    }

    /// From pairs that were decoded already.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut params = Self::default();
        for (name, value) in pairs {
            params.insert(name.into(), value.into());
        }
        params
    }

    fn insert(&mut self, name: String, value: String) {
        if value.is_empty() {
            return;
        }
        if self.pairs.iter().any(|(known, _)| *known == name) {
            self.repeated.insert(name.clone());
            self.further.push((name, value));
        } else {
            self.pairs.push((name, value));
        }
    }

    /// The value, if there is one.
    ///
    /// # Errors
    /// [`Malformed::Repeated`] or [`Malformed::ControlCharacter`] for this very parameter.
    pub fn optional(&self, name: &str) -> Result<Option<&str>, Malformed> {
        if self.repeated.contains(name) {
            return Err(Malformed::Repeated(name.to_owned()));
        }
        let Some((_, value)) = self.pairs.iter().find(|(known, _)| known == name) else {
            return Ok(None);
        };
        if value.chars().any(char::is_control) {
            return Err(Malformed::ControlCharacter(name.to_owned()));
        }
        Ok(Some(value))
    }

    /// The value.
    ///
    /// # Errors
    /// As [`Params::optional`], and [`Malformed::Missing`] where there is none.
    pub fn required(&self, name: &'static str) -> Result<&str, Malformed> {
        self.optional(name)?.ok_or(Malformed::Missing(name))
    }

    /// Refuses a request that repeats any parameter (RFC 6749 §3.1, §3.2).
    ///
    /// # Errors
    /// [`Malformed::Repeated`] naming the first of them.
    pub fn nothing_repeated(&self) -> Result<(), Malformed> {
        self.repeated
            .first()
            .map_or(Ok(()), |name| Err(Malformed::Repeated(name.clone())))
    }

    /// As [`Params::nothing_repeated`], but for those that may be (RFC 8707 §2, RFC 8693 §2.1).
    ///
    /// # Errors
    /// [`Malformed::Repeated`] naming the first of the others.
    pub fn nothing_repeated_but(&self, these: &[&str]) -> Result<(), Malformed> {
        let mut others = self.repeated.iter();
        others
            .find(|name| !these.contains(&name.as_str()))
            .map_or(Ok(()), |name| Err(Malformed::Repeated(name.clone())))
    }

    /// All values of a parameter that may be repeated, in the order sent.
    ///
    /// # Errors
    /// [`Malformed::ControlCharacter`] in one of them.
    pub fn all(&self, name: &str) -> Result<Vec<&str>, Malformed> {
        let sent = self.pairs.iter().chain(&self.further);
        let values = sent.filter(|(known, _)| known == name);
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        if values
            .iter()
            .any(|value| value.chars().any(char::is_control))
        {
            return Err(Malformed::ControlCharacter(name.to_owned()));
        }
        Ok(values)
    }

    /// The pairs in the order sent, without the empty ones.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Writes them as `application/x-www-form-urlencoded`, with what came more than once at the end. Read again it
    /// is the same.
    pub fn encode(&self) -> String {
        let further = self.further.iter();
        let further = further.map(|(name, value)| (name.as_str(), value.as_str()));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.pairs().chain(further))
            .finish()
    }

    /// Without those of these names.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        let kept = |name: &String| !names.contains(&name.as_str());
        self.pairs.retain(|(name, _)| kept(name));
        self.further.retain(|(name, _)| kept(name));
        self.repeated.retain(kept);
        self
    }
}

fn decode(raw: &[u8]) -> Result<String, Malformed> {
    let spaced: Vec<u8> = raw
        .iter()
        .map(|b| if *b == b'+' { b' ' } else { *b })
        .collect();
    let text = percent_decode(&spaced)
        .decode_utf8()
        .map_err(|_| Malformed::Encoding)?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(raw: &str) -> Params {
        Params::parse(raw.as_bytes()).unwrap()
    }

    #[test]
    fn rfc6749_3_1_a_parameter_without_a_value_is_treated_as_omitted() {
        let params = parsed("scope=&state&nonce=n");
        assert_eq!(params.optional("scope"), Ok(None));
        assert_eq!(params.optional("state"), Ok(None));
        assert_eq!(params.required("scope"), Err(Malformed::Missing("scope")));
        assert_eq!(params.optional("nonce"), Ok(Some("n")));
    }

    #[test]
    fn rfc6749_3_1_a_parameter_must_not_be_included_more_than_once() {
        let params = parsed("a=1&b=2&a=1");
        assert_eq!(params.optional("a"), Err(Malformed::Repeated("a".into())));
        assert_eq!(params.optional("b"), Ok(Some("2")));
        assert_eq!(
            params.nothing_repeated(),
            Err(Malformed::Repeated("a".into()))
        );
        assert_eq!(
            parsed("a=1&a=").nothing_repeated(),
            Ok(()),
            "an empty one is no second one"
        );
    }

    #[test]
    fn rfc8707_2_what_may_be_repeated_is_read_in_the_order_sent() {
        let params = parsed("resource=a&b=1&resource=&resource=b&resource=a");
        assert_eq!(params.all("resource").unwrap(), ["a", "b", "a"]);
        assert!(params.all("none").unwrap().is_empty());
        assert_eq!(params.nothing_repeated_but(&["resource"]), Ok(()));
        let twice = Err(Malformed::Repeated("resource".into()));
        assert_eq!(params.nothing_repeated_but(&["audience"]), twice);
        assert!(parsed("resource=a&resource=%0A").all("resource").is_err());
    }

    #[test]
    fn rfc6749_3_1_an_unrecognised_parameter_is_ignored() {
        assert_eq!(parsed("x=1&state=s").optional("state"), Ok(Some("s")));
    }

    #[test]
    fn rfc6749_appendix_b_values_are_utf8_percent_encoded() {
        assert_eq!(parsed("a=%C3%A4+b%26").optional("a"), Ok(Some("ä b&")));
        assert_eq!(Params::parse(b"a=%ff").err(), Some(Malformed::Encoding));
        assert_eq!(Params::parse(b"a=\xff").err(), Some(Malformed::Encoding));
    }

    #[test]
    fn a_request_has_a_bounded_number_of_parameters() {
        let raw: Vec<String> = (0..102).map(|n| format!("p{n}=1")).collect();
        assert_eq!(
            Params::parse(raw.join("&").as_bytes()).err(),
            Some(Malformed::TooMany)
        );
        assert!(Params::parse(raw[..100].join("&").as_bytes()).is_ok());
    }

    #[test]
    fn a_line_break_in_a_value_is_refused() {
        for raw in ["s=a%0d%0ab", "s=a%00", "s=%0A"] {
            assert_eq!(
                parsed(raw).optional("s"),
                Err(Malformed::ControlCharacter("s".into()))
            );
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Params::parse(&raw);
        }

        #[test]
        fn writing_then_parsing_is_the_identity(
            pairs in proptest::collection::btree_map("[a-z]{1,8}", "\\PC{1,20}", 0..6)
        ) {
            let params = Params::from_pairs(pairs.clone());
            let back = Params::parse(params.encode().as_bytes()).unwrap();
            prop_assert_eq!(back.pairs().collect::<Vec<_>>(), params.pairs().collect::<Vec<_>>());
        }
    }
}
