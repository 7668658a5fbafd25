//! The way in by `CloudFront`: each path leads where the route table says, and nothing is kept that is not for all.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_norway::Value;

use super::value::{Function, Template, at, texts};
use crate::step;
use crate::tools::system;

/// Statuses that `CloudFront` keeps for ten seconds unless it is told.
const KEPT: [u64; 11] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];
/// By which documents of one tenant are told from those of another.
const HOST: &str = "x-latchkey-host";
/// `CloudFront` takes no larger function, in bytes.
const LARGEST: usize = 10 * 1024;
/// How a dynamic reference begins, by which secrets get into what is deployed.
const REFERENCE: &str = "{{resolve:";
/// `CloudFormation` takes no more of them in a template.
const REFERENCES: usize = 60;

/// Findings about the distribution.
pub(super) fn check(template: &Template) -> Vec<String> {
    let config = ["Properties", "DistributionConfig"];
    let distribution = template.at(&["Resources", "Distribution"]);
    let Some(config) = distribution.and_then(|it| at(it, &config)) else {
        return vec!["no Distribution".to_owned()];
    };
    let mut findings = origins(config, template);
    let references = references(template);
    if references > REFERENCES {
        findings.push(format!(
            "{references} dynamic references, as SAM copies those of Globals to each function: CloudFormation takes {REFERENCES}"
        ));
    }
    let list = |name: &str| config.get(name).and_then(Value::as_sequence);
    let number = |it: &Value, name: &str| it.get(name).and_then(Value::as_u64);
    let errors = list("CustomErrorResponses").into_iter().flatten();
    let unkept = errors.filter(|it| number(it, "ErrorCachingMinTTL") == Some(0));
    let unkept: BTreeSet<u64> = unkept.filter_map(|it| number(it, "ErrorCode")).collect();
    for status in KEPT.iter().filter(|it| !unkept.contains(it)) {
        findings.push(format!(
            "Distribution: one person's {status} would be kept for everybody: ErrorCachingMinTTL must be 0"
        ));
    }
    let mut keys = Vec::new();
    for (_, policy) in template.of_type("AWS::CloudFront::CachePolicy") {
        texts(policy, &mut keys);
    }
    if !keys.contains(&HOST) {
        findings.push(format!(
            "PublicDocuments: {HOST} must be part of the key, as each tenant has its own documents"
        ));
    }
    let behaviors = list("CacheBehaviors").into_iter().flatten();
    let behaviors = behaviors.chain(config.get("DefaultCacheBehavior"));
    for behavior in behaviors.filter(|it| it.get("FunctionAssociations").is_none()) {
        let pattern = behavior.get("PathPattern").and_then(Value::as_str);
        findings.push(format!(
            "Distribution: {}: what the viewer says of its host would be believed",
            pattern.unwrap_or("*")
        ));
    }
    findings
}

/// An origin for each function with a path, with the secret.
fn origins(config: &Value, template: &Template) -> Vec<String> {
    let origins = config.get("Origins").and_then(Value::as_sequence);
    let proven = |name: &str| {
        let mut origins = origins.into_iter().flatten();
        let origin = origins.find(|it| it.get("Id").and_then(Value::as_str) == Some(name));
        let mut said = Vec::new();
        if let Some(headers) = origin.and_then(|it| it.get("OriginCustomHeaders")) {
            texts(headers, &mut said);
        }
        said.contains(&"x-latchkey-edge")
    };
    let functions = template
        .functions()
        .filter(super::value::Function::has_path);
    functions
        .filter(|it| !proven(it.name()))
        .map(|it| format!("Distribution: no origin {} with the secret", it.name()))
        .collect()
}

/// Dynamic references in what SAM hands on: those of a variable in `Globals` once for each function that has none of its own
/// by that name, and all others as they stand.
fn references(template: &Template) -> usize {
    let path = ["Environment", "Variables"];
    let globals = template.at(&["Globals", "Function"]);
    let shared = globals.and_then(|it| at(it, &path)?.as_mapping());
    let own = |it: &Function<'_>, name: &Value| {
        let own = it.property(&path);
        own.is_some_and(|own| own.get(name).is_some())
    };
    let mut count = template.at(&[]).map_or(0, named);
    for (name, value) in shared.into_iter().flatten() {
        let copies = template.functions().filter(|it| !own(it, name)).count();
        count = count - named(value) + named(value) * copies;
    }
    count
}

/// Dynamic references in a value.
fn named(value: &Value) -> usize {
    let mut said = Vec::new();
    texts(value, &mut said);
    said.iter().map(|it| it.matches(REFERENCE).count()).sum()
}

/// Findings about the router, which is run over paths of each route.
///
/// # Errors
/// Where Node is missing or the router breaks.
pub(super) fn check_router(
    template: &Template,
    routes: &[(String, String)],
) -> Result<Vec<String>> {
    let code = template.at(&["Resources", "EdgeRouter", "Properties", "FunctionCode"]);
    let code = code.and_then(Value::as_str).context("no EdgeRouter")?;
    let mut findings = Vec::new();
    if code.len() > LARGEST {
        findings.push(format!("EdgeRouter: more than {LARGEST} bytes"));
    }
    let wanted = paths(routes);
    let led = run(code, &wanted)?;
    for ((path, want), found) in wanted.iter().zip(led) {
        if *want != found {
            findings.push(format!(
                "EdgeRouter: {path} leads to {found:?}, not to {want:?}"
            ));
        }
    }
    Ok(findings)
}

