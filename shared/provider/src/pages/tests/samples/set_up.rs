//! The pages that set something up.

use super::{Filling, Samples};
use crate::pages::{
    Choice, Field, Prompt, RecoveryCodes, TotpSetUp, WebauthnSetUp, Widget, render,
};

impl Filling<'_> {
    pub(super) fn set_ups(&self) -> Samples {
        let codes = vec![self.text.to_owned(); self.list];
        let totp = TotpSetUp {
            scene: self.scene(),
            form: self.form(),
            config_url: self.text,
            qr_svg: self.text,
            secret: self.text,
            error: self.error(),
        };
        let codes = RecoveryCodes {
            scene: self.scene(),
            form: self.form(),
            account: self.account(),
            codes: &codes,
        };
        let webauthn = WebauthnSetUp {
            scene: self.scene(),
            form: self.form(),
            account: self.account(),
            options: self.text.to_owned(),
            error: self.error(),
        };
        let prompt = Prompt {
            scene: self.scene(),
            form: self.form(),
            heading: self.text.to_owned(),
            fields: self.fields(),
            error: self.error(),
        };
        vec![
            ("set-up-totp", render(&totp)),
            ("set-up-codes", render(&codes)),
            ("set-up-passkey", render(&webauthn)),
            ("prompt", render(&prompt)),
        ]
    }

    /// A field of each kind.
    fn fields(&self) -> Vec<Field> {
        let choice = Choice {
            value: self.text.to_owned(),
            label: self.text.to_owned(),
            chosen: true,
        };
        let line = |read_only| Widget::Line {
            kind: "text",
            autocomplete: "on",
            read_only,
        };
        let widgets = [
            line(false),
            line(true),
            Widget::Lines { read_only: false },
            Widget::Lines { read_only: true },
            Widget::Checkbox { checked: true },
            Widget::Radio {
                choices: vec![choice.clone(), choice.clone()],
            },
            Widget::Choice {
                choices: vec![choice.clone(), choice],
            },
            Widget::File { most: 32 * 1024 },
            Widget::Static,
            Widget::Separator,
            Widget::Hidden,
        ];
        let field = |(number, widget)| Field {
            number,
            key: format!("{}{number}", self.text),
            label: self.text.to_owned(),
            value: self.may_be_empty.to_owned(),
            placeholder: self.may_be_empty.to_owned(),
            hint: self.may_be_empty.to_owned(),
            required: self.list > 0,
            focused: number == 0,
            error: self.error(),
            widget,
        };
        (0..).zip(widgets).map(field).collect()
    }
}
