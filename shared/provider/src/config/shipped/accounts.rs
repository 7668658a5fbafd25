//! Making an account, getting back into one, and changing one's own.

use protocol::Slug;
use uuid::Uuid;

use super::access::{login, second_factor};
use super::kit::{Field, Kit};
use crate::config::Validity;
use crate::flow::stage::{
    Creation, EmailSettings, FieldType, IdentificationSettings, InvitationSettings,
    PromptStageSettings, Settings, UserWriteSettings,
};
use crate::flow::{Designation, Requirement};
use crate::user::UserKind;

/// What of their own profile people may change, as in authentik: the name; user name and address only where an
/// attribute of theirs or of a group of theirs lets them, as others vouch for them.
const MAY_CHANGE: &str = r#"from authentik.core.models import (
    USER_ATTRIBUTE_CHANGE_EMAIL,
    USER_ATTRIBUTE_CHANGE_NAME,
    USER_ATTRIBUTE_CHANGE_USERNAME,
)

prompt_data = request.context.get("prompt_data")
allowed = request.user.group_attributes(request.http_request)

if not allowed.get(USER_ATTRIBUTE_CHANGE_EMAIL, False):
    if prompt_data.get("email") != request.user.email:
        ak_message("Not allowed to change email address.")
        return False
if not allowed.get(USER_ATTRIBUTE_CHANGE_NAME, True):
    if prompt_data.get("name") != request.user.name:
        ak_message("Not allowed to change name.")
        return False
if not allowed.get(USER_ATTRIBUTE_CHANGE_USERNAME, False):
    if prompt_data.get("username") != request.user.username:
        ak_message("Not allowed to change username.")
        return False
return True
"#;

/// Proves the address by a link, and the second factor where there is one; then takes a new password. (Who has but
/// somebody's mailbox does not even change it.)
pub(super) fn recovery(kit: &mut Kit<'_>, slug: Slug) {
    let kind = (Designation::Recovery, Requirement::None);
    let flow = kit.flow(slug, ("Recovery", "Reset your password"), kind);
    let passwords = passwords(
        kit,
        [
            "default-recovery-field-password",
            "default-recovery-field-password-repeat",
        ],
    );
    let email = EmailSettings {
        subject: "Reset your password".to_owned(),
        template: "email/password_reset.html".to_owned(),
        token_expiry: Validity::half_an_hour(),
        activate_user_on_success: false,
    };
    let stages = [
        (
            10,
            "default-recovery-identification",
            Settings::Identification(IdentificationSettings::default()),
        ),
        (20, "default-recovery-email", Settings::Email(email)),
        (
            30,
            "default-recovery-mfa",
            Settings::AuthenticatorValidate(second_factor()),
        ),
        (
            40,
            "default-recovery-password",
            prompt(passwords, Vec::new()),
        ),
        (50, "default-recovery-user-write", write_own()),
        (100, "default-recovery-user-login", login()),
    ];
    for (order, name, settings) in stages {
        kit.put(flow, order, name, settings);
    }
}