/// Paths and where they lead; nowhere is 404.
fn paths(routes: &[(String, String)]) -> Vec<(String, String)> {
    let mut paths: Vec<(String, String)> = [
        "/application/o/a/b/",
        "/users",
        "//",
        "/application",
        "/media/",
        "/api/v2/x",
    ]
    .map(|path| (path.to_owned(), "404".to_owned()))
    .into();
    for (path, function) in routes {
        // Names that begin as an endpoint's do, and one that is escaped.
        for slug in ["app", "token-service", "par%2Fx", "user", "jwks"] {
            let path = path
                .replace("{slug}", slug)
                .replace("{proxy+}", "core/users/1");
            let bare = path.trim_end_matches('/');
            paths.push((format!("{bare}/"), function.clone()));
            if !bare.is_empty() {
                paths.push((bare.to_owned(), function.clone()));
            }
        }
    }
    paths
}

/// Where the router leads, each path in its turn. It is told lies about host and address, and has to put them right.
fn run(code: &str, paths: &[(String, String)]) -> Result<Vec<String>> {
    let paths: Vec<&str> = paths.iter().map(|(path, _)| path.as_str()).collect();
    let code = code.replace("import cf from 'cloudfront';", "");
    let script = format!(
        "let led; const cf = {{ selectRequestOriginById: (id) => {{ led = id; }} }};\n{code}\n\
         const all = {}.map((uri) => {{\n\
           led = undefined;\n\
           const headers = {{ host: {{ value: 'id.example.com' }}, 'x-latchkey-host': {{ value: 'lie', multiValue: [] }}, \
             'x-latchkey-address': {{ value: 'lie' }} }};\n\
           const out = handler({{ viewer: {{ ip: '192.0.2.1' }}, request: {{ uri, headers }} }});\n\
           if (out.statusCode) return String(out.statusCode);\n\
           const said = JSON.stringify([out.headers['x-latchkey-host'], out.headers['x-latchkey-address']]);\n\
           return said === '[{{\"value\":\"id.example.com\"}},{{\"value\":\"192.0.2.1\"}}]' ? led : said;\n\
         }});\nprocess.stdout.write(JSON.stringify(all));\n",
        serde_json::to_string(&paths)?
    );
    let mut node = Command::new(system::need(system::NODE)?);
    let answer = step::run_quietly(node.args(["-e", &script]))?;
    Ok(serde_json::from_str(&answer)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../template.yaml");

    fn findings(text: &str) -> Vec<String> {
        check(&Template::parse(text).unwrap())
    }

    fn led(text: &str) -> Vec<String> {
        let routes = crate::tidy::routes::read(&crate::workspace::root()).unwrap();
        check_router(&Template::parse(text).unwrap(), &routes.canonical).unwrap()
    }

    #[test]
    fn the_template_says_it() {
        assert_eq!(findings(TEXT), Vec::<String>::new());
        assert_eq!(led(TEXT), Vec::<String>::new());
    }

    #[test]
    fn each_thing_it_lacks_is_found() {
        for (from, to, want) in [
            (
                "{ ErrorCode: 403, ErrorCachingMinTTL: 0 }",
                "{ ErrorCode: 403, ErrorCachingMinTTL: 5 }",
                "403",
            ),
            (
                "Headers: [x-latchkey-host, origin]",
                "Headers: [origin]",
                "part of the key",
            ),
            ("{ Id: token, ", "{ Id: tokens, ", "no origin token"),
            (
                "          FunctionAssociations: [",
                "          Others: [",
                "viewer",
            ),
        ] {
            let found = findings(&TEXT.replace(from, to));
            assert!(
                found.len() == 1 && found[0].contains(want),
                "{want}: {found:?}"
            );
        }
    }

    #[test]
    fn references_are_counted_as_sam_copies_them() {
        let references = |text: &str| references(&Template::parse(text).unwrap());
        assert_eq!(references(TEXT), 57);
        let own = "          LATCHKEY_EDGE_SECRET: \"\" # no path leads here, and a template has 60 references\n";
        let (fewer, more) = (TEXT.replacen(own, "", 1), TEXT.replace(own, ""));
        assert_eq!((references(&fewer), references(&more)), (59, 61));
        assert_eq!(findings(&fewer), Vec::<String>::new());
        let found = findings(&more);
        assert!(
            found.len() == 1 && found[0].starts_with("61 dynamic references"),
            "{found:?}"
        );
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_found() {
        let elsewhere = TEXT.replace(
            "'/application/o/token': 'token'",
            "'/application/o/tokens': 'token'",
        );
        let found = led(&elsewhere);
        assert!(
            found
                .iter()
                .any(|it| it.contains("/application/o/token leads to")),
            "{found:?}"
        );
        let believed = TEXT.replace("request.headers['x-latchkey-host'] = {", "const unused = {");
        assert!(led(&believed).iter().any(|it| it.contains("lie")));
    }
}
