//! Every page, filled for the tests.

use crate::pages::{
    Brand, Consent, Denied, ErrorPage, FormPost, Identification, Password, Permission, Rendered,
    SessionEnd, SignOut, SignedIn, SignedOut, render,
};
use crate::policies::Finding;

mod device;
mod lifelike;

pub(super) use self::lifelike::lifelike;

/// Pages and the names the tests call them by.
pub(super) type Samples = Vec<(&'static str, Rendered)>;

/// Every page with `text` in every field.
pub(super) fn with(text: &str) -> Samples {
    Filling {
        text,
        option: Some(text),
        list: 2,
        may_be_empty: text,
    }
    .pages()
}

/// Every page with all that may be absent absent.
pub(super) fn without_options() -> Samples {
    Filling {
        text: "text",
        option: None,
        list: 0,
        may_be_empty: "",
    }
    .pages()
}

/// What the fields of every page hold.
struct Filling<'a> {
    text: &'a str,
    option: Option<&'a str>,
    /// How long each list is.
    list: usize,
    may_be_empty: &'a str,
}

impl Filling<'_> {
    fn pages(&self) -> Samples {
        let mut pages = self.questions();
        pages.extend(self.answers());
        pages.extend(self.devices());
        pages
    }

    fn brand(&self) -> Brand<'_> {
        Brand {
            title: self.text,
            logo_url: self.option,
        }
    }

    fn fields(&self) -> Vec<(String, String)> {
        vec![(self.text.to_owned(), self.text.to_owned()); self.list]
    }

    fn consent(&self) -> Rendered {
        let (name, text) = (self.text, self.text);
        let permissions = [
            Permission {
                name,
                description: text,
            },
            Permission {
                name,
                description: "",
            },
        ];
        render(&Consent {
            brand: self.brand(),
            application: text,
            action: text,
            csrf: text,
            username: text,
            permissions: permissions.iter().copied().take(self.list).collect(),
            new_permissions: permissions.iter().copied().take(self.list).collect(),
            redirect_host: text,
            restart_url: text,
        })
    }

    fn questions(&self) -> Samples {
        let (brand, application, error) = (self.brand(), self.option, self.option);
        let (action, csrf, username, restart_url) = (self.text, self.text, self.text, self.text);
        let uid_field = self.may_be_empty;
        let identification = Identification {
            brand,
            application,
            action,
            csrf,
            uid_field,
            error,
        };
        let password = Password {
            brand,
            application,
            action,
            csrf,
            username,
            restart_url,
            error,
        };
        let hidden = self.fields();
        let sign_out = SignOut {
            brand,
            application,
            action,
            csrf,
            username: self.option,
            hidden,
        };
        vec![
            ("identification", render(&identification)),
            ("password", render(&password)),
            ("consent", self.consent()),
            ("sign-out", render(&sign_out)),
        ]
    }

    fn answers(&self) -> Samples {
        let (brand, text) = (self.brand(), self.text);
        let signed_out = SignedOut {
            brand,
            application: self.option,
            return_url: self.option,
        };
        let signed_in = SignedIn {
            brand,
            username: text,
            name: self.may_be_empty,
        };
        let session_end = SessionEnd {
            brand,
            application: self.option,
            launch_url: self.option,
            sign_out_url: self.option,
        };
        let messages = vec![text.to_owned(); self.list];
        let finding = Finding {
            name: text.to_owned(),
            passing: self.list == 0,
        };
        let results = vec![finding; self.list];
        let denied = Denied {
            brand,
            application: text,
            messages: &messages,
            results: &results,
            request_id: text,
        };
        let advice = self.may_be_empty;
        let error = ErrorPage {
            brand,
            title: text,
            explanation: text,
            advice,
            request_id: text,
            status: 400,
        };
        let form_post = FormPost {
            brand,
            action: text,
            fields: self.fields(),
        };
        vec![
            ("signed-out", render(&signed_out)),
            ("session-end", render(&session_end)),
            ("denied", render(&denied)),
            ("signed-in", render(&signed_in)),
            ("error", render(&error)),
            ("form-post", render(&form_post)),
        ]
    }
}