/// Only who was invited; the account is written once its address is proved. The password is asked for after that, of
/// whoever has the mailbox: one that was typed before could be a stranger's.
pub(super) fn enrollment(kit: &mut Kit<'_>, slug: Slug) {
    let kind = (Designation::Enrollment, Requirement::RequireUnauthenticated);
    let flow = kit.flow(slug, ("Enrollment", "Create your account"), kind);
    let fields = vec![
        kit.field(&Field {
            name: "default-enrollment-field-email",
            key: "email",
            label: "Email",
            r#type: FieldType::Email,
            order: 0,
            initial: "",
        }),
        kit.field(&Field {
            name: "default-enrollment-field-name",
            key: "name",
            label: "Name",
            r#type: FieldType::Text,
            order: 10,
            initial: "",
        }),
    ];
    let passwords = passwords(
        kit,
        [
            "default-enrollment-field-password",
            "default-enrollment-field-password-repeat",
        ],
    );
    let email = EmailSettings {
        subject: "Confirm your account".to_owned(),
        template: "email/account_confirmation.html".to_owned(),
        token_expiry: Validity::half_an_hour(),
        activate_user_on_success: true,
    };
    let write = UserWriteSettings {
        user_creation_mode: Creation::AlwaysCreate,
        create_users_as_inactive: false,
        create_users_group: None,
        user_type: UserKind::External,
        user_path_template: "users/enrolled".to_owned(),
    };
    let stages = [
        (
            10,
            "default-enrollment-invitation",
            Settings::Invitation(InvitationSettings::default()),
        ),
        (20, "default-enrollment-prompt", prompt(fields, Vec::new())),
        (
            30,
            "default-enrollment-email-verification",
            Settings::Email(email),
        ),
        (
            35,
            "default-enrollment-password",
            prompt(passwords, Vec::new()),
        ),
        (
            40,
            "default-enrollment-user-write",
            Settings::UserWrite(write),
        ),
        (100, "default-enrollment-user-login", login()),
    ];
    for (order, name, settings) in stages {
        kit.put(flow, order, name, settings);
    }
}

/// One's own profile.
pub(super) fn user_settings(kit: &mut Kit<'_>, slug: Slug) {
    let kind = (
        Designation::StageConfiguration,
        Requirement::RequireAuthenticated,
    );
    let flow = kit.flow(slug, ("User settings", "Update your info"), kind);
    let mut field = |order, key, label, r#type, name, initial| {
        kit.field(&Field {
            name,
            key,
            label,
            r#type,
            order,
            initial,
        })
    };
    let fields = vec![
        field(
            200,
            "username",
            "Username",
            FieldType::Username,
            "default-user-settings-field-username",
            "return user.username",
        ),
        field(
            201,
            "name",
            "Name",
            FieldType::Text,
            "default-user-settings-field-name",
            "return user.name",
        ),
        field(
            202,
            "email",
            "Email",
            FieldType::Email,
            "default-user-settings-field-email",
            "return user.email",
        ),
        field(
            203,
            "attributes.settings.locale",
            "Language",
            FieldType::Locale,
            "default-user-settings-field-locale",
            r#"return user.attributes.get("settings", {}).get("locale", "")"#,
        ),
    ];
    let policy = kit.policy("default-user-settings-authorization", MAY_CHANGE);
    kit.put(
        flow,
        20,
        "default-user-settings",
        prompt(fields, vec![policy]),
    );
    kit.put(flow, 100, "default-user-settings-write", write_own());
}

/// One's own password.
pub(super) fn password_change(kit: &mut Kit<'_>, slug: Slug) {
    let kind = (
        Designation::StageConfiguration,
        Requirement::RequireAuthenticated,
    );
    let flow = kit.flow(slug, ("Change password", "Change password"), kind);
    let fields = passwords(
        kit,
        [
            "default-password-change-field-password",
            "default-password-change-field-password-repeat",
        ],
    );
    kit.put(
        flow,
        0,
        "default-password-change-prompt",
        prompt(fields, Vec::new()),
    );
    kit.put(flow, 1, "default-password-change-write", write_own());
}

/// A new password, twice.
fn passwords(kit: &mut Kit<'_>, names: [&'static str; 2]) -> Vec<Uuid> {
    let texts = [
        ("password", "Password"),
        ("password_repeat", "Password (repeat)"),
    ];
    let fields = (300..).zip(names).zip(texts);
    let field = |((order, name), (key, label))| {
        kit.field(&Field {
            name,
            key,
            label,
            r#type: FieldType::Password,
            order,
            initial: "",
        })
    };
    fields.map(field).collect()
}

const fn prompt(fields: Vec<Uuid>, validation_policies: Vec<Uuid>) -> Settings {
    Settings::Prompt(PromptStageSettings {
        fields,
        validation_policies,
    })
}

/// Writes to the account there is, and makes none.
fn write_own() -> Settings {
    Settings::UserWrite(UserWriteSettings {
        user_creation_mode: Creation::NeverCreate,
        create_users_as_inactive: false,
        ..UserWriteSettings::default()
    })
}
