//! Invitations: who may make an account, and with what in it from the start (authentik: `Invitation`).

use protocol::{Slug, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// An invitation. Its id is what the link has (`itoken`); it is random and that is all there is to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// What administrators call it.
    pub name: String,
    /// The flow it is for; `None` for any.
    pub flow: Option<Slug>,
    /// At this second it is no longer good; `None` where it has no end.
    pub expires: Option<Timestamp>,
    /// Whether it is good for one account only.
    pub single_use: bool,
    /// What is filled in already (`prompt_data`).
    pub fixed_data: Map<String, Value>,
    /// Who made it; `None` for one that was there from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
}

impl Invitation {
    /// Whether it has not ended at this moment.
    pub fn lasts_at(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    /// Whether it lets somebody into this flow at this moment.
    pub fn admits_to(&self, flow: &Slug, now: Timestamp) -> bool {
        let here = self.flow.as_ref().is_none_or(|wanted| wanted == flow);
        here && self.lasts_at(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_for_its_flow_and_ends_on_the_second() {
        let slug = |text| Slug::parse(text).unwrap();
        let at = Timestamp::from_unix;
        let any = Invitation {
            id: Uuid::nil(),
            name: "n".to_owned(),
            flow: None,
            expires: None,
            single_use: true,
            fixed_data: Map::new(),
            created_by: None,
        };
        assert!(any.admits_to(&slug("a"), at(i64::MAX)));
        let bounded = Invitation {
            flow: Some(slug("a")),
            expires: Some(at(10)),
            ..any
        };
        assert!(bounded.admits_to(&slug("a"), at(9)));
        assert!(!bounded.admits_to(&slug("a"), at(10)));
        assert!(!bounded.admits_to(&slug("b"), at(9)));
    }
}
