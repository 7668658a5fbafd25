//! The pages where a way ends, and those that connect a device.

use protocol::redirect::Delivery;

use super::{Filling, Samples};
use crate::pages::{
    Consent, Denied, DeviceConfirm, DeviceDone, DeviceEntry, ErrorPage, Farewell, FormPost, Frame,
    Onward, Permission, Refused, Removed, Rendered, SessionEnd, SignOut, SignedOut, Stranger,
    render,
};
use crate::policies::Finding;

impl Filling<'_> {
    fn permissions(&self) -> Vec<Permission<'_>> {
        let name = self.text;
        let both = [
            Permission {
                name,
                description: self.text,
            },
            Permission {
                name,
                description: "",
            },
        ];
        both.into_iter().take(self.list).collect()
    }

    fn hidden(&self) -> Vec<(String, String)> {
        vec![(self.text.to_owned(), self.text.to_owned()); self.list]
    }

    pub(super) fn ends(&self) -> Samples {
        let mut pages = self.leaving();
        pages.extend(self.farewells());
        pages.extend(self.refusals());
        let consent = Consent {
            scene: self.scene(),
            application: self.text,
            about: self.about(),
            stranger: self.option.map(|host| Stranger::Document {
                host: host.to_owned(),
            }),
            form: self.form(),
            account: self.account(),
            token: self.text,
            permissions: self.permissions(),
            new_permissions: self.permissions(),
            redirect_host: self.text,
        };
        let form_post = FormPost {
            scene: self.scene(),
            action: self.text,
            fields: self.hidden(),
        };
        pages.push(("consent", render(&consent)));
        pages.push(("form-post", render(&form_post)));
        let (action, fields) = (self.text.to_owned(), self.hidden());
        let form = self.onward(Delivery::Form { action, fields });
        pages.push(("onward-form", form));
        let link = self.onward(Delivery::Redirect(self.text.to_owned()));
        pages.push(("onward", link));
        pages
    }

    fn onward(&self, way: Delivery) -> Rendered {
        render(&Onward {
            scene: self.scene(),
            application: self.text,
            denied: self.list > 0,
            host: self.text,
            way,
            error: self.text,
            request_id: self.text,
        })
    }

    /// The pages that clients hear on.
    fn farewells(&self) -> Samples {
        let frame = Frame {
            url: self.text.to_owned(),
            application: self.text.to_owned(),
        };
        let farewell = Farewell {
            frames: vec![frame; self.list],
            goes_on: self.option.is_some(),
        };
        let signed_out = SignedOut {
            scene: self.scene(),
            application: self.option,
            return_url: self.option,
            return_host: self.option,
            sign_in_url: None,
            farewell: farewell.clone(),
        };
        let session_end = SessionEnd {
            scene: self.scene(),
            application: self.option,
            launch_url: self.option,
            sign_out_url: self.option,
            farewell,
        };
        vec![
            ("signed-out-frames", render(&signed_out)),
            ("session-end-frames", render(&session_end)),
        ]
    }

    fn leaving(&self) -> Samples {
        let sign_out = SignOut {
            scene: self.scene(),
            application: self.option,
            action: self.text,
            csrf: self.text,
            account: self.account(),
            hidden: self.hidden(),
        };
        let signed_out = SignedOut {
            scene: self.scene(),
            application: self.option,
            return_url: self.option,
            return_host: None,
            sign_in_url: self.option,
            farewell: Farewell::default(),
        };
        let session_end = SessionEnd {
            scene: self.scene(),
            application: self.option,
            launch_url: self.option,
            sign_out_url: self.option,
            farewell: Farewell::default(),
        };
        vec![
            (
                "removed",
                render(&Removed {
                    scene: self.scene(),
                }),
            ),
            ("sign-out", render(&sign_out)),
            ("signed-out", render(&signed_out)),
            ("session-end", render(&session_end)),
        ]
    }

    fn refusals(&self) -> Samples {
        let messages = vec![self.text.to_owned(); self.list];
        let finding = Finding {
            name: self.text.to_owned(),
            passing: self.list == 0,
        };
        let denied = Denied {
            scene: self.scene(),
            application: self.text,
            messages: &messages,
            results: &vec![finding; self.list],
            request_id: self.text,
        };
        let refused = Refused {
            scene: self.scene(),
            message: self.error(),
            account: self.account(),
            signed_in: self.list > 0,
            onward_url: self.text,
        };
        let error = ErrorPage {
            scene: self.scene(),
            title: self.text.to_owned(),
            explanation: self.text.to_owned(),
            advice: self.may_be_empty.to_owned(),
            request_id: self.text,
            status: "400",
        };
        vec![
            ("denied", render(&denied)),
            ("refused", render(&refused)),
            ("error", render(&error)),
        ]
    }

    pub(super) fn devices(&self) -> Samples {
        let entry = DeviceEntry {
            scene: self.scene(),
            form: self.form(),
            account: self.account(),
            code: self.may_be_empty,
            error: self.error(),
        };
        let confirm = DeviceConfirm {
            scene: self.scene(),
            application: self.text,
            form: self.form(),
            account: self.account(),
            code: self.text,
            permissions: self.permissions(),
        };
        let done = |allowed| {
            let scene = self.scene();
            render(&DeviceDone {
                scene,
                application: self.text,
                allowed,
            })
        };
        vec![
            ("device-entry", render(&entry)),
            ("device-confirm", render(&confirm)),
            ("device-allowed", done(true)),
            ("device-denied", done(false)),
        ]
    }
}
