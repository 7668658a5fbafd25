//! What is asked (OpenID Connect Core §3.1.2.3, §3.1.2.4), as the page for it: one arm for each challenge.

use http::StatusCode;
use protocol::Secret;

use super::{USER_INTERFACE, ways};
use crate::client::Client;
use crate::executor::Run;
use crate::flow::challenge::{self, Challenge, Shown, WHOLE};
use crate::http::{Response, encode};
use crate::pages::{
    About, Account, Consent, Continue, Email, ErrorPage, Farewell, Form, Page, Permission, Person,
    Refused, Scene, SessionEnd, SignOut, StayAsked, Stranger, UserDelete,
};
use crate::session::csrf_token;

mod proving;

/// The page for what is shown.
pub(super) fn page(run: &Run<'_>, shown: &Shown) -> Response {
    let component = shown.challenge.component();
    let view = View {
        run,
        shown,
        scene: scene(run, shown),
        action: ways::action(run),
        restart: run.restart_url(),
        csrf: csrf_token(run.token.raw()),
        component: &component,
    };
    view.page()
}

/// What pages are made of.
struct View<'v> {
    run: &'v Run<'v>,
    shown: &'v Shown,
    scene: Scene<'v>,
    action: String,
    restart: String,
    csrf: Secret,
    component: &'v str,
}

