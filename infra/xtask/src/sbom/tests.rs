use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use super::*;

const TREE: &str = "0jwks v0.1.0 (/a/b/functions/jwks)|MIT OR Apache-2.0
1aws v0.1.0 (/a/b/shared/aws)|MIT OR Apache-2.0
2bytes v1.12.0|MIT
2http v1.5.0|MIT/Apache-2.0
3bytes v1.12.0|MIT
1bytes v1.12.0|MIT
1aws v0.1.0 (/a/b/shared/aws)|MIT OR Apache-2.0 (*)
";

const LOCK: &str = r#"
version = 4
[[package]]
name = "bytes"
version = "1.12.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "ab"
[[package]]
name = "jwks"
version = "0.1.0"
"#;

/// What the schema of `CycloneDX` 1.5 requires: of the document, of each component, licence, hash and dependency.
fn check(document: &Value) {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(text(document, "bomFormat"), "CycloneDX");
    assert_eq!(text(document, "specVersion"), "1.5");
    assert!(document["version"].as_u64() >= Some(1));
    let uuid =
        Regex::new(r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
            .unwrap();
    assert!(uuid.is_match(&text(document, "serialNumber")), "{document}");
    let kinds = ["application", "library"];
    let main = &document["metadata"]["component"];
    let mut references = BTreeSet::new();
    for component in document["components"]
        .as_array()
        .unwrap()
        .iter()
        .chain([main])
    {
        assert!(
            kinds.contains(&text(component, "type").as_str()),
            "{component}"
        );
        assert!(!text(component, "name").is_empty(), "{component}");
        assert!(!text(component, "version").is_empty(), "{component}");
        let licences = component["licenses"].as_array().unwrap();
        assert_eq!(licences.len(), 1, "an expression stands alone");
        assert!(
            !text(&licences[0], "expression").contains('/'),
            "{component}"
        );
        for hash in component["hashes"].as_array().into_iter().flatten() {
            assert_eq!(text(hash, "alg"), "SHA-256");
        }
        assert!(
            references.insert(text(component, "bom-ref")),
            "{component}: twice"
        );
    }
    for dependency in document["dependencies"].as_array().unwrap() {
        assert!(
            references.contains(&text(dependency, "ref")),
            "{dependency}"
        );
        for its in dependency["dependsOn"].as_array().unwrap() {
            assert!(references.contains(its.as_str().unwrap()), "{dependency}");
        }
    }
}

#[test]
fn cyclonedx_1_5_all_that_its_schema_requires_is_there() {
    let mut linked = Linked::of_tree(TREE, LOCK).unwrap();
    linked.rust = "1.95.0".to_owned();
    let document = document::of(&linked);
    check(&document);
    let http = &document["components"][2];
    assert_eq!(http["licenses"][0]["expression"], "MIT OR Apache-2.0");
    let bytes = &document["components"][1];
    assert_eq!(bytes["purl"], "pkg:cargo/bytes@1.12.0");
    assert_eq!(bytes["hashes"][0]["content"], "ab");
    assert_eq!(document, document::of(&linked), "the same each time");
}

#[test]
fn what_uses_what_is_told_once_each() {
    let linked = Linked::of_tree(TREE, LOCK).unwrap();
    assert_eq!(linked.crates.len(), 4);
    let uses = |name: &str| {
        let (_, its) = linked
            .crates
            .iter()
            .find(|((its, _), _)| its == name)
            .unwrap();
        its.uses
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(uses("jwks"), ["aws", "bytes"]);
    assert_eq!(uses("aws"), ["bytes", "http"]);
    assert_eq!(uses("http"), ["bytes"]);
    assert!(linked.has("http") && !linked.has("monty"));
    assert!(Linked::of_tree("nonsense", LOCK).is_err());
}

#[test]
fn a_functions_own_document_is_whole_and_has_no_path_of_anybody() {
    let linked = Linked::read(Architecture::Arm64, "jwks").unwrap();
    let document = document::of(&linked);
    check(&document);
    assert!(linked.has("aws-sdk-dynamodb") && !linked.has("axum"));
    let all = linked.crates.iter();
    let bare: Vec<_> = all.filter(|(_, its)| its.licence.is_empty()).collect();
    assert!(bare.is_empty(), "{bare:?}");
    let root = workspace::root();
    assert!(!document.to_string().contains(&*root.to_string_lossy()));
}
