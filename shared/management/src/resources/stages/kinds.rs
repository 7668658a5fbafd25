//! The kinds of stages there are, with what differs between them (API reference B12).

use provider::flow::stage::Settings;

use super::{About, Described, Stages, choices as words, shapes};
use crate::blueprint::models::Model;
use crate::filter::{Filter, Form as Given, Test};
use crate::operation::Operation;
use crate::resources::crud;

macro_rules! kinds {
    ($($name:ident: $kind:literal, $id:literal at $path:literal {
        model: $model:literal,
        app: $app:literal,
        component: $component:literal,
        verbose_name: $verbose_name:literal,
        description: $description:literal,
        shape: $shape:expr,
        filters: [$($filter:expr),*],
    })*) => {
        $(
            #[doc = concat!("`", $model, "`")]
            pub(super) struct $name;

            impl Described for $name {
                const ABOUT: &'static About = &About {
                    kind: $kind,
                    id: $id,
                    path: $path,
                    model: $model,
                    app: $app,
                    component: $component,
                    verbose_name: $verbose_name,
                    description: $description,
                    shape: $shape,
                    filters: &[
                        Filter::exact("name", Given::Text),
                        Filter::exact("stage_uuid", Given::Uuid).of("pk"),
                        $($filter),*
                    ],
                };
            }
        )*

        /// All of them.
        pub const ALL: &[&About] = &[$($name::ABOUT),*];

        /// The operations on each of them.
        pub(super) fn operations() -> Vec<Operation> {
            let mut all = Vec::new();
            $(all.extend(crud::operations::<Stages<$name>>());)*
            all
        }

        /// Each of them as blueprints have it.
        pub(crate) fn models() -> Vec<Model> {
            vec![$(Model::of::<Stages<$name>>($name::ABOUT.meta_model_name(), &[&["name"]])),*]
        }
    };
}

