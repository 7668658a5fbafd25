//! Pages as people meet them, usual, wrong and long: to be looked at.

use protocol::redirect::Delivery;

use super::Samples;
use crate::brand::{Brand, Colours, FooterLink, Theme};
use crate::locale::{Locale, Texts};
use crate::pages::{
    About, Account, CaptchaBox, Choice, Consent, DeviceConfirm, Email, Farewell, Field, Form,
    Identification, Language, Onward, Other, Password, PasswordField, Permission, Prompt, Proof,
    RecoveryCodes, Refused, Rendered, Scene, SessionEnd, SignOut, SignedOut, StayAsked, Stranger,
    TotpSetUp, Uid, Validate, WebauthnSetUp, Widget, render,
};

const FORM: Form<'_> = Form {
    action: "/if/flow/default-authentication-flow/",
    csrf: "csrf",
    component: "component",
};
const ACCOUNT: Account<'_> = Account {
    username: "ada.lovelace@northwind.example",
    restart_url: "#restart",
};
const LONG: Account<'_> = Account {
    username: "maximiliane-hildegard.von-und-zu-hohenstein-waldburg@subsidiary.northwind.example",
    restart_url: "#restart",
};
const APPLICATION: &str = "Grafana";
const ABOUT: About<'_> = About {
    logo: Some("https://tool.example/logo.png"),
    home: Some("https://tool.example/"),
    policy: Some("https://tool.example/privacy"),
    terms: Some("https://tool.example/terms"),
};
const LONG_APPLICATION: &str = "Quarterly Financial Reporting and Consolidation Workbench";

/// The brands and languages pages are looked at in, each with the end of its files' names.
pub(in crate::pages::tests) fn scenes() -> Vec<(&'static str, Brand, Locale)> {
    let link = |name: &str| FooterLink {
        name: name.to_owned(),
        href: Some("https://northwind.example/".to_owned()),
    };
    let plain = Brand {
        branding_title: "Northwind".to_owned(),
        ..Brand::default()
    };
    let dressed = Brand {
        branding_title: "Contoso International Holdings".to_owned(),
        branding_logo: "/media/logo".to_owned(),
        colours: Colours {
            accent: Some("#f2a900".to_owned()),
            accent_dark: None,
        },
        footer_links: vec![link("Imprint"), link("Privacy"), link("Help")],
        ..Brand::default()
    };
    let dark = Brand {
        theme: Theme::Dark,
        ..plain.clone()
    };
    vec![
        ("", plain.clone(), Locale::En),
        (".de", plain, Locale::De),
        (".brand", dressed, Locale::En),
        (".dark", dark, Locale::En),
    ]
}

/// The pages in one of them.
pub(in crate::pages::tests) fn lifelike(brand: &Brand, locale: Locale) -> Samples {
    let other = if locale == Locale::En {
        Locale::De
    } else {
        Locale::En
    };
    let scene = Scene {
        brand,
        texts: Texts::of(locale),
        backdrop: None,
        languages: vec![Language {
            locale: other,
            url: "#language".to_owned(),
        }],
        kept: None,
    };
    let mut pages = ways_in(&scene);
    pages.extend(second_factors(&scene));
    pages.extend(set_ups(&scene));
    pages.extend(ends(&scene));
    pages
}

