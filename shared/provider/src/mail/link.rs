//! The secret of a mailed link.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{Digest, Secret, Slug};

use crate::entropy::Entropy;
use crate::flow::next::Next;
use crate::session::FlowToken;

/// Its name in the query of a flow's address (API reference C3).
pub const PARAMETER: &str = "flow_token";

/// 32 random bytes, in the link and nowhere else.
#[derive(Clone, Debug)]
pub struct LinkToken(Secret);

impl LinkToken {
    /// A fresh one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads one of a link; `None` for anything we did not make.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(Secret::new(text)))
    }

    /// What the link is kept under. Flow and destination are part of it, so that a link that was made to lead elsewhere
    /// is none, and nothing is spent by it.
    pub fn id(&self, flow: &Slug, next: &Next) -> Digest {
        let bound = format!("link:{flow}:{}:{}", next.as_str(), self.0.expose());
        Digest::of(bound.as_bytes())
    }

    /// The flow cookie of a browser that had `before` and followed the link: the same each time, so that a second click
    /// and an answer sent again find what the first one did. Who only knows the cookie before does not know this one.
    pub fn cookie_after(&self, before: &FlowToken) -> Option<FlowToken> {
        let bound = format!(
            "link-followed:{}:{}",
            self.0.expose(),
            before.raw().expose()
        );
        FlowToken::parse(&Digest::of(bound.as_bytes()).encode())
    }

    /// The link's path and query.
    pub fn path(&self, flow: &Slug, next: &Next) -> Secret {
        let path = next.through(flow.as_str());
        let separator = if next.is_somewhere() { '&' } else { '?' };
        Secret::new(format!("{path}{separator}{PARAMETER}={}", self.0.expose()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Fixed;

    #[test]
    fn a_link_that_leads_elsewhere_is_another() {
        let token = LinkToken::generate(&Fixed(7));
        let (a, b) = (Slug::parse("a").unwrap(), Slug::parse("b").unwrap());
        let next = |text| Next::parse(text).unwrap();
        let id = token.id(&a, &next(None));
        assert_eq!(id, token.id(&a, &next(None)));
        assert_ne!(id, token.id(&b, &next(None)));
        assert_ne!(id, token.id(&a, &next(Some("/if/user/"))));
        assert_ne!(id, LinkToken::generate(&Fixed(8)).id(&a, &next(None)));
    }

    #[test]
    fn the_cookie_after_a_link_is_known_to_who_has_the_link_and_the_cookie_before() {
        let (token, before) = (
            LinkToken::generate(&Fixed(7)),
            FlowToken::generate(&Fixed(8)),
        );
        let after = |token: &LinkToken, before: &FlowToken| {
            token
                .cookie_after(before)
                .unwrap()
                .raw()
                .expose()
                .to_owned()
        };
        let cookie = after(&token, &before);
        assert_eq!(cookie, after(&token, &before));
        assert_ne!(cookie, after(&LinkToken::generate(&Fixed(9)), &before));
        assert_ne!(cookie, after(&token, &FlowToken::generate(&Fixed(9))));
        assert_ne!(cookie, before.raw().expose());
    }

    #[test]
    fn a_token_reads_back_from_its_link_and_nothing_else_does() {
        let token = LinkToken::generate(&Fixed(7));
        let flow = Slug::parse("default-recovery-flow").unwrap();
        for next in [None, Some("/application/o/authorize/?a=b")] {
            let next = Next::parse(next).unwrap();
            let path = token.path(&flow, &next);
            let (_, query) = path.expose().split_once('?').unwrap();
            let query = protocol::Params::parse(query.as_bytes()).unwrap();
            let back = LinkToken::parse(query.required(PARAMETER).unwrap()).unwrap();
            assert_eq!(
                Next::parse(query.optional("next").unwrap()),
                Some(next.clone())
            );
            assert_eq!(back.id(&flow, &next), token.id(&flow, &next));
        }
        for bad in ["", "x", &"A".repeat(42), &"A".repeat(44), &"=".repeat(43)] {
            assert!(LinkToken::parse(bad).is_none(), "{bad}");
        }
    }
}