kinds! {
    Identification: "identification", "stages_identification" at "/stages/identification/" {
        model: "IdentificationStage",
        app: "identification",
        component: "ak-stage-identification-form",
        verbose_name: "Identification Stage",
        description: "Asks who somebody is.",
        shape: &shapes::IDENTIFICATION,
        filters: [Filter::exact("captcha_stage", Given::Uuid), Filter::exact("case_insensitive_matching", Given::Bool), Filter::exact("enrollment_flow", Given::Uuid), Filter::exact("password_stage", Given::Uuid), Filter::exact("passwordless_flow", Given::Uuid), Filter::exact("recovery_flow", Given::Uuid), Filter::exact("show_matched_user", Given::Bool), Filter::exact("show_source_labels", Given::Bool)],
    }
    Password: "password", "stages_password" at "/stages/password/" {
        model: "PasswordStage",
        app: "password",
        component: "ak-stage-password-form",
        verbose_name: "Password Stage",
        description: "Asks for the password.",
        shape: &shapes::PASSWORD,
        filters: [Filter::exact("allow_show_password", Given::Bool), Filter::exact("configure_flow", Given::Uuid), Filter::exact("failed_attempts_before_cancel", Given::Int)],
    }
    AuthenticatorValidate: "authenticator_validate", "stages_authenticator_validate" at "/stages/authenticator/validate/" {
        model: "AuthenticatorValidateStage",
        app: "authenticator_validate",
        component: "ak-stage-authenticator-validate-form",
        verbose_name: "Authenticator Validation Stage",
        description: "Asks for a second factor.",
        shape: &shapes::AUTHENTICATOR_VALIDATE,
        filters: [Filter::exact("configuration_stages", Given::Uuid).asks(Test::Among), Filter::exact("not_configured_action", Given::Choice(&words::NOT_CONFIGURED))],
    }
    AuthenticatorTotp: "authenticator_totp", "stages_authenticator_totp" at "/stages/authenticator/totp/" {
        model: "AuthenticatorTOTPStage",
        app: "authenticator_totp",
        component: "ak-stage-authenticator-totp-form",
        verbose_name: "TOTP Authenticator Setup Stage",
        description: "Sets an authenticator app up.",
        shape: &shapes::AUTHENTICATOR_TOTP,
        filters: [Filter::exact("configure_flow", Given::Uuid), Filter::exact("digits", Given::Choice(&words::DIGITS)), Filter::exact("friendly_name", Given::Text)],
    }
    AuthenticatorStatic: "authenticator_static", "stages_authenticator_static" at "/stages/authenticator/static/" {
        model: "AuthenticatorStaticStage",
        app: "authenticator_static",
        component: "ak-stage-authenticator-static-form",
        verbose_name: "Static Authenticator Setup Stage",
        description: "Makes recovery codes.",
        shape: &shapes::AUTHENTICATOR_STATIC,
        filters: [Filter::exact("configure_flow", Given::Uuid), Filter::exact("friendly_name", Given::Text), Filter::exact("token_count", Given::Int), Filter::exact("token_length", Given::Int)],
    }
    AuthenticatorWebauthn: "authenticator_webauthn", "stages_authenticator_webauthn" at "/stages/authenticator/webauthn/" {
        model: "AuthenticatorWebAuthnStage",
        app: "authenticator_webauthn",
        component: "ak-stage-authenticator-webauthn-form",
        verbose_name: "WebAuthn Authenticator Setup Stage",
        description: "Registers a passkey or security key.",
        shape: &shapes::AUTHENTICATOR_WEBAUTHN,
        filters: [Filter::exact("authenticator_attachment", Given::Choice(&words::ATTACHMENT)), Filter::exact("configure_flow", Given::Uuid), Filter::exact("device_type_restrictions", Given::Uuid).asks(Test::Among), Filter::exact("friendly_name", Given::Text), Filter::exact("resident_key_requirement", Given::Choice(&words::RESIDENT_KEY)), Filter::exact("user_verification", Given::Choice(&words::USER_VERIFICATION))],
    }
    Captcha: "captcha", "stages_captcha" at "/stages/captcha/" {
        model: "CaptchaStage",
        app: "captcha",
        component: "ak-stage-captcha-form",
        verbose_name: "Captcha Stage",
        description: "Asks whether it is a person.",
        shape: &shapes::CAPTCHA,
        filters: [Filter::exact("public_key", Given::Text)],
    }
    Prompt: "prompt", "stages_prompt_stages" at "/stages/prompt/stages/" {
        model: "PromptStage",
        app: "prompt",
        component: "ak-stage-prompt-form",
        verbose_name: "Prompt Stage",
        description: "Asks to fill something in.",
        shape: &shapes::PROMPT,
        filters: [Filter::exact("fields", Given::Uuid).asks(Test::Among), Filter::exact("validation_policies", Given::Uuid).asks(Test::Among)],
    }
    UserWrite: "user_write", "stages_user_write" at "/stages/user_write/" {
        model: "UserWriteStage",
        app: "user_write",
        component: "ak-stage-user-write-form",
        verbose_name: "User Write Stage",
        description: "Writes what was filled in to an account.",
        shape: &shapes::USER_WRITE,
        filters: [Filter::exact("create_users_as_inactive", Given::Bool), Filter::exact("create_users_group", Given::Uuid), Filter::exact("user_creation_mode", Given::Choice(&words::CREATION)), Filter::exact("user_path_template", Given::Text), Filter::exact("user_type", Given::Choice(&words::USER_TYPES))],
    }
    UserLogin: "user_login", "stages_user_login" at "/stages/user_login/" {
        model: "UserLoginStage",
        app: "user_login",
        component: "ak-stage-user-login-form",
        verbose_name: "User Login Stage",
        description: "Begins the session.",
        shape: &shapes::USER_LOGIN,
        filters: [Filter::exact("geoip_binding", Given::Choice(&words::GEOIP)), Filter::exact("network_binding", Given::Choice(&words::NETWORK)), Filter::exact("remember_me_offset", Given::Text), Filter::exact("session_duration", Given::Text), Filter::exact("terminate_other_sessions", Given::Bool)],
    }
    UserLogout: "user_logout", "stages_user_logout" at "/stages/user_logout/" {
        model: "UserLogoutStage",
        app: "user_logout",
        component: "ak-stage-user-logout-form",
        verbose_name: "User Logout Stage",
        description: "Ends the session.",
        shape: &shapes::USER_LOGOUT,
        filters: [],
    }
    UserDelete: "user_delete", "stages_user_delete" at "/stages/user_delete/" {
        model: "UserDeleteStage",
        app: "user_delete",
        component: "ak-stage-user-delete-form",
        verbose_name: "User Delete Stage",
        description: "Removes one's own account.",
        shape: &shapes::USER_DELETE,
        filters: [],
    }
    Email: "email", "stages_email" at "/stages/email/" {
        model: "EmailStage",
        app: "email",
        component: "ak-stage-email-form",
        verbose_name: "Email Stage",
        description: "Sends a link to prove an address.",
        shape: &shapes::EMAIL,
        filters: [Filter::exact("activate_user_on_success", Given::Bool), Filter::exact("from_address", Given::Text), Filter::exact("host", Given::Text), Filter::exact("port", Given::Int), Filter::exact("subject", Given::Text), Filter::exact("template", Given::Text), Filter::exact("timeout", Given::Int), Filter::exact("token_expiry", Given::Int), Filter::exact("use_global_settings", Given::Bool), Filter::exact("use_ssl", Given::Bool), Filter::exact("use_tls", Given::Bool), Filter::exact("username", Given::Text)],
    }
    Consent: "consent", "stages_consent" at "/stages/consent/" {
        model: "ConsentStage",
        app: "consent",
        component: "ak-stage-consent-form",
        verbose_name: "Consent Stage",
        description: "Asks whether an application may have what it wants.",
        shape: &shapes::CONSENT,
        filters: [Filter::exact("consent_expire_in", Given::Text), Filter::exact("mode", Given::Choice(&words::CONSENT))],
    }
    Redirect: "redirect", "stages_redirect" at "/stages/redirect/" {
        model: "RedirectStage",
        app: "redirect",
        component: "ak-stage-redirect-form",
        verbose_name: "Redirect Stage",
        description: "Leads to an address or into another flow.",
        shape: &shapes::REDIRECT,
        filters: [Filter::exact("keep_context", Given::Bool), Filter::exact("mode", Given::Choice(&words::REDIRECT)), Filter::exact("target_flow", Given::Uuid), Filter::exact("target_static", Given::Text)],
    }
    Deny: "deny", "stages_deny" at "/stages/deny/" {
        model: "DenyStage",
        app: "deny",
        component: "ak-stage-deny-form",
        verbose_name: "Deny Stage",
        description: "Ends the flow here.",
        shape: &shapes::DENY,
        filters: [Filter::exact("deny_message", Given::Text)],
    }
    Invitation: "invitation", "stages_invitation_stages" at "/stages/invitation/stages/" {
        model: "InvitationStage",
        app: "invitation",
        component: "ak-stage-invitation-form",
        verbose_name: "Invitation Stage",
        description: "Lets only those pass who were invited.",
        shape: &shapes::INVITATION,
        filters: [Filter::exact("continue_flow_without_invitation", Given::Bool), Filter::exact("no_flows", Given::Bool)],
    }
}

