//! Who one is (the claims of OpenID Connect Core §5.1); changed by the brand's user settings flow.

use http::StatusCode;

use super::{Section, SelfService, Visitor};
use crate::flow::next::Next;
use crate::http::{Response, encode};
use crate::pages::user;

impl SelfService {
    pub(super) fn profile(visitor: &Visitor<'_>) -> Response {
        let brand = &visitor.call.tenant.brand;
        let flow = |slug: &Option<protocol::Slug>, back: Section| {
            let next = Next::parse(Some(&back.path()))?;
            Some(next.through(slug.as_ref()?.as_str()))
        };
        let groups = visitor.user.subject.groups.iter();
        encode::page(
            StatusCode::OK,
            &user::Profile {
                scene: visitor.scene(),
                frame: visitor.frame(Section::Profile),
                email: visitor.user.subject.email.clone(),
                email_verified: visitor.user.subject.email_verified,
                groups: groups.map(|group| group.name.clone()).collect(),
                change_url: flow(&brand.flow_user_settings, Section::Profile),
                remove_url: flow(&brand.flow_unenrollment, Section::Profile),
            },
        )
    }
}
