//! The fields of people (API reference B3).

use crate::resources::events::shape::COORDINATES;
use crate::shape::{
    Choice, Kind, Shape, any, choice, count, each, email, flag, list, moment, nested, object, text,
    uuid,
};

/// What kind of account it is.
pub static TYPES: Choice = Choice {
    name: "UserTypeEnum",
    values: &[
        "internal",
        "external",
        "service_account",
        "internal_service_account",
    ],
};

/// `UserGroup`
pub static USER_GROUP: Shape = Shape {
    name: "UserGroup",
    fields: &[
        uuid("pk").computed(),
        count("num_pk").computed(),
        text("name").required(),
        flag("is_superuser"),
        uuid("parent").nullable(),
        text("parent_name").computed().nullable(),
        object("attributes"),
    ],
};

/// `User`
pub static USER: Shape = Shape {
    name: "User",
    fields: &[
        count("pk").computed(),
        text("username").required().at_most(150),
        text("name").required().blank(),
        flag("is_active"),
        moment("last_login").nullable(),
        flag("is_superuser").computed(),
        list("groups", &each::UUID),
        list("groups_obj", &Kind::Nested(&USER_GROUP))
            .computed()
            .nullable(),
        email("email").blank(),
        text("avatar").computed().blank(),
        object("attributes"),
        text("uid").computed(),
        text("path"),
        choice("type", &TYPES),
        uuid("uuid").computed(),
    ],
};

/// `UserSelfGroups`
static SELF_GROUPS: Shape = Shape {
    name: "UserSelfGroups",
    fields: &[text("name").computed(), text("pk").computed()],
};

/// `UserSelf`
pub static USER_SELF: Shape = Shape {
    name: "UserSelf",
    fields: &[
        count("pk").computed(),
        text("username").computed(),
        text("name").computed().blank(),
        flag("is_active").computed(),
        flag("is_superuser").computed(),
        list("groups", &Kind::Nested(&SELF_GROUPS)).computed(),
        email("email").blank(),
        text("avatar").computed().blank(),
        text("uid").computed(),
        object("settings").computed(),
        choice("type", &TYPES),
        list("system_permissions", &each::TEXT).computed(),
    ],
};

/// `SessionUser`
pub static SESSION_USER: Shape = Shape {
    name: "SessionUser",
    fields: &[
        nested("user", &USER_SELF).computed(),
        nested("original", &USER_SELF),
    ],
};

/// `UserPath`
pub static PATHS: Shape = Shape {
    name: "UserPath",
    fields: &[list("paths", &each::TEXT).computed()],
};

/// `UserServiceAccount`
pub static SERVICE_ACCOUNT: Shape = Shape {
    name: "UserServiceAccount",
    fields: &[
        text("name").required().at_most(150).write_only(),
        flag("create_group").write_only(),
        flag("expiring").write_only(),
        moment("expires").write_only(),
    ],
};

/// `UserServiceAccountResponse`
pub static SERVICE_ACCOUNT_MADE: Shape = Shape {
    name: "UserServiceAccountResponse",
    fields: &[
        text("username").computed(),
        text("token").computed(),
        text("user_uid").computed(),
        count("user_pk").computed(),
        text("group_pk"),
    ],
};

/// `UserPasswordSet`
pub static PASSWORD: Shape = Shape {
    name: "UserPasswordSet",
    fields: &[text("password")
        .required()
        .verbatim()
        .at_most(4_096)
        .write_only()],
};

/// `Link`
pub static LINK: Shape = Shape {
    name: "Link",
    fields: &[text("link").computed()],
};

/// `Impersonation`
pub static IMPERSONATION: Shape = Shape {
    name: "Impersonation",
    fields: &[any("reason").write_only()],
};

/// `UserMetrics`
pub static METRICS: Shape = Shape {
    name: "UserMetrics",
    fields: &[
        list("logins", &COORDINATES).computed(),
        list("logins_failed", &COORDINATES).computed(),
        list("authorizations", &COORDINATES).computed(),
    ],
};
