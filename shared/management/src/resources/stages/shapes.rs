//! The fields of stages (API reference B12; `Redirect` is of authentik 2024.12).

use super::choices as words;
use crate::resources::flows::FLOW_SET;
use crate::shape::{
    Kind, Shape, choice, count, each, email, flag, float, int, list, nested, text, uuid,
};

macro_rules! stages {
    ($($shape:ident = $name:literal { $($field:expr),* $(,)? })*) => { $(
        #[doc = concat!("`", $name, "`")]
        pub(crate) static $shape: Shape = Shape {
            name: $name,
            fields: &[
                uuid("pk").computed(),
                text("name").required(),
                text("component").computed(),
                text("verbose_name").computed(),
                text("verbose_name_plural").computed(),
                text("meta_model_name").computed(),
                list("flow_set", &Kind::Nested(&FLOW_SET)).computed(),
                $($field),*
            ],
        };
    )* };
}

/// `WebAuthnDeviceType`
pub static DEVICE_TYPE: Shape = Shape {
    name: "WebAuthnDeviceType",
    fields: &[uuid("aaguid").required(), text("description").required()],
};

stages! {
    STAGE = "Stage" {}
    IDENTIFICATION = "IdentificationStage" {
        list("user_fields", &Kind::Choice(&words::USER_FIELDS)),
        uuid("password_stage").nullable(),
        uuid("captcha_stage").nullable(),
        flag("case_insensitive_matching"),
        flag("show_matched_user"),
        uuid("enrollment_flow").nullable(),
        uuid("recovery_flow").nullable(),
        uuid("passwordless_flow").nullable(),
        list("sources", &each::UUID),
        flag("show_source_labels"),
        flag("pretend_user_exists"),
    }
    PASSWORD = "PasswordStage" {
        list("backends", &Kind::Choice(&words::BACKENDS)).required(),
        uuid("configure_flow").nullable(),
        count("failed_attempts_before_cancel"),
        flag("allow_show_password"),
    }
    AUTHENTICATOR_VALIDATE = "AuthenticatorValidateStage" {
        choice("not_configured_action", &words::NOT_CONFIGURED),
        list("device_classes", &Kind::Choice(&words::DEVICE_CLASSES)),
        list("configuration_stages", &each::UUID),
        text("last_auth_threshold"),
        choice("webauthn_user_verification", &words::USER_VERIFICATION),
        list("webauthn_allowed_device_types", &each::UUID),
        list("webauthn_allowed_device_types_obj", &Kind::Nested(&DEVICE_TYPE)).computed(),
    }
    AUTHENTICATOR_TOTP = "AuthenticatorTOTPStage" {
        uuid("configure_flow").nullable(),
        text("friendly_name").nullable(),
        choice("digits", &words::DIGITS).required(),
    }
    AUTHENTICATOR_STATIC = "AuthenticatorStaticStage" {
        uuid("configure_flow").nullable(),
        text("friendly_name").nullable(),
        count("token_count"),
        count("token_length"),
    }
    AUTHENTICATOR_WEBAUTHN = "AuthenticatorWebAuthnStage" {
        uuid("configure_flow").nullable(),
        text("friendly_name").nullable(),
        choice("user_verification", &words::USER_VERIFICATION),
        choice("authenticator_attachment", &words::ATTACHMENT).nullable(),
        choice("resident_key_requirement", &words::RESIDENT_KEY),
        list("device_type_restrictions", &each::UUID),
        list("device_type_restrictions_obj", &Kind::Nested(&DEVICE_TYPE)).computed(),
    }
    CAPTCHA = "CaptchaStage" {
        text("public_key").required(),
        text("private_key").required().write_only(),
        text("js_url"),
        text("api_url"),
        flag("interactive"),
        float("score_min_threshold"),
        float("score_max_threshold"),
        flag("error_on_invalid_score"),
    }
    PROMPT = "PromptStage" {
        list("fields", &each::UUID).required(),
        list("validation_policies", &each::UUID),
    }
    USER_WRITE = "UserWriteStage" {
        choice("user_creation_mode", &words::CREATION),
        flag("create_users_as_inactive"),
        uuid("create_users_group").nullable(),
        choice("user_type", &words::USER_TYPES),
        text("user_path_template").blank(),
    }
    USER_LOGIN = "UserLoginStage" {
        text("session_duration"),
        flag("terminate_other_sessions"),
        text("remember_me_offset"),
        choice("network_binding", &words::NETWORK),
        choice("geoip_binding", &words::GEOIP),
    }
    USER_LOGOUT = "UserLogoutStage" {}
    USER_DELETE = "UserDeleteStage" {}
    EMAIL = "EmailStage" {
        flag("use_global_settings"),
        text("host"),
        int("port"),
        text("username").blank(),
        text("password").blank().verbatim().write_only(),
        flag("use_tls"),
        flag("use_ssl"),
        int("timeout"),
        email("from_address"),
        int("token_expiry"),
        text("subject").blank(),
        text("template"),
        flag("activate_user_on_success"),
    }
    CONSENT = "ConsentStage" {
        choice("mode", &words::CONSENT),
        text("consent_expire_in"),
    }
    REDIRECT = "RedirectStage" {
        flag("keep_context"),
        choice("mode", &words::REDIRECT).required(),
        text("target_static").blank(),
        uuid("target_flow").nullable(),
    }
    DENY = "DenyStage" {
        text("deny_message").blank(),
    }
    INVITATION = "InvitationStage" {
        flag("continue_flow_without_invitation"),
    }
}

/// How many fields all of them have: what follows in a shape are its own.
pub(super) const COMMON: usize = 7;

/// `UserSetting`
pub(super) static USER_SETTING: Shape = Shape {
    name: "UserSetting",
    fields: &[
        text("object_uid").required(),
        text("component").required(),
        text("title").required(),
        text("configure_url"),
        text("icon_url"),
    ],
};

/// `StagePrompt`: a field as a person sees it.
pub(crate) static STAGE_PROMPT: Shape = Shape {
    name: "StagePrompt",
    fields: &[
        text("field_key").required(),
        text("label").required().blank(),
        choice("type", &super::super::prompts::TYPES).required(),
        flag("required").required(),
        text("placeholder").required().blank(),
        text("initial_value").required().blank(),
        int("order").required(),
        text("sub_text").required().blank(),
        list("choices", &each::TEXT).required().nullable(),
    ],
};

/// `PromptChallenge`
pub(crate) static PROMPT_CHALLENGE: Shape = Shape {
    name: "PromptChallenge",
    fields: &[
        nested("flow_info", &FLOW_INFO),
        text("component"),
        list("fields", &Kind::Nested(&STAGE_PROMPT)).required(),
    ],
};

/// `ContextualFlowInfo`
static FLOW_INFO: Shape = Shape {
    name: "ContextualFlowInfo",
    fields: &[
        text("title"),
        text("background"),
        text("cancel_url").required(),
        text("layout").required(),
    ],
};
