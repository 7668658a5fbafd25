//! How invitations look (API reference B12).

use provider::claims::hashed;
use provider::config::Config;
use provider::invitation::{Invitation, InvitedTo};
use provider::tenant::Tenant;
use provider::user::User;
use serde_json::{Value, json};

use crate::filter::{Filter, Form as Given, Row};
use crate::resources::flows::{self, FLOW};
use crate::rows::Listing;
use crate::shape::{Shape, count, email, flag, moment, nested, object, slug, text, uuid};
use crate::wire::maybe;

/// `GroupMember`: who made it.
static GROUP_MEMBER: Shape = Shape {
    name: "GroupMember",
    fields: &[
        count("pk").computed(),
        text("username").required().at_most(150),
        text("name").required().blank(),
        flag("is_active"),
        moment("last_login").nullable(),
        email("email").blank(),
        object("attributes"),
        text("uid").computed(),
    ],
};

/// `Invitation`
pub(crate) static INVITATION: Shape = Shape {
    name: "Invitation",
    fields: &[
        uuid("pk").computed(),
        slug("name").required().at_most(50),
        moment("expires").nullable(),
        object("fixed_data"),
        nested("created_by", &GROUP_MEMBER).computed(),
        flag("single_use"),
        uuid("flow").nullable(),
        nested("flow_obj", &FLOW).computed().nullable(),
    ],
};

/// What is only looked at by filters.
pub(super) const EXTRA: [&str; 2] = ["created_by__username", "flow__slug"];

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::exact("created_by__username", Given::Text),
        Filter::exact("expires", Given::DateTime),
        Filter::exact("flow__slug", Given::Text),
        Filter::exact("name", Given::Text),
    ],
    search: &["name", "expires", "created_by__username", "flow__slug"],
    order: &["-expires", "name"],
};

/// One as it is answered, with [`EXTRA`].
pub(super) fn row(
    config: &Config,
    tenant: &Tenant,
    invitation: &Invitation,
    by: Option<&User>,
) -> Row {
    let flow = invitation.flow.as_ref().and_then(|flow| match flow {
        InvitedTo::Flow(id) => config.flow(*id),
        InvitedTo::Named(slug) => config.flow_named(slug),
    });
    let row = json!({
        "pk": invitation.id,
        "name": invitation.name,
        "expires": maybe(invitation.expires),
        "fixed_data": invitation.fixed_data,
        "created_by": creator(tenant, by),
        "single_use": invitation.single_use,
        "flow": flow.map(|flow| flow.id),
        "flow_obj": flow.map(|flow| flows::row(config, flow)),
        "created_by__username": by.map(|user| &user.subject.username),
        "flow__slug": flow.map(|flow| &flow.slug),
    });
    row.as_object().cloned().unwrap_or_default()
}

/// `GroupMember`. Clients refuse null; in the place of somebody who is gone, or of the installation itself, stands a
/// nobody.
fn creator(tenant: &Tenant, by: Option<&User>) -> Value {
    let Some(user) = by else {
        return json!({ "pk": 0, "username": "nobody", "name": "", "is_active": false, "uid": "" });
    };
    json!({
        "pk": user.subject.pk,
        "username": user.subject.username,
        "name": user.subject.name,
        "is_active": user.active,
        "last_login": null,
        "email": user.subject.email,
        "attributes": user.profile.attributes,
        "uid": hashed(tenant, &user.subject),
    })
}
