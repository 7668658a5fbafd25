use std::collections::BTreeMap;

use super::bill::Bill;
use super::measured::Work;
use super::model::{ASSUMED, Door, Setting, SigningKey, bill, warm_ms};
use super::*;

const MILLION: f64 = 1e6;

fn work(calls: &[(&str, f64)]) -> Work {
    let calls: BTreeMap<String, f64> = calls
        .iter()
        .map(|(action, times)| ((*action).to_owned(), *times))
        .collect();
    let mut first_calls = calls.clone();
    *first_calls.entry("GetItem".to_owned()).or_default() += 2.0;
    *first_calls.entry("Decrypt".to_owned()).or_default() += 1.0;
    Work {
        calls,
        first_calls,
        read_units: 1.0,
        write_units: 2.0,
        cpu_ms: 0.25,
        init_ms: 4.0,
        first_cpu_ms: 2.0,
        bytes_in: 1000.0,
        bytes_out: 1500.0,
        log_bytes: 300.0,
    }
}

fn priced(work: &Work, door: Door, key: SigningKey) -> Bill {
    let setting = Setting {
        memory_mb: 256.0,
        door,
        key,
    };
    bill(
        work,
        1.0,
        setting,
        &Prices::of_this_build().unwrap(),
        &ASSUMED,
    )
    .unwrap()
}

#[track_caller]
fn is(dollars: f64, of_a_million: f64) {
    let found = dollars * MILLION;
    assert!(
        (found - of_a_million).abs() < 0.0005,
        "{found} and not {of_a_million}"
    );
}

#[test]
fn a_machines_token_costs_what_was_computed_by_hand() {
    let work = work(&[("PutItem", 1.0)]);
    // 0.25 ms of CPU at 256 of 1,769 MB are 1.728 ms, and 4 ms for the call.
    assert!((warm_ms(&work, 256.0, &ASSUMED) - 5.7275).abs() < 0.0001);
    let bill = priced(&work, Door::HttpApi, SigningKey::Other);
    is(bill.requests, 0.20);
    is(bill.compute, 0.0200); // 6 ms of a quarter of a GB at $0.0000133334
    is(bill.cold, 0.0318); // a hundredth of 20 + 4 + 12.09 + 18 ms, and of a `Decrypt` at $3 a million
    is(bill.reads, 0.125);
    is(bill.writes, 1.25);
    is(bill.keys, 0.0);
    is(bill.door, 1.0);
    is(bill.out, 0.135);
    is(bill.logs, 0.607); // 300 + 480 + 3 × 26 + 330 + 26 bytes
    is(bill.total(), 3.3688);
    is(bill.without_logs(), 2.7618);
}

#[test]
fn a_signature_by_an_elliptic_key_of_kms_costs_five_times_that_of_rsa_2048() {
    let work = work(&[("PutItem", 1.0), ("Sign", 2.0), ("Decrypt", 1.0)]);
    is(priced(&work, Door::HttpApi, SigningKey::Other).keys, 33.0); // 2 × 15 + 3
    is(priced(&work, Door::HttpApi, SigningKey::Rsa2048).keys, 9.0); // 3 × 3
}

#[test]
fn each_way_in_has_its_price() {
    let work = work(&[]);
    let url = priced(&work, Door::FunctionUrl, SigningKey::Other);
    is(url.door, 0.0);
    is(url.logs, 0.429); // no line of the HTTP API's
    let edge = priced(&work, Door::CloudFront, SigningKey::Other);
    is(edge.door, 1.02); // and 1,000 bytes to the origin at $0.02 a GB
    is(edge.out, 0.1275);
}

#[test]
fn many_requests_together_are_rounded_up_one_by_one() {
    let mut together = work(&[("GetItem", 4.0)]);
    together.cpu_ms = 1.0; // of 4: 6.91 ms, and 16 for the calls: 5.73 each, so 6
    let setting = Setting {
        memory_mb: 256.0,
        door: Door::HttpApi,
        key: SigningKey::Other,
    };
    let prices = Prices::of_this_build().unwrap();
    let bill = bill(&together, 4.0, setting, &prices, &ASSUMED).unwrap();
    is(bill.compute, 4.0 * 0.0200);
    is(bill.requests, 0.80);
}

