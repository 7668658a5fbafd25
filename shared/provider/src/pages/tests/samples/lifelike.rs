//! Every page as people meet it, usual, wrong and long: to be looked at.

use super::Samples;
use crate::pages::{
    Brand, Consent, Denied, ErrorPage, FormPost, Identification, Password, Permission, SessionEnd,
    SignOut, SignedIn, SignedOut, render,
};
use crate::policies::Finding;

const BRAND: Brand<'_> = Brand {
    title: "Northwind",
    logo_url: None,
};
const LONG_BRAND: Brand<'_> = Brand {
    title: "Northwind International Holdings and Subsidiaries",
    logo_url: None,
};
const LOGO_BRAND: Brand<'_> = Brand {
    title: "Contoso",
    logo_url: Some(LOGO),
};
const APPLICATION: &str = "Grafana";
const LONG_APPLICATION: &str = "Quarterly Financial Reporting and Consolidation Workbench";
const USERNAME: &str = "ada.lovelace@northwind.example";
const LONG_USERNAME: &str =
    "maximiliane-hildegard.von-und-zu-hohenstein-waldburg@subsidiary.northwind.example";
const ACTION: &str = "/if/flow/default-authentication-flow/";

/// Every page as people meet it, each under the name of its file.
pub(in crate::pages::tests) fn lifelike() -> Samples {
    let mut pages = identifications();
    pages.extend(passwords());
    pages.extend(consents());
    pages.extend(sign_outs());
    pages.extend(errors());
    pages.extend(ends());
    pages.extend(super::device::lifelike());
    let signed_in = SignedIn {
        brand: BRAND,
        username: USERNAME,
        name: "Ada Lovelace",
    };
    pages.push(("signed-in", render(&signed_in)));
    let fields = vec![("code".to_owned(), "c".to_owned())];
    pages.push((
        "form-post",
        render(&FormPost {
            brand: BRAND,
            action: "#client",
            fields,
        }),
    ));
    pages
}

/// The ends of an application's session, and of a sign-in that may not go on.
fn ends() -> Samples {
    let left = |application, launch_url, sign_out_url| {
        render(&SessionEnd {
            brand: BRAND,
            application,
            launch_url,
            sign_out_url,
        })
    };
    let denied = |application, messages: &[&str], results: &[Finding]| {
        let messages: Vec<String> = messages.iter().map(|&text| text.to_owned()).collect();
        render(&Denied {
            brand: BRAND,
            application,
            messages: &messages,
            results,
            request_id: "9d6a4c0e-3f0b-4c55-8d0e-9d2f8c1b7a10",
        })
    };
    let finding = |name: &str, passing| Finding {
        name: name.to_owned(),
        passing,
    };
    let findings = [finding("finance-only", false), finding("Staff", true)];
    let out = Some("/if/flow/default-invalidation-flow/");
    vec![
        ("session-end", left(Some(APPLICATION), Some("#launch"), out)),
        (
            "session-end-long",
            left(Some(LONG_APPLICATION), Some("#launch"), out),
        ),
        ("session-end-bare", left(None, None, None)),
        (
            "denied",
            denied(APPLICATION, &["Only the finance team may use this."], &[]),
        ),
        ("denied-bare", denied(LONG_APPLICATION, &[], &[])),
        (
            "denied-superuser",
            denied(
                APPLICATION,
                &["Only the finance team may use this."],
                &findings,
            ),
        ),
    ]
}

fn identifications() -> Samples {
    let page = |brand, application, uid_field, error| {
        let (action, csrf) = (ACTION, "csrf");
        render(&Identification {
            brand,
            application,
            action,
            csrf,
            uid_field,
            error,
        })
    };
    let missing = Some("Enter your email or username.");
    vec![
        ("identification", page(BRAND, Some(APPLICATION), "", None)),
        (
            "identification-error",
            page(BRAND, Some(APPLICATION), "", missing),
        ),
        (
            "identification-long",
            page(LONG_BRAND, Some(LONG_APPLICATION), LONG_USERNAME, None),
        ),
        ("identification-logo", page(LOGO_BRAND, None, "", None)),
    ]
}

