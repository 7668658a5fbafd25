//! Parameters are documented, and each setting of a function is one that it reads.

use std::collections::BTreeSet;

use anyhow::Result;
use regex::Regex;
use serde_norway::Value;

use super::each::tagged_text;
use super::value::{Template, texts};
use super::{PAGE, SETTINGS, Sources};

/// Findings about parameters and settings.
pub(super) fn check(sources: &Sources, template: &Template) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (parameter, _) in template.members("Parameters") {
        if !sources.page.contains(&format!("| `{parameter}` |")) {
            findings.push(format!("{PAGE}: no row says what `{parameter}` is"));
        }
    }
    let setting = Regex::new(r#""(LATCHKEY_[A-Z_]+)""#)?;
    let code = sources.settings.split("#[cfg(test)]").next();
    let read = setting.captures_iter(code.unwrap_or_default());
    let read: BTreeSet<&str> = read.filter_map(|it| Some(it.get(1)?.as_str())).collect();
    let given = given(template);
    let missing = read.difference(&given);
    findings.extend(missing.map(|it| format!("{SETTINGS} reads {it}, which no function is given")));
    let unread = given.difference(&read);
    findings.extend(
        unread.map(|it| format!("{it} is given to a function, and {SETTINGS} does not read it")),
    );
    findings.extend(unpublished(template));
    Ok(findings)
}

fn environments(template: &Template) -> Vec<&Value> {
    let globals = template.at(&["Globals", "Function", "Environment", "Variables"]);
    let own = template.functions();
    let own = own.filter_map(|it| it.property(&["Environment", "Variables"]));
    globals.into_iter().chain(own).collect()
}

fn given(template: &Template) -> BTreeSet<&str> {
    let variables = environments(template);
    let variables = variables.iter().filter_map(|it| it.as_mapping());
    let names = variables.flat_map(|it| it.keys().filter_map(Value::as_str));
    names.filter(|it| it.starts_with("LATCHKEY_")).collect()
}

/// Parameters of an environment whose change would not publish a version: the alias would go on with the former value.
fn unpublished(template: &Template) -> Vec<String> {
    let mut said = Vec::new();
    for environment in environments(template) {
        texts(environment, &mut said);
    }
    let described = template.functions().next();
    let described = described.and_then(|it| tagged_text(it.property(&["VersionDescription"])));
    let described = described.unwrap_or_default();
    let used = |parameter: &str| {
        said.iter()
            .any(|it| *it == parameter || it.contains(&format!("${{{parameter}}}")))
    };
    template
        .members("Parameters")
        .map(|(parameter, _)| parameter)
        .filter(|it| used(it) && !described.contains(&format!("${{{it}}}")))
        .map(|it| format!("{it}: a function is given it, so VersionDescription must name it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(template: &str, settings: &str, page: &str) -> Vec<String> {
        let sources = Sources {
            template: template.to_owned(),
            pattern: String::new(),
            settings: settings.to_owned(),
            page: page.to_owned(),
        };
        check(&sources, &Template::parse(template).unwrap()).unwrap()
    }

    const TEMPLATE: &str = "
Parameters: { Log: {}, Other: {} }
Globals: { Function: { Environment: { Variables: { LATCHKEY_LOG: !Ref Log } } } }
Resources: { A: { Type: 'AWS::Serverless::Function', Properties: { VersionDescription: !Sub '${Log}' } } }
";
    const PAGE_TEXT: &str = "| `Log` | x |\n| `Other` | x |\n";
    const CODE: &str = "optional(\"LATCHKEY_LOG\")\n#[cfg(test)]\n\"LATCHKEY_TESTED\"";

    #[test]
    fn a_template_that_agrees_with_page_and_code_is_tidy() {
        assert_eq!(findings(TEMPLATE, CODE, PAGE_TEXT), Vec::<String>::new());
    }

    #[test]
    fn each_difference_is_found() {
        let more = format!("required(\"LATCHKEY_TABLE\") {CODE}");
        let unpublished = TEMPLATE.replace("${Log}", "x");
        for (template, code, page, want) in [
            (TEMPLATE, CODE, "| `Log` | x |", "`Other`"),
            (TEMPLATE, more.as_str(), PAGE_TEXT, "reads LATCHKEY_TABLE"),
            (TEMPLATE, "", PAGE_TEXT, "does not read it"),
            (unpublished.as_str(), CODE, PAGE_TEXT, "VersionDescription"),
        ] {
            let found = findings(template, code, page);
            assert!(
                found.len() == 1 && found[0].contains(want),
                "{want}: {found:?}"
            );
        }
    }
}