#[test]
fn others_are_paid_for_the_people_of_each_tier() {
    let prices = Prices::of_this_build().unwrap();
    let month = |name: &str, people: f64| {
        let peer = prices.peers.iter().find(|peer| peer.name == name).unwrap();
        format!("{:.2}", peer.month(people))
    };
    assert_eq!(month("Cognito Lite", 10_000.0), "0.00");
    assert_eq!(month("Cognito Lite", 100_000.0), "495.00"); // 90,000 × 0.0055
    assert_eq!(month("Cognito Lite", 200_000.0), "955.00"); // and 100,000 × 0.0046
    assert_eq!(month("Cognito Essentials", 100_000.0), "1350.00");
    assert_eq!(month("Cognito Plus", 100_000.0), "2000.00");
    assert_eq!(month("Google Identity Platform", 100_000.0), "275.00");
}

#[test]
fn every_price_says_where_and_when_it_was_seen() {
    let prices = Prices::of_this_build().unwrap();
    let sources = prices.all().map(|price| (&price.source, &price.seen));
    let sources = sources.chain(prices.peers.iter().map(|peer| (&peer.source, &peer.seen)));
    let machines = &prices.cognito_machines;
    for (source, seen) in sources.chain([(&machines.source, &machines.seen)]) {
        assert!(source.starts_with("https://"), "{source}");
        let dated = seen.len() == 7 && *seen <= prices.as_of;
        assert!(dated || seen == "unchecked", "{source}: {seen}");
    }
    assert!(
        prices
            .one("gold")
            .unwrap_err()
            .to_string()
            .contains("price.gold")
    );
}

fn measured(text: &str) -> Measured {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("performance.json");
    std::fs::write(&file, text).unwrap();
    Measured::read(&file).unwrap()
}

