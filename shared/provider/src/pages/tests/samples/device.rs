//! The pages that connect a device.

use super::{Filling, Samples};
use crate::pages::{Brand, DeviceConfirm, DeviceDone, DeviceEntry, Permission, render};

impl Filling<'_> {
    /// Filled like every other page.
    pub(super) fn devices(&self) -> Samples {
        let (brand, text) = (self.brand(), self.text);
        let permission = Permission {
            name: text,
            description: text,
        };
        let entry = DeviceEntry {
            brand,
            action: text,
            csrf: text,
            component: text,
            username: text,
            code: self.may_be_empty,
            error: self.option,
        };
        let confirm = DeviceConfirm {
            brand,
            application: text,
            action: text,
            csrf: text,
            component: text,
            username: text,
            code: text,
            permissions: vec![permission; self.list],
            restart_url: text,
        };
        let done = |allowed| {
            render(&DeviceDone {
                brand,
                application: text,
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

/// As people meet them.
pub(in crate::pages::tests) fn lifelike() -> Samples {
    let brand = Brand {
        title: "Northwind",
        logo_url: None,
    };
    let entry = |code, error| {
        render(&DeviceEntry {
            brand,
            action: "/device",
            csrf: "csrf",
            component: "ak-provider-oauth2-device-code",
            username: "ada.lovelace@northwind.example",
            code,
            error,
        })
    };
    let confirm = |application, permissions| {
        render(&DeviceConfirm {
            brand,
            application,
            action: "/device",
            csrf: "csrf",
            component: "ak-stage-consent",
            username: "ada.lovelace@northwind.example",
            code: "WDJB-MJHT",
            permissions,
            restart_url: "#restart",
        })
    };
    let done = |allowed| {
        render(&DeviceDone {
            brand,
            application: "Living room TV",
            allowed,
        })
    };
    let email = Permission {
        name: "email",
        description: "Email address",
    };
    let long = "Quarterly Financial Reporting and Consolidation Workbench";
    vec![
        ("device-entry", entry("", None)),
        (
            "device-entry-wrong",
            entry("WDJB-MJHT", Some("This code is not valid.")),
        ),
        ("device-confirm", confirm("Living room TV", vec![email])),
        ("device-confirm-long", confirm(long, Vec::new())),
        ("device-allowed", done(true)),
        ("device-denied", done(false)),
    ]
}
