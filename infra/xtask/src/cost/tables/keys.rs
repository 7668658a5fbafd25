//! What signing keys cost, and what follows from other assumptions.

use std::fmt::Write as _;

use anyhow::Result;

use super::format::{head, money};
use super::{MILLION, Sources};
use crate::cost::model::{ASSUMED, Assumed, Door, SigningKey, bill, warm_ms};

const GRANTS: [(&str, &str); 3] = [
    ("code for tokens", "code"),
    ("refresh", "refresh"),
    ("token of a machine", "client_credentials"),
];

/// How tokens are signed: title, the name that rows have it by, and the key of KMS. A call of KMS takes as long and is
/// as many whatever its key, so both direct columns are of one row.
const SIGNERS: [(&str, &str, SigningKey); 4] = [
    ("ES256, envelope", "ES256 envelope", SigningKey::Other),
    ("RS256, envelope", "RS256 envelope", SigningKey::Rsa2048),
    (
        "RS256, direct (`RSA_2048`)",
        "ES256 direct",
        SigningKey::Rsa2048,
    ),
    (
        "ES256, direct (`ECC_NIST_P256`)",
        "ES256 direct",
        SigningKey::Other,
    ),
];

/// Dollars per million by the key that signs.
pub(super) fn keys(sources: &Sources) -> Result<String> {
    let titles = SIGNERS.map(|(title, _, _)| title);
    let mut columns = vec!["A million times"];
    columns.extend(titles);
    let mut lines = head(&columns);
    for (title, grant) in GRANTS {
        let mut line = format!("| {title} |");
        for (_, signer, key) in SIGNERS {
            let work = &sources
                .measured
                .row("token", &format!("{grant}, {signer}"))?
                .work;
            let mut setting = sources.setting("token", Door::HttpApi)?;
            setting.key = key;
            let bill = bill(work, 1.0, setting, &sources.prices, &ASSUMED)?;
            let _ = write!(line, " {} |", money(bill.total() * MILLION));
        }
        lines.push(line);
    }
    Ok(lines.join("\n"))
}

/// The two token requests of most interest, with other assumptions.
pub(super) fn sensitivity(sources: &Sources) -> Result<String> {
    let usual = sources.deployed.memory_mb("token")?;
    let cases: [(String, f64, Assumed); 7] = [
        (
            format!("as above: {usual} MB, DynamoDB 4 ms, KMS 10 ms"),
            usual,
            ASSUMED,
        ),
        (
            "DynamoDB 2 ms".to_owned(),
            usual,
            Assumed {
                dynamodb_ms: 2.0,
                ..ASSUMED
            },
        ),
        (
            "DynamoDB 10 ms".to_owned(),
            usual,
            Assumed {
                dynamodb_ms: 10.0,
                ..ASSUMED
            },
        ),
        (
            "KMS 30 ms".to_owned(),
            usual,
            Assumed {
                kms_ms: 30.0,
                ..ASSUMED
            },
        ),
        (
            "5 % cold".to_owned(),
            usual,
            Assumed {
                cold_share: 0.05,
                ..ASSUMED
            },
        ),
        ("128 MB".to_owned(), 128.0, ASSUMED),
        ("512 MB".to_owned(), 512.0, ASSUMED),
    ];
    let requests = ["refresh, ES256 envelope", "refresh, ES256 direct"];
    let mut lines = head(&[
        "A million refreshes",
        "ES256 envelope: warm ms",
        "dollars",
        "ES256 direct: warm ms",
        "dollars",
    ]);
    for (title, memory_mb, assumed) in cases {
        let mut line = format!("| {title} |");
        for request in requests {
            let work = &sources.measured.row("token", request)?.work;
            let mut setting = sources.setting("token", Door::HttpApi)?;
            setting.memory_mb = memory_mb;
            let dollars = bill(work, 1.0, setting, &sources.prices, &assumed)?.total() * MILLION;
            let warm = warm_ms(work, memory_mb, &assumed);
            let _ = write!(line, " {warm:.1} | {} |", money(dollars));
        }
        lines.push(line);
    }
    Ok(lines.join("\n"))
}
