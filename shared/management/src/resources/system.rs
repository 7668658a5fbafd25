//! What there is to say of the installation: `/admin/version/…`, `/admin/system/` and `/root/config/` (API reference
//! B15).

mod shape;

use http::{Method, StatusCode};
use protocol::Timestamp;
use serde_json::{Map, Value, json};

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form, Row};
use crate::operation::{Access, Answer, Ask, Body, OPERATIONS, Operation, Reply};
use crate::rows::Listing;
use crate::wire::moment;
use shape::{CONFIG, SYSTEM_INFO, VERSION_HISTORY, VERSION_SHAPE};

/// The release of authentik that this API is the API of.
pub const VERSION: &str = "2024.10.4";

/// When that release's API was published. What an installation ran before is not recorded: there is one entry.
const SINCE: Timestamp = Timestamp::from_unix(1_732_236_734);

/// How long clients and flows may be kept in memory, in seconds.
const KEPT: u32 = 30;

/// Headers that say who calls, and are not repeated.
const SECRET: [&str; 3] = ["authorization", "cookie", "x-authentik-csrf"];

static HISTORY: Listing = Listing {
    filters: &[
        Filter::exact("build", Form::Text),
        Filter::exact("version", Form::Text),
    ],
    search: &["version", "build"],
    order: &["-timestamp"],
};

/// Their operations.
pub fn operations() -> Vec<Operation> {
    let one = Answer::One(StatusCode::OK, &SYSTEM_INFO);
    vec![
        Operation::new(
            "admin_version_retrieve",
            Method::GET,
            "/admin/version/",
            |_, _| Box::pin(async { Reply::ok(version()) }),
        )
        .open_to(Access::Caller)
        .answers(Answer::One(StatusCode::OK, &VERSION_SHAPE)),
        Operation::new(
            "admin_version_history_list",
            Method::GET,
            "/admin/version/history/",
            |_, ask| Box::pin(async { history(ask) }),
        )
        .narrowed_by(HISTORY.filters)
        .with(&["ordering", "search"])
        .answers(Answer::Several(&VERSION_HISTORY)),
        Operation::new(
            "admin_version_history_retrieve",
            Method::GET,
            "/admin/version/history/{id}/",
            |_, ask| Box::pin(async { entry(ask) }),
        )
        .answers(Answer::One(StatusCode::OK, &VERSION_HISTORY)),
        Operation::new(
            "admin_system_retrieve",
            Method::GET,
            "/admin/system/",
            system,
        )
        .answers(one),
        Operation::new(
            "admin_system_create",
            Method::POST,
            "/admin/system/",
            system,
        )
        .answers(one),
        Operation::new(
            "root_config_retrieve",
            Method::GET,
            "/root/config/",
            |_, _| Box::pin(async { Reply::ok(config()) }),
        )
        .open_to(Access::Anyone)
        .answers(Answer::One(StatusCode::OK, &CONFIG)),
    ]
}

fn version() -> Value {
    json!({
        "version_current": VERSION,
        "version_latest": VERSION,
        "version_latest_valid": false, // nobody is asked which is the latest
        "build_hash": "",
        "outdated": false,
        "outpost_outdated": false,
    })
}

fn installed() -> Row {
    let entry = json!({
        "id": 1,
        "timestamp": moment(SINCE),
        "version": VERSION,
        "build": "",
    });
    entry.as_object().cloned().unwrap_or_default()
}

fn history(ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let rows = HISTORY.select(vec![installed()], ask)?;
    Reply::ok(rows.into_iter().map(Value::Object).collect())
}

fn entry(ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let installed = installed();
    if ask.key == "1" {
        Reply::ok(Value::Object(installed))
    } else {
        Err(Refusal::NotFound("VersionHistory"))
    }
}

fn system<'a>(_api: &'a Api, ask: &'a Ask<'a>) -> crate::operation::Pending<'a> {
    Box::pin(async {
        let tenant = &ask.call.tenant;
        let (_, host) = tenant.base_url.split_once("://").unwrap_or_default();
        Reply::ok(json!({
            "http_headers": headers(ask),
            "http_host": host,
            "http_is_secure": tenant.is_https(),
            "runtime": runtime(),
            "brand": tenant.brand.title(),
            "server_time": moment(ask.call.now),
            "embedded_outpost_disabled": true, // there is none
            "embedded_outpost_host": "",
        }))
    })
}

/// What authentik says of its Python; what we have none of is said to be none.
fn runtime() -> Value {
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    json!({
        "python_version": "none",
        "environment": "custom",
        "architecture": machine,
        "platform": system,
        "uname": format!("{system} {machine}"),
        "openssl_version": "none",
        "openssl_fips_enabled": null,
        "authentik_version": VERSION,
    })
}

/// The request's headers, without what says who calls.
fn headers(ask: &Ask<'_>) -> Map<String, Value> {
    let headers = ask.call.request.headers().iter();
    let told = headers.filter(|(name, _)| !SECRET.contains(&name.as_str()));
    let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    told.map(|(name, value)| (name.as_str().to_owned(), text(value).into()))
        .collect()
}

fn config() -> Value {
    let saves = OPERATIONS
        .iter()
        .any(|operation| matches!(operation.body, Body::File));
    // Nobody acts as somebody else: `can_impersonate` is not among them.
    let capabilities: &[&str] = if saves { &["can_save_media"] } else { &[] };
    json!({
        "error_reporting": {
            "enabled": false,
            "sentry_dsn": "",
            "environment": "custom",
            "send_pii": false,
            "traces_sample_rate": 0.0,
        },
        "capabilities": capabilities,
        "cache_timeout": KEPT,
        "cache_timeout_flows": KEPT,
        "cache_timeout_policies": 0,
        "cache_timeout_reputation": 0,
    })
}
