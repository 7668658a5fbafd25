//! Every page, filled for the tests.

use std::sync::LazyLock;

use crate::brand::{Brand, FooterLink};
use crate::locale::{Locale, Texts};
use crate::pages::{
    About, Account, Captcha, CaptchaBox, Continue, Email, Form, Identification, Language, Other,
    Password, PasswordField, Proof, Rendered, Scene, SetUp, StayAsked, Uid, UserDelete, Validate,
    render,
};

mod ends;
mod lifelike;
mod set_up;

pub(super) use self::lifelike::{lifelike, scenes};

/// Pages and the names the tests call them by.
pub(super) type Samples = Vec<(&'static str, Rendered)>;

/// Every page with `text` in every field, in English and a brand that has everything.
pub(super) fn with(text: &str) -> Samples {
    with_in(Locale::En, text)
}

/// The same in any language.
pub(super) fn with_in(locale: Locale, text: &str) -> Samples {
    let brand = Brand {
        branding_title: text.to_owned(),
        branding_logo: "/media/logo".to_owned(),
        branding_favicon: "/media/icon".to_owned(),
        footer_links: vec![
            FooterLink {
                name: text.to_owned(),
                href: Some("https://brand.example/".to_owned()),
            },
            FooterLink {
                name: text.to_owned(),
                href: Some("javascript:alert(1)".to_owned()),
            },
        ],
        ..Brand::default()
    };
    let scene = Scene {
        brand: &brand,
        texts: Texts::of(locale),
        backdrop: Some("https://cdn.example/hills.webp"),
        languages: vec![Language {
            locale: Locale::De,
            url: text.to_owned(),
        }],
        kept: None,
    };
    Filling {
        scene,
        text,
        option: Some(text),
        list: 2,
        may_be_empty: text,
    }
    .pages()
}

/// Every page with all that may be absent absent.
pub(super) fn without_options() -> Samples {
    static PLAIN: LazyLock<Brand> = LazyLock::new(Brand::default);
    let scene = Scene {
        brand: &PLAIN,
        texts: Texts::default(),
        backdrop: None,
        languages: Vec::new(),
        kept: None,
    };
    Filling {
        scene,
        text: "text",
        option: None,
        list: 0,
        may_be_empty: "",
    }
    .pages()
}

/// What the fields of every page hold.
struct Filling<'a> {
    scene: Scene<'a>,
    text: &'a str,
    option: Option<&'a str>,
    /// How long each list is.
    list: usize,
    may_be_empty: &'a str,
}

impl Filling<'_> {
    fn pages(&self) -> Samples {
        let mut pages = self.ways_in();
        pages.extend(self.second_factors());
        pages.extend(self.set_ups());
        pages.extend(self.questions());
        pages.extend(self.ends());
        pages.extend(self.devices());
        pages
    }

    fn scene(&self) -> Scene<'_> {
        self.scene.clone()
    }

    fn form(&self) -> Form<'_> {
        Form {
            action: self.text,
            csrf: self.text,
            component: self.text,
        }
    }

    fn account(&self) -> Account<'_> {
        Account {
            username: self.text,
            restart_url: self.may_be_empty,
        }
    }

    fn about(&self) -> About<'_> {
        About {
            logo: self.option,
            home: self.option,
            policy: self.option,
            terms: self.option,
        }
    }

    fn error(&self) -> Option<String> {
        self.option.map(str::to_owned)
    }

    fn captcha(&self, into: &'static str) -> CaptchaBox<'_> {
        CaptchaBox {
            site_key: self.text,
            js_url: "https://challenges.cloudflare.com/turnstile/v0/api.js",
            into,
            interactive: self.list > 0,
            sends: self.list > 0,
        }
    }

    fn password_field(&self) -> PasswordField<'_> {
        PasswordField {
            may_be_shown: self.list > 0,
            recovery_url: self.option,
            focused: true,
            error: self.error(),
        }
    }

    fn ways_in(&self) -> Samples {
        let uid = Uid {
            label: "uid-username-email",
            value: self.may_be_empty,
            focused: true,
        };
        let identification = |uid, rest: Option<&str>| {
            let password = rest.map(|_| PasswordField {
                focused: false,
                ..self.password_field()
            });
            render(&Identification {
                scene: self.scene(),
                form: self.form(),
                heading: self.text.to_owned(),
                application: self.option,
                about: self.about(),
                uid,
                error: self.error(),
                password,
                captcha: rest.map(|_| self.captcha("captcha_token")),
                passkey_options: rest.map(str::to_owned),
                passwordless_url: Some(self.text),
                recovery_url: rest,
                enroll_url: rest,
                signs_in: rest.is_some(),
            })
        };
        let password = Password {
            scene: self.scene(),
            form: self.form(),
            application: self.option,
            account: self.account(),
            password: self.password_field(),
        };
        let captcha = Captcha {
            scene: self.scene(),
            form: self.form(),
            captcha: self.captcha("token"),
            error: self.error(),
        };
        vec![
            ("identification", identification(Some(uid), None)),
            (
                "identification-whole",
                identification(Some(uid), self.option),
            ),
            ("identification-passkey", identification(None, None)),
            ("password", render(&password)),
            ("captcha", render(&captcha)),
        ]
    }

    fn second_factors(&self) -> Samples {
        let options = self.text.to_owned();
        let other = Other {
            class: self.text.to_owned(),
            label: "other-totp",
            url: self.text.to_owned(),
        };
        let setup = SetUp {
            id: self.text.to_owned(),
            name: self.text.to_owned(),
        };
        let page = |proof, others: usize, setups: usize| {
            render(&Validate {
                scene: self.scene(),
                form: self.form(),
                account: self.account(),
                proof,
                others: vec![other.clone(); others],
                setups: vec![setup.clone(); setups],
                error: self.error(),
            })
        };
        vec![
            ("code", page(Proof::Code { recovery: false }, self.list, 0)),
            (
                "recovery-code",
                page(Proof::Code { recovery: true }, self.list, 0),
            ),
            (
                "passkey",
                page(
                    Proof::Passkey {
                        options,
                        auto: self.list > 0,
                    },
                    self.list,
                    0,
                ),
            ),
            ("choose-set-up", page(Proof::SetUp, 0, 2)),
        ]
    }

    fn questions(&self) -> Samples {
        let (scene, form, account) = (self.scene(), self.form(), self.account());
        let email = Email {
            scene: scene.clone(),
            form,
            to: self.may_be_empty,
            again: self.list > 0,
            restart_url: self.text,
            error: self.error(),
        };
        vec![
            ("email", render(&email)),
            (
                "continue",
                render(&Continue {
                    scene: scene.clone(),
                    form,
                    signed_in: self.may_be_empty,
                }),
            ),
            (
                "stay",
                render(&StayAsked {
                    scene: scene.clone(),
                    form,
                    account,
                }),
            ),
            (
                "user-delete",
                render(&UserDelete {
                    scene,
                    form,
                    account,
                }),
            ),
        ]
    }
}