fn passwords() -> Samples {
    let page = |brand, application, username, error| {
        let (action, csrf, restart_url) = (ACTION, "csrf", "#restart");
        render(&Password {
            brand,
            application,
            action,
            csrf,
            username,
            restart_url,
            error,
        })
    };
    let wrong = Some("That username and password do not match. Try again.");
    let wait = Some("Too many attempts from your network. Wait a minute, then try again.");
    vec![
        ("password", page(BRAND, Some(APPLICATION), USERNAME, None)),
        (
            "password-error",
            page(BRAND, Some(APPLICATION), USERNAME, wrong),
        ),
        (
            "password-long",
            page(LONG_BRAND, Some(LONG_APPLICATION), LONG_USERNAME, wait),
        ),
    ]
}

fn consents() -> Samples {
    let permission = |name, description| Permission { name, description };
    let known = || {
        vec![
            permission("profile", "General Profile Information"),
            permission("email", "Email address"),
        ]
    };
    let new = vec![
        permission(
            "offline_access",
            "Access to request new tokens without interaction",
        ),
        permission("goauthentik.io/api", ""),
    ];
    let page = |application, permissions, new_permissions, redirect_host| {
        render(&Consent {
            brand: BRAND,
            application,
            action: ACTION,
            csrf: "csrf",
            username: USERNAME,
            permissions,
            new_permissions,
            redirect_host,
            restart_url: "#restart",
        })
    };
    let (host, long_host) = (
        "grafana.northwind.example",
        "workbench.emea.finance.subsidiary.northwind.example",
    );
    vec![
        ("consent", page(APPLICATION, known(), Vec::new(), host)),
        (
            "consent-long",
            page(LONG_APPLICATION, new.clone(), Vec::new(), long_host),
        ),
        ("consent-new", page(APPLICATION, known(), new, host)),
    ]
}

fn sign_outs() -> Samples {
    let brand = BRAND;
    let ask = |application, username| {
        let (action, csrf, hidden) = ("/out", "csrf", Vec::new());
        render(&SignOut {
            brand,
            application,
            action,
            csrf,
            username,
            hidden,
        })
    };
    let out = |application, return_url| {
        render(&SignedOut {
            brand,
            application,
            return_url,
        })
    };
    vec![
        ("sign-out", ask(Some(APPLICATION), Some(USERNAME))),
        ("sign-out-alone", ask(None, None)),
        ("signed-out", out(Some(APPLICATION), Some("#return"))),
        ("signed-out-alone", out(None, None)),
    ]
}

fn errors() -> Samples {
    let page = |title, explanation, advice, status| {
        let (brand, request_id) = (BRAND, "8f14e45f-ceea-467f-a8f1-0e1b7c6a9b52");
        render(&ErrorPage {
            brand,
            title,
            explanation,
            advice,
            request_id,
            status,
        })
    };
    let explanation = "The application sent you here with an address to return to that is not \
                       registered for it. To protect your account, you were not sent there.";
    let advice = "Go back to the application and try again. If it happens again, tell the people \
                  who run it.";
    vec![
        (
            "error",
            page("This sign-in link does not work", explanation, advice, 400),
        ),
        (
            "error-short",
            page(
                "Page not found",
                "There is nothing at this address.",
                "",
                404,
            ),
        ),
    ]
}

/// A wide word mark, as brands upload it.
const LOGO: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='180' height='40'%3E%3Crect width='180' height='40' rx='6' fill='%23c2410c'/%3E%3Ctext x='90' y='27' font-family='sans-serif' font-size='20' font-weight='700' text-anchor='middle' fill='%23fff'%3ECONTOSO%3C/text%3E%3C/svg%3E";
