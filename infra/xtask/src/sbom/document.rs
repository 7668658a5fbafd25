//! `CycloneDX` 1.5 of what is linked. It has no time and no random number, so that two builds write the same.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::linked::{Crate, Id, Linked};
use crate::archive;

/// The document.
pub(super) fn of(linked: &Linked) -> Value {
    let others = linked
        .crates
        .iter()
        .filter(|(id, _)| **id != linked.function);
    let mut components: Vec<Value> = others
        .map(|(id, its)| component(id, its, "library"))
        .collect();
    components.push(json!({
        "type": "library",
        "bom-ref": "rust-std",
        "name": "std",
        "version": linked.rust,
        "description": "Rust's standard library",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
    }));
    let own = linked.crates.get(&linked.function);
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": own.map(|its| component(&linked.function, its, "application")),
        },
        "components": components,
        "dependencies": dependencies(linked),
    });
    let number = serial_number(&document);
    if let Some(members) = document.as_object_mut() {
        members.insert("serialNumber".to_owned(), number.into());
    }
    document
}

fn component((name, version): &Id, its: &Crate, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": reference(name, version),
        "name": name,
        "version": version,
        "licenses": [{"expression": spdx(&its.licence)}],
    });
    if let (Some(members), Some(checksum)) = (component.as_object_mut(), &its.checksum) {
        let purl = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"));
        members.insert("purl".to_owned(), purl.into());
        let hashes = json!([{"alg": "SHA-256", "content": checksum}]);
        members.insert("hashes".to_owned(), hashes);
    }
    component
}

/// Manifests of before SPDX expressions part licences by a slash, which means that one may choose.
fn spdx(licence: &str) -> String {
    licence.replace(" / ", " OR ").replace('/', " OR ")
}

fn dependencies(linked: &Linked) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for ((name, version), its) in &linked.crates {
        let mut uses: Vec<String> = its
            .uses
            .iter()
            .map(|(name, version)| reference(name, version))
            .collect();
        if (name, version) == (&linked.function.0, &linked.function.1) {
            uses.push("rust-std".to_owned());
        }
        all.push(json!({"ref": reference(name, version), "dependsOn": uses}));
    }
    all.push(json!({"ref": "rust-std", "dependsOn": []}));
    all
}

fn reference(name: &str, version: &str) -> String {
    format!("{name}@{version}")
}

/// A UUID that follows from the contents (RFC 9562 §5.8).
fn serial_number(document: &Value) -> String {
    let digest = Sha256::digest(document.to_string());
    let hex = archive::hex(&digest);
    let mut hex: Vec<char> = hex.chars().take(32).collect();
    for (at, digit) in [(12, '8'), (16, '8')] {
        if let Some(place) = hex.get_mut(at) {
            *place = digit;
        }
    }
    let hex: String = hex.into_iter().collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}
