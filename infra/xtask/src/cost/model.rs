//! From what a request takes to what it costs. All dollars are for one, so that a million is a factor.

use std::collections::BTreeMap;

use anyhow::Result;

use super::bill::Bill;
use super::measured::Work;
use super::prices::Prices;

/// Memory that has one whole core, in MB (AWS's documentation of Lambda): with less, a share of one.
const WHOLE_CORE_MB: f64 = 1769.0;
const GB: f64 = 1e9;

/// What cannot be measured without AWS.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assumed {
    /// Milliseconds of a call to `DynamoDB`, there and back, in the region.
    pub(super) dynamodb_ms: f64,
    /// Milliseconds of a call to KMS.
    pub(super) kms_ms: f64,
    /// Milliseconds of a call to anything else.
    pub(super) other_ms: f64,
    /// Of all requests, how many are an instance's first.
    pub(super) cold_share: f64,
    /// Milliseconds of Lambda's own in an instance's start.
    pub(super) start_ms: f64,
    /// Bytes that Lambda logs of each request by itself (`platform.start`, `platform.report`).
    pub(super) platform_log_bytes: f64,
    /// Bytes of a line in the HTTP API's log.
    pub(super) access_log_bytes: f64,
    /// Bytes that CloudWatch adds to each line.
    pub(super) line_bytes: f64,
}

/// What docs/cost.md assumes.
pub(super) const ASSUMED: Assumed = Assumed {
    dynamodb_ms: 4.0,
    kms_ms: 10.0,
    other_ms: 8.0,
    cold_share: 0.01,
    start_ms: 20.0,
    platform_log_bytes: 480.0,
    access_log_bytes: 330.0,
    line_bytes: 26.0,
};

/// What stands before a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// API Gateway's HTTP API.
    HttpApi,
    /// The function's own URL.
    FunctionUrl,
    /// `CloudFront`, and a function URL behind it.
    CloudFront,
}

/// Which keys of KMS sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SigningKey {
    /// RSA of 2048 bits, which costs as a symmetric key does.
    Rsa2048,
    /// An elliptic curve, or a longer RSA key.
    Other,
}

/// Where a function runs, and how it is reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// The function's memory in MB.
    pub(super) memory_mb: f64,
    /// What stands before it.
    pub(super) door: Door,
    /// Which keys sign, where KMS does.
    pub(super) key: SigningKey,
}

/// Warm milliseconds of `requests` requests that took `work` together: CPU at the memory's share of a core, and each
/// call by itself, as if none ran beside another.
pub(super) fn warm_ms(work: &Work, memory_mb: f64, assumed: &Assumed) -> f64 {
    let share = (memory_mb / WHOLE_CORE_MB).min(1.0);
    work.cpu_ms / share + waited_ms(&work.calls, assumed)
}

fn waited_ms(calls: &BTreeMap<String, f64>, assumed: &Assumed) -> f64 {
    let each = calls.iter();
    each.map(|(action, times)| times * call_ms(action, assumed))
        .sum()
}

/// The bill of `requests` requests that took `work` together.
///
/// # Errors
/// When the table lacks a price.
pub(super) fn bill(
    work: &Work,
    requests: f64,
    setting: Setting,
    prices: &Prices,
    assumed: &Assumed,
) -> Result<Bill> {
    let memory_gb = setting.memory_mb / 1024.0;
    let second = prices.one("lambda_gb_second")? * memory_gb;
    let one = |of_all: f64| {
        if requests > 0.0 {
            of_all / requests
        } else {
            0.0
        }
    };
    // Each request is rounded up to the millisecond. Of many together, each is taken for their mean.
    let billed_ms = one(warm_ms(work, setting.memory_mb, assumed)).ceil() * requests;
    let log = work.log_bytes + requests * assumed.platform_log_bytes;
    let access = match setting.door {
        Door::HttpApi => requests * (assumed.access_log_bytes + assumed.line_bytes),
        Door::FunctionUrl | Door::CloudFront => 0.0,
    };
    let (door, out) = way(work, requests, setting.door, prices)?;
    Ok(Bill {
        requests: requests * prices.one("lambda_request")?,
        compute: billed_ms / 1e3 * second,
        cold: requests
            * assumed.cold_share
            * (cold_ms(work, one(work.cpu_ms), setting, assumed) / 1e3 * second
                + keys(&work.more_at_first(), setting.key, prices)?),
        reads: work.read_units * prices.one("dynamodb_read")?,
        writes: work.write_units * prices.one("dynamodb_write")?,
        keys: keys(&work.calls, setting.key, prices)?,
        door,
        out,
        logs: (log + 3.0 * requests * assumed.line_bytes + access) / GB * prices.one("logs")?,
    })
}

/// What stands before the function, and the bytes that leave it.
fn way(work: &Work, requests: f64, door: Door, prices: &Prices) -> Result<(f64, f64)> {
    Ok(match door {
        Door::HttpApi => (
            requests * prices.one("http_api")?,
            work.bytes_out / GB * prices.one("data_out")?,
        ),
        Door::FunctionUrl => (0.0, work.bytes_out / GB * prices.one("data_out")?),
        Door::CloudFront => (
            requests * prices.one("cloudfront_request")?
                + work.bytes_in / GB * prices.one("cloudfront_to_origin")?,
            work.bytes_out / GB * prices.one("cloudfront_out")?,
        ),
    })
}

/// What an instance's first request takes longer. Init has a whole core whatever the memory is.
fn cold_ms(work: &Work, warm_cpu_ms: f64, setting: Setting, assumed: &Assumed) -> f64 {
    let share = (setting.memory_mb / WHOLE_CORE_MB).min(1.0);
    let more_cpu = (work.first_cpu_ms - warm_cpu_ms).max(0.0);
    let more_calls = waited_ms(&work.more_at_first(), assumed); // tenant, client, keys
    assumed.start_ms + work.init_ms + more_cpu / share + more_calls
}

fn keys(calls: &BTreeMap<String, f64>, key: SigningKey, prices: &Prices) -> Result<f64> {
    let symmetric = prices.one("kms_request")?;
    let signing = match key {
        SigningKey::Rsa2048 => symmetric,
        SigningKey::Other => prices.one("kms_elliptic_request")?,
    };
    let queue = prices.one("queue_request")?;
    let dollars = calls
        .iter()
        .map(|(action, times)| {
            times
                * match service(action) {
                    Service::Kms if action == "Sign" => signing,
                    Service::Kms => symmetric,
                    Service::Queue => queue,
                    Service::DynamoDb => 0.0, // counted in units
                }
        })
        .fold(0.0, |sum, one| sum + one);
    Ok(dollars)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    DynamoDb,
    Kms,
    Queue,
}

fn service(action: &str) -> Service {
    match action {
        "Sign"
        | "Verify"
        | "Encrypt"
        | "Decrypt"
        | "GenerateDataKey"
        | "GetPublicKey"
        | "GenerateDataKeyPairWithoutPlaintext" => Service::Kms,
        "SendMessage" | "SendMessageBatch" | "ChangeMessageVisibility" => Service::Queue,
        _ => Service::DynamoDb, // all other actions that the functions' roles allow
    }
}

fn call_ms(action: &str, assumed: &Assumed) -> f64 {
    match service(action) {
        Service::DynamoDb => assumed.dynamodb_ms,
        Service::Kms => assumed.kms_ms,
        Service::Queue => assumed.other_ms,
    }
}