fn ways_in(scene: &Scene<'_>) -> Samples {
    let texts = scene.texts;
    let uid = |value| Uid {
        label: "uid-username-email",
        value,
        focused: true,
    };
    let field = |error| PasswordField {
        may_be_shown: true,
        recovery_url: Some("#recovery"),
        focused: true,
        error,
    };
    let identification = |application, value, whole: bool, error| {
        render(&Identification {
            scene: scene.clone(),
            form: FORM,
            heading: texts.get("identification-heading"),
            application,
            about: if whole { ABOUT } else { About::default() },
            uid: Some(uid(value)),
            error,
            password: whole.then(|| PasswordField {
                focused: false,
                recovery_url: None,
                ..field(None)
            }),
            captcha: whole.then_some(CaptchaBox {
                site_key: "key",
                js_url: "https://captcha.invalid/api.js",
                into: "captcha_token",
                interactive: false,
                sends: false,
            }),
            passkey_options: whole.then(|| r#"{"challenge":"AA","rpId":"localhost"}"#.to_owned()),
            passwordless_url: Some("#passkey"),
            recovery_url: Some("#recovery"),
            enroll_url: whole.then_some("#enroll"),
            signs_in: whole,
        })
    };
    let password = |account, application, error| {
        render(&Password {
            scene: scene.clone(),
            form: FORM,
            application: Some(application),
            account,
            password: field(error),
        })
    };
    let said = |english: &str| Some(texts.said(english));
    let wrong = said("The username or password is not right. Check both and try again.");
    let empty = said("Enter your email address or username.");
    vec![
        (
            "identification",
            identification(Some(APPLICATION), "", false, None),
        ),
        (
            "identification-whole",
            identification(Some(APPLICATION), "ada", true, None),
        ),
        (
            "identification-wrong",
            identification(Some(LONG_APPLICATION), LONG.username, false, empty),
        ),
        ("password", password(ACCOUNT, APPLICATION, None)),
        ("password-wrong", password(LONG, LONG_APPLICATION, wrong)),
    ]
}

fn second_factors(scene: &Scene<'_>) -> Samples {
    let other = |label| Other {
        class: "totp".to_owned(),
        label,
        url: "#other".to_owned(),
    };
    let page = |proof, others, error: Option<&str>| {
        render(&Validate {
            scene: scene.clone(),
            form: FORM,
            account: ACCOUNT,
            proof,
            others,
            setups: Vec::new(),
            error: error.map(|english| scene.texts.said(english)),
        })
    };
    let options = r#"{"challenge":"AA","rpId":"localhost"}"#.to_owned();
    vec![
        (
            "code",
            page(
                Proof::Code { recovery: false },
                vec![other("other-webauthn"), other("other-static")],
                None,
            ),
        ),
        (
            "recovery-code-wrong",
            page(
                Proof::Code { recovery: true },
                vec![other("other-totp")],
                Some("Enter your password."),
            ),
        ),
        (
            "passkey",
            page(
                Proof::Passkey {
                    options,
                    auto: false,
                },
                vec![other("other-totp")],
                None,
            ),
        ),
        (
            "stay",
            render(&StayAsked {
                scene: scene.clone(),
                form: FORM,
                account: ACCOUNT,
            }),
        ),
    ]
}

fn set_ups(scene: &Scene<'_>) -> Samples {
    let scene = || scene.clone();
    let codes: Vec<String> = (0..6_u32).map(|n| format!("k7fq{n}xw2m9p{n}")).collect();
    let qr = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><path d='M0 0h3v3H0zM5 0h3v3H5zM0 5h3v3H0zM4 4h2v1H4zM6 6h2v2H6z'/></svg>";
    let totp = TotpSetUp {
        scene: scene(),
        form: FORM,
        config_url: "otpauth://totp/Northwind:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        qr_svg: qr,
        secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        error: None,
    };
    let static_codes = RecoveryCodes {
        scene: scene(),
        form: FORM,
        account: ACCOUNT,
        codes: &codes,
    };
    let webauthn = WebauthnSetUp {
        scene: scene(),
        form: FORM,
        account: ACCOUNT,
        options: "{}".to_owned(),
        error: None,
    };
    let email = Email {
        scene: scene(),
        form: FORM,
        to: ACCOUNT.username,
        again: false,
        restart_url: "#restart",
        error: None,
    };
    vec![
        ("set-up-totp", render(&totp)),
        ("set-up-codes", render(&static_codes)),
        ("set-up-passkey", render(&webauthn)),
        ("prompt", prompt(scene())),
        ("email", render(&email)),
    ]
}

fn prompt(scene: Scene<'_>) -> Rendered {
    let choice = |label: &str, chosen| Choice {
        value: label.to_owned(),
        label: label.to_owned(),
        chosen,
    };
    let field = |number, label: &str, widget| Field {
        number,
        key: label.to_owned(),
        label: scene.texts.said(label),
        value: String::new(),
        placeholder: String::new(),
        hint: String::new(),
        required: true,
        focused: false,
        error: None,
        widget,
    };
    let line = |kind| Widget::Line {
        kind,
        autocomplete: "on",
        read_only: false,
    };
    let fields = vec![
        Field {
            error: Some(scene.texts.said("Enter your password.")),
            hint: "Letters, numbers and dashes.".to_owned(),
            ..field(0, "Username", line("text"))
        },
        Field {
            required: false,
            ..field(1, "Email", line("email"))
        },
        field(2, "Password", line("password")),
        field(3, "Notes", Widget::Lines { read_only: false }),
        field(
            4,
            "Locale",
            Widget::Choice {
                choices: vec![choice("English", true)],
            },
        ),
        field(
            5,
            "Team",
            Widget::Radio {
                choices: vec![choice("Red", true), choice("Blue", false)],
            },
        ),
        field(
            6,
            "I have read the rules",
            Widget::Checkbox { checked: false },
        ),
        field(7, "Picture", Widget::File { most: 32 * 1024 }),
        field(8, "And then", Widget::Separator),
        field(9, "Born", line("date")),
    ];
    render(&Prompt {
        heading: scene.texts.said("Create your account"),
        form: FORM,
        fields,
        error: None,
        scene,
    })
}

fn ends(scene: &Scene<'_>) -> Samples {
    let scene = || scene.clone();
    let permission = |name, description| Permission { name, description };
    let known = vec![
        permission("profile", "General Profile Information"),
        permission("email", "Email address"),
    ];
    let new = vec![permission("goauthentik.io/api", "")];
    let consent = Consent {
        scene: scene(),
        application: LONG_APPLICATION,
        about: ABOUT,
        stranger: Some(Stranger::Registered),
        form: FORM,
        account: ACCOUNT,
        token: "t",
        permissions: known.clone(),
        new_permissions: new,
        redirect_host: "workbench.emea.finance.subsidiary.northwind.example",
    };
    let sign_out = SignOut {
        scene: scene(),
        application: Some(APPLICATION),
        action: "/out",
        csrf: "csrf",
        account: Account {
            restart_url: "",
            ..ACCOUNT
        },
        hidden: Vec::new(),
    };
    let goodbye = SignedOut {
        return_host: Some("workbench.emea.finance.subsidiary.northwind.example"),
        sign_in_url: None,
        ..signed_out(scene())
    };
    let session_end = SessionEnd {
        scene: scene(),
        application: Some(APPLICATION),
        launch_url: Some("#launch"),
        sign_out_url: Some("#out"),
        farewell: Farewell::default(),
    };
    let refused = Refused {
        scene: scene(),
        message: None,
        account: ACCOUNT,
        signed_in: true,
        onward_url: "#on",
    };
    let device = DeviceConfirm {
        scene: scene(),
        application: "Living room TV",
        form: FORM,
        account: ACCOUNT,
        code: "WDJB-MJHT",
        permissions: known,
    };
    vec![
        ("consent", render(&consent)),
        ("sign-out", render(&sign_out)),
        ("signed-out", render(&signed_out(scene()))),
        ("signed-out-stranger", render(&goodbye)),
        ("session-end", render(&session_end)),
        ("onward", onward(scene())),
        ("refused", render(&refused)),
        ("device-confirm", render(&device)),
    ]
}

fn onward(scene: Scene<'_>) -> Rendered {
    render(&Onward {
        scene,
        application: "Editor (tool.example)",
        denied: false,
        host: "tool.example",
        way: Delivery::Redirect("#client".to_owned()),
        error: "unsupported_response_type: this response_type is not supported",
        request_id: "0b7c3a0e-5f4f-4a57-9a35-0a1f6d8a5f11",
    })
}

fn signed_out(scene: Scene<'_>) -> SignedOut<'_> {
    SignedOut {
        scene,
        application: Some(APPLICATION),
        return_url: Some("#return"),
        return_host: None,
        sign_in_url: Some("#in"),
        farewell: Farewell::default(),
    }
}
