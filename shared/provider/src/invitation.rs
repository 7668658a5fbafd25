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
    pub flow: Option<InvitedTo>,
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

/// The flow that an invitation is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum InvitedTo {
    /// By its id: it may be given another name.
    Flow(Uuid),
    /// By its name, as invitations were written at first.
    Named(Slug),
}

impl InvitedTo {
    /// Whether it is the flow with this id and this name.
    pub fn is(&self, id: Uuid, slug: &Slug) -> bool {
        match self {
            Self::Flow(wanted) => *wanted == id,
            Self::Named(wanted) => wanted == slug,
        }
    }
}

impl Invitation {
    /// Whether it has not ended at this moment.
    pub fn lasts_at(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    /// Whether it lets somebody into the flow with this id and this name at this moment.
    pub fn admits_to(&self, (id, slug): (Uuid, &Slug), now: Timestamp) -> bool {
        let here = self.flow.as_ref().is_none_or(|it| it.is(id, slug));
        here && self.lasts_at(now)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_invitation_is_for_its_flow_and_ends_on_the_second() {
        let at = Timestamp::from_unix;
        let admits = |invitation: &Invitation, (id, slug), now| {
            let slug = Slug::parse(slug).unwrap();
            invitation.admits_to((Uuid::from_u128(id), &slug), at(now))
        };
        let any = Invitation {
            id: Uuid::nil(),
            name: "n".to_owned(),
            flow: None,
            expires: None,
            single_use: true,
            fixed_data: Map::new(),
            created_by: None,
        };
        assert!(admits(&any, (1, "a"), i64::MAX));
        let bounded = Invitation {
            flow: Some(InvitedTo::Flow(Uuid::from_u128(1))),
            expires: Some(at(10)),
            ..any.clone()
        };
        assert!(admits(&bounded, (1, "a"), 9));
        assert!(admits(&bounded, (1, "renamed"), 9));
        assert!(!admits(&bounded, (1, "a"), 10));
        assert!(!admits(&bounded, (2, "a"), 9), "another of that name");
        let named = Invitation {
            flow: Some(InvitedTo::Named(Slug::parse("a").unwrap())),
            ..any
        };
        assert!(admits(&named, (2, "a"), 9));
        assert!(!admits(&named, (1, "b"), 9));
    }

    #[test]
    fn the_flow_of_an_invitation_is_read_by_id_and_by_name() {
        let id = Uuid::from_u128(7);
        let slug = Slug::parse("join").unwrap();
        for (json, want) in [
            (json!(id), InvitedTo::Flow(id)),
            (json!("join"), InvitedTo::Named(slug)),
        ] {
            let read: InvitedTo = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(read, want);
            assert_eq!(
                serde_json::to_value(read).unwrap(),
                json,
                "as it was written"
            );
        }
    }
}