#[test]
fn what_was_not_measured_is_named() {
    let none = measured(r#"{"measured": "2026-01-02", "machine": "m", "rows": []}"#);
    let missing = none.row("token", "refresh, ES256 envelope").unwrap_err();
    let missing = missing.to_string();
    assert!(
        missing.contains("`token: refresh, ES256 envelope`"),
        "{missing}"
    );
    assert!(none.login().unwrap_err().to_string().contains("`login`"));
    let nowhere = Measured::read(Path::new("no-such-file")).unwrap_err();
    assert!(nowhere.to_string().contains("cargo xtask bench"));
}

#[test]
fn a_row_with_many_at_a_time_is_not_taken_for_one() {
    let row = r#"{"function": "jwks", "request": "key set", "concurrency": 16, "read_units": 0, "write_units": 0, "cpu_s_per_1000": 0.1}"#;
    let many = format!(r#"{{"measured": "d", "machine": "m", "rows": [{row}]}}"#);
    assert!(measured(&many).row("jwks", "key set").is_err());
    let one = many.replace("16", "1");
    let found = measured(&one).row("jwks", "key set").unwrap().work.cpu_ms;
    assert!((found - 0.1).abs() < f64::EPSILON);
}

#[test]
fn the_template_says_how_much_memory_each_function_has() {
    let template = std::fs::read_to_string(workspace::root().join("infra/template.yaml")).unwrap();
    let deployed = Deployed::read(&template).unwrap();
    for function in workspace::functions(&workspace::root()).unwrap() {
        assert!(
            deployed.memory_mb(&function).unwrap() >= 128.0,
            "{function}"
        );
    }
    assert!(deployed.memory_mb("flow").unwrap() > deployed.memory_mb("token").unwrap());
    assert!(deployed.keys >= 2.0);
    let unknown = deployed.memory_mb("tokn").unwrap_err().to_string();
    assert!(unknown.contains("tokn"), "{unknown}");
}

#[test]
fn an_alarm_costs_by_the_metrics_it_looks_at() {
    let root = workspace::root();
    let template = std::fs::read_to_string(root.join("infra/template.yaml")).unwrap();
    let deployed = Deployed::read(&template).unwrap();
    let alarm = Prices::of_this_build().unwrap().one("alarm").unwrap();
    // As docs/deploy.md has it: an account has ten free.
    let paid = ["none", "few", "each"].map(|choice| {
        let metrics = deployed.alarms(choice).unwrap().metrics;
        format!("{:.0}", (metrics - 10.0).max(0.0) * alarm)
    });
    let page = std::fs::read_to_string(root.join("docs/deploy.md")).unwrap();
    let row = page.lines().find(|line| line.starts_with("| `Alarms` |"));
    let said = format!("| {} |", paid.join(", "));
    assert!(row.unwrap().ends_with(&said), "{row:?} and not {said}");
    let none = deployed.alarms("none").unwrap();
    assert!(none.count >= 3.0 && none.count <= none.metrics, "{none:?}");
}

#[test]
fn the_document_is_what_the_command_writes() {
    let root = workspace::root();
    let document = std::fs::read_to_string(root.join(DOCUMENT)).unwrap();
    let sources = read(&root, &root.join(MEASURED)).unwrap();
    let written = filled(&document, &sources).unwrap();
    for (old, new) in document.lines().zip(written.lines()) {
        assert_eq!(old, new, "run `cargo xtask cost --write`");
    }
    assert_eq!(document, written);
}

/// Figures are measured, all of them, or none is: a row without CPU beside others would make a request look free.
#[test]
fn the_recorded_figures_were_measured() {
    let root = workspace::root();
    let text = std::fs::read(root.join(MEASURED)).unwrap();
    let figures: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let measured = !figures["measured"].as_str().unwrap().is_empty();
    let machine = !figures["machine"].as_str().unwrap().is_empty();
    assert_eq!(machine, measured, "the machine");
    let rows = figures["rows"].as_array().unwrap();
    for row in rows {
        let cpu = row["cpu_s_per_1000"].as_f64().unwrap() > 0.0;
        let (function, request) = (&row["function"], &row["request"]);
        assert_eq!(cpu, measured, "{function}: {request}");
    }
    for function in workspace::functions(&root).unwrap() {
        let of = |all: &serde_json::Value| {
            let mut all = all.as_array().unwrap().iter();
            all.any(|it| it["function"] == *function)
        };
        assert!(of(&figures["rows"]), "{function} has no row");
        assert_eq!(of(&figures["sizes"]), measured, "{function} has no size");
    }
}

#[test]
fn a_step_of_a_sign_in_starts_as_its_function_does() {
    let root = workspace::root();
    let sample = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(sample.path(), include_str!("sample.json")).unwrap();
    let sources = read(&root, sample.path()).unwrap();
    let login = sources.measured.login().unwrap();
    let work = sources.measured.work_of(&login.steps[1]).unwrap();
    assert!((work.init_ms - 4.0).abs() < 0.0001, "{work:?}");
    assert!((work.first_cpu_ms - (1.5 + 2.2)).abs() < 0.0001, "{work:?}");
    assert_eq!(work.first_calls.get("GetItem"), Some(&3.0)); // its own, tenant and client
}

#[test]
fn a_table_takes_the_place_of_the_former_one_alone() {
    let text = "a\n<!-- cost: x -->\n\nold\n\n<!-- end -->\nb\n<!-- cost: y -->\n<!-- end -->\n";
    let new = placed(text, "x", "| new |").unwrap();
    assert_eq!(
        new,
        "a\n<!-- cost: x -->\n\n| new |\n\n<!-- end -->\nb\n<!-- cost: y -->\n<!-- end -->\n"
    );
    assert_eq!(placed(&new, "x", "| new |").unwrap(), new);
    assert!(placed(text, "z", "").is_err());
}

#[test]
fn dollars_read_as_people_write_them() {
    assert_eq!(tables::money(0.0207), "0.02");
    assert_eq!(tables::money(99.994), "99.99");
    assert_eq!(tables::money(1350.4), "1,350");
    assert_eq!(tables::money(100.0), "100");
    assert_eq!(tables::money(1_234_567.0), "1,234,567");
}

#[test]
fn every_table_has_its_place_in_the_document() {
    let root = workspace::root();
    let sample = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(sample.path(), include_str!("sample.json")).unwrap();
    let sources = read(&root, sample.path()).unwrap();
    let document = std::fs::read_to_string(root.join(DOCUMENT)).unwrap();
    let filled = filled(&document, &sources).unwrap();
    println!("{filled}");
    assert_eq!(filled.matches("<!-- cost: ").count(), TABLES.len() + 1);
    assert_eq!(super::filled(&filled, &sources).unwrap(), filled);
    for line in filled.lines().filter(|line| line.starts_with('|')) {
        assert!(
            !line.contains("NaN") && !line.contains("| inf") && !line.contains("-0.0"),
            "{line}"
        );
    }
}

#[test]
fn a_sign_in_is_the_sum_of_its_requests_in_the_memory_of_each() {
    let root = workspace::root();
    let sample = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(sample.path(), include_str!("sample.json")).unwrap();
    let sources = read(&root, sample.path()).unwrap();
    let bill = sources.login(Door::HttpApi).unwrap();
    is(bill.requests, 7.0 * 0.20);
    is(bill.door, 7.0);
    is(bill.reads, 12.0 * 0.125);
    is(bill.writes, 40.0 * 0.625);
}