/// What there is to say about a stage's kind.
pub const fn about(settings: &Settings) -> &'static About {
    match settings {
        Settings::Identification(_) => Identification::ABOUT,
        Settings::Password(_) => Password::ABOUT,
        Settings::AuthenticatorValidate(_) => AuthenticatorValidate::ABOUT,
        Settings::AuthenticatorTotp(_) => AuthenticatorTotp::ABOUT,
        Settings::AuthenticatorStatic(_) => AuthenticatorStatic::ABOUT,
        Settings::AuthenticatorWebauthn(_) => AuthenticatorWebauthn::ABOUT,
        Settings::Captcha(_) => Captcha::ABOUT,
        Settings::Prompt(_) => Prompt::ABOUT,
        Settings::UserWrite(_) => UserWrite::ABOUT,
        Settings::UserLogin(_) => UserLogin::ABOUT,
        Settings::UserLogout => UserLogout::ABOUT,
        Settings::UserDelete => UserDelete::ABOUT,
        Settings::Email(_) => Email::ABOUT,
        Settings::Consent(_) => Consent::ABOUT,
        Settings::Redirect(_) => Redirect::ABOUT,
        Settings::Deny(_) => Deny::ABOUT,
        Settings::Invitation(_) => Invitation::ABOUT,
    }
}