impl View<'_> {
    fn page(&self) -> Response {
        match &self.shown.challenge {
            Challenge::Identification(its) => self.identification(its),
            Challenge::Password(its) => self.password(its),
            Challenge::Captcha(its) => self.captcha(its),
            Challenge::AuthenticatorValidate(its) => self.validate(its),
            Challenge::AuthenticatorTotp(its) => self.totp(its),
            Challenge::AuthenticatorStatic(its) => self.codes(its),
            Challenge::AuthenticatorWebauthn(its) => self.webauthn(its),
            Challenge::Prompt(its) => self.prompt(its),
            Challenge::Consent(its) => self.consent(its),
            Challenge::Email(its) => self.email(its),
            Challenge::UserLogin(its) => ok(&StayAsked {
                scene: self.scene(),
                form: self.form(),
                account: self.account(its),
            }),
            Challenge::UserLogout(its) => self.sign_out(its),
            Challenge::UserDelete(its) => ok(&UserDelete {
                scene: self.scene(),
                form: self.form(),
                account: lasting(its),
            }),
            Challenge::Continue(its) => ok(&Continue {
                scene: self.scene(),
                form: self.form(),
                signed_in: &its.signed_in,
            }),
            Challenge::SessionEnd(its) => ok(&SessionEnd {
                scene: self.scene(),
                application: its.application_name.as_deref(),
                launch_url: its.application_launch_url.as_deref(),
                sign_out_url: its.invalidation_flow_url.as_deref(),
                farewell: Farewell::default(),
            }),
            Challenge::AccessDenied(its) => self.refused(its),
            Challenge::FlowError(its) => self.broken(its),
            Challenge::Redirect(its) => encode::redirect(self.run.call(), &its.to),
        }
    }

    fn consent(&self, its: &challenge::Consent) -> Response {
        let brand = &self.run.call().tenant.brand;
        let restart = self.run.next.through(brand.flow_authentication.as_str());
        ok(&Consent {
            scene: self.scene(),
            application: &its.application,
            about: self.about(),
            stranger: self.client().and_then(Stranger::of),
            form: self.form(),
            account: Account {
                username: &its.pending.pending_user,
                restart_url: &format!("{restart}&restart=1"),
            },
            token: &its.token,
            permissions: listed(&its.permissions),
            new_permissions: listed(&its.additional_permissions),
            redirect_host: &its.destination,
        })
    }

    fn email(&self, its: &challenge::Email) -> Response {
        ok(&Email {
            scene: self.scene(),
            form: self.form(),
            to: &its.to,
            again: its.again,
            restart_url: &self.restart,
            error: self.error(&[WHOLE]),
        })
    }

    fn sign_out(&self, its: &challenge::Pending) -> Response {
        ok(&SignOut {
            scene: self.scene(),
            application: None,
            action: &self.action,
            csrf: self.csrf.expose(),
            account: lasting(its),
            hidden: vec![("component".to_owned(), self.component.to_owned())],
        })
    }

    fn refused(&self, its: &challenge::AccessDenied) -> Response {
        let scene = self.scene();
        let signed_in = self.run.browser.signed_in.is_some();
        let onward_url = if signed_in {
            USER_INTERFACE
        } else {
            &self.restart
        };
        let message = its
            .error_message
            .as_deref()
            .map(|message| scene.texts.said(message));
        let page = Refused {
            scene,
            message,
            account: lasting(&its.pending),
            signed_in,
            onward_url,
        };
        encode::page(StatusCode::FORBIDDEN, &page)
    }

    fn broken(&self, its: &challenge::FlowError) -> Response {
        let scene = self.scene();
        let words = ["error-ours", "error-ours-why", "error-ours-advice"];
        let [title, explanation, advice] = words.map(|key| scene.texts.get(key));
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let page = ErrorPage {
            scene,
            title,
            explanation,
            advice,
            request_id: &its.request_id,
            status: status.as_str(),
        };
        encode::page(status, &page)
    }

    /// Whose request led here.
    fn client(&self) -> Option<&Client> {
        let errand = self.run.errand.as_ref()?;
        Some(&errand.client)
    }

    fn about(&self) -> About<'_> {
        let client = self.client();
        client.map_or_else(About::default, |client| About::of(&client.metadata))
    }

    fn scene(&self) -> Scene<'_> {
        self.scene.clone()
    }

    fn form(&self) -> Form<'_> {
        Form {
            action: &self.action,
            csrf: self.csrf.expose(),
            component: self.component,
        }
    }

    /// Whose step it is, with a way to be somebody else.
    fn account<'s>(&'s self, pending: &'s challenge::Pending) -> Account<'s> {
        Account {
            username: &pending.pending_user,
            restart_url: &self.restart,
        }
    }

    /// What is wrong with these fields, in the page's language.
    fn error(&self, fields: &[&str]) -> Option<String> {
        let texts = self.scene.texts;
        let errors = &self.shown.response_errors;
        let said = fields
            .iter()
            .find_map(|field| errors.about(field).first().copied());
        said.map(|said| texts.said(said))
    }

    /// What an administrator set above the flow, else our words.
    fn heading(&self, ours: &str) -> String {
        let (texts, title) = (self.scene.texts, &self.shown.flow_info.title);
        if title.is_empty() || title == self.run.flow.slug.as_str() {
            texts.get(ours)
        } else {
            texts.said(title)
        }
    }
}

fn scene<'v>(run: &'v Run<'_>, shown: &'v Shown) -> Scene<'v> {
    // An account's language must not tell that there is such an account before its owner has proved who they are.
    let pending = run
        .pending
        .as_ref()
        .filter(|_| !run.plan.context.proofs.is_empty());
    let signed_in = run.browser.signed_in.as_ref().map(|(_, user)| user);
    let person = Person {
        account: pending.or(signed_in),
        ui_locales: run
            .errand
            .as_ref()
            .and_then(|errand| errand.ui_locales.as_deref()),
    };
    Scene::with(run.call(), person).before(&shown.flow_info.background)
}

fn ok(page: &impl Page) -> Response {
    encode::page(StatusCode::OK, page)
}

/// Whose step it is, where nobody else could take it.
fn lasting(pending: &challenge::Pending) -> Account<'_> {
    Account {
        username: &pending.pending_user,
        restart_url: "",
    }
}

fn listed(permissions: &[challenge::Permission]) -> Vec<Permission<'_>> {
    permissions
        .iter()
        .map(|it| Permission {
            name: &it.id,
            description: &it.name,
        })
        .collect()
}
