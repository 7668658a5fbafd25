//! Connecting a device (RFC 8628 §3.3): the code, the question, and what came of it.

use askama::Template;

use super::{Account, Form, Page, Permission, Scene};

/// Asks for the code that the device shows.
///
/// Posts `code`.
#[derive(Template)]
#[template(path = "device_entry.html")]
pub struct DeviceEntry<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// The account that is signed in.
    pub account: Account<'a>,
    /// What the field holds at first: the code of the link, what was typed before, or nothing.
    pub code: &'a str,
    /// What is wrong with what was typed, as a sentence; `None` on the first visit.
    pub error: Option<String>,
}

/// Asks whether the device may have what it asks for, with the code to compare (RFC 8628 §5.4).
///
/// Posts `code` and `consent`: `accept` or `deny`.
#[derive(Template)]
#[template(path = "device_confirm.html")]
pub struct DeviceConfirm<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The application that runs on the device.
    pub application: &'a str,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// The account that would be used.
    pub account: Account<'a>,
    /// The code as the device shows it.
    pub code: &'a str,
    /// What is asked for.
    pub permissions: Vec<Permission<'a>>,
}

/// Says what came of it.
#[derive(Template)]
#[template(path = "device_done.html")]
pub struct DeviceDone<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The application that runs on the device.
    pub application: &'a str,
    /// Whether it was allowed.
    pub allowed: bool,
}

impl Page for DeviceEntry<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}

impl Page for DeviceConfirm<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}

impl Page for DeviceDone<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}
