//! The fields of groups (API reference B4).

use crate::shape::{Kind, Shape, count, each, email, flag, list, moment, object, text, uuid};

/// `GroupMember`
pub static MEMBER: Shape = Shape {
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

/// `Role`
static ROLE: Shape = Shape {
    name: "Role",
    fields: &[uuid("pk").computed(), text("name").required().at_most(150)],
};

/// `Group`
pub static GROUP: Shape = Shape {
    name: "Group",
    fields: &[
        uuid("pk").computed(),
        count("num_pk").computed(),
        text("name").required(),
        flag("is_superuser"),
        uuid("parent").nullable(),
        text("parent_name").computed().nullable(),
        list("users", &each::INT),
        list("users_obj", &Kind::Nested(&MEMBER))
            .computed()
            .nullable(),
        object("attributes"),
        list("roles", &each::UUID),
        list("roles_obj", &Kind::Nested(&ROLE)).computed(),
    ],
};

/// `UserAccount`
pub static ACCOUNT: Shape = Shape {
    name: "UserAccount",
    fields: &[count("pk").required().write_only()],
};
