//! What is answered of the installation.

use crate::shape::{Choice, Kind, Shape, count, flag, float, list, moment, nested, object, text};

/// `Version`
pub(super) static VERSION_SHAPE: Shape = Shape {
    name: "Version",
    fields: &[
        text("version_current").computed(),
        text("version_latest").computed(),
        flag("version_latest_valid").computed(),
        text("build_hash").computed(),
        flag("outdated").computed(),
        flag("outpost_outdated").computed(),
    ],
};

/// `VersionHistory`
pub(super) static VERSION_HISTORY: Shape = Shape {
    name: "VersionHistory",
    fields: &[
        count("id").computed(),
        moment("timestamp").computed(),
        text("version").computed(),
        text("build").computed(),
    ],
};

/// `SystemInfo`
pub(super) static SYSTEM_INFO: Shape = Shape {
    name: "SystemInfo",
    fields: &[
        object("http_headers").computed(),
        text("http_host").computed(),
        flag("http_is_secure").computed(),
        nested("runtime", &RUNTIME).computed(),
        text("brand").computed(),
        moment("server_time").computed(),
        flag("embedded_outpost_disabled").computed(),
        text("embedded_outpost_host").computed(),
    ],
};

/// `SystemInfoRuntime`
static RUNTIME: Shape = Shape {
    name: "SystemInfoRuntime",
    fields: &[
        text("python_version").computed(),
        text("environment").computed(),
        text("architecture").computed(),
        text("platform").computed(),
        text("uname").computed(),
        text("openssl_version").computed(),
        flag("openssl_fips_enabled").computed().nullable(),
        text("authentik_version").computed(),
    ],
};

/// `Config`
pub(super) static CONFIG: Shape = Shape {
    name: "Config",
    fields: &[
        nested("error_reporting", &ERROR_REPORTING).computed(),
        list("capabilities", &CAPABILITY).computed(),
        count("cache_timeout").computed(),
        count("cache_timeout_flows").computed(),
        count("cache_timeout_policies").computed(),
        count("cache_timeout_reputation").computed(),
    ],
};

static ERROR_REPORTING: Shape = Shape {
    name: "ErrorReportingConfig",
    fields: &[
        flag("enabled").computed(),
        text("sentry_dsn").computed(),
        text("environment").computed(),
        flag("send_pii").computed(),
        float("traces_sample_rate").computed(),
    ],
};

static CAPABILITY: Kind = Kind::Choice(&CAPABILITIES);

static CAPABILITIES: Choice = Choice {
    name: "CapabilitiesEnum",
    values: &[
        "can_save_media",
        "can_geo_ip",
        "can_asn",
        "can_impersonate",
        "can_debug",
        "is_enterprise",
    ],
};
