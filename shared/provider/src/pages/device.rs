//! Connecting a device (RFC 8628 §3.3): the code, the question, and what came of it.

use askama::Template;

use super::{Brand, Page, Permission, Policy};

/// Asks for the code that the device shows.
///
/// Posts `csrf`, `component` and `code`.
#[derive(Template)]
#[template(path = "device_entry.html")]
pub struct DeviceEntry<'a> {
    /// Whose sign-in this is.
    pub brand: Brand<'a>,
    /// Where the form is posted, relative to the issuer's origin.
    pub action: &'a str,
    /// The token that proves the form came from this session's page.
    pub csrf: &'a str,
    /// The stage's name.
    pub component: &'a str,
    /// The account that is signed in.
    pub username: &'a str,
    /// What the field holds at first: the code of the link, what was typed before, or nothing.
    pub code: &'a str,
    /// What is wrong with what was typed, as a sentence; `None` on the first visit.
    pub error: Option<&'a str>,
}

/// Asks whether the device may have what it asks for, with the code to compare (RFC 8628 §5.4).
///
/// Posts `csrf`, `component`, `code` and `consent`: `accept` or `deny`.
#[derive(Template)]
#[template(path = "device_confirm.html")]
pub struct DeviceConfirm<'a> {
    /// Whose sign-in this is.
    pub brand: Brand<'a>,
    /// The application that runs on the device.
    pub application: &'a str,
    /// Where the form is posted, relative to the issuer's origin.
    pub action: &'a str,
    /// The token that proves the form came from this session's page.
    pub csrf: &'a str,
    /// The stage's name.
    pub component: &'a str,
    /// The account that would be used.
    pub username: &'a str,
    /// The code as the device shows it.
    pub code: &'a str,
    /// What is asked for.
    pub permissions: Vec<Permission<'a>>,
    /// Where "Not you?" leads: signing in with another account.
    pub restart_url: &'a str,
}

/// Says what came of it.
#[derive(Template)]
#[template(path = "device_done.html")]
pub struct DeviceDone<'a> {
    /// Whose sign-in this is.
    pub brand: Brand<'a>,
    /// The application that runs on the device.
    pub application: &'a str,
    /// Whether it was allowed.
    pub allowed: bool,
}

impl Page for DeviceEntry<'_> {
    const POLICY: Policy = Policy::Static;
}

impl Page for DeviceConfirm<'_> {
    const POLICY: Policy = Policy::Static;
}

impl Page for DeviceDone<'_> {
    const POLICY: Policy = Policy::Static;
}
