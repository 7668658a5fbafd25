//! What each function has: a role and settings of its own, which are written by hand, and what is the same for all, which is
//! written from a pattern.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use regex::Regex;
use serde_norway::Value;

use super::value::{Function, Template, about, at};
use super::{PATTERN, Sources};

/// Where what is written begins.
const MARK: &str = "  # ---- Of each function: written by `cargo xtask template --write` from infra/each-function.yaml ----\n";
/// Where it ends.
const END: &str = "\nOutputs:\n";
/// Where the pattern's part of functions with a path begins.
const PATHS: &str = "# Of functions with a path";

/// Findings about each function.
pub(super) fn check(sources: &Sources, template: &Template) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    if written(&sources.template, &sources.pattern, template)? != sources.template {
        findings.push(format!(
            "what each function has is not as {PATTERN} says: run `cargo xtask template --write`"
        ));
    }
    let mut published = None;
    for function in template.functions() {
        findings.extend(lacking(&function, template));
        let described = tagged_text(function.property(&["VersionDescription"]));
        if *published.get_or_insert(described) != described {
            findings.push(format!(
                "{}: its VersionDescription is another than the other functions'",
                function.id
            ));
        }
    }
    let environment = at_globals(template, "Environment");
    let told = environment.and_then(|it| at(it, &["Variables", "PUBLISHED_WITH"]));
    if tagged_text(told).is_none() || Some(tagged_text(told)) != published {
        findings.push(
            "Globals: PUBLISHED_WITH must say what VersionDescription says: Lambda publishes no version of what did not change"
                .to_owned(),
        );
    }
    let alias = at_globals(template, "AutoPublishAlias").and_then(Value::as_str);
    if alias != Some("live") {
        findings.push("Globals: AutoPublishAlias must be live, which a canary needs".to_owned());
    }
    Ok(findings)
}

/// What a function has not.
fn lacking(function: &Function<'_>, template: &Template) -> Vec<String> {
    let id = function.id;
    let mut findings = Vec::new();
    let there = |other: Option<&str>| other.and_then(|it| template.at(&["Resources", it]));
    if there(about(function.property(&["Role"]))).is_none() {
        findings.push(format!("{id}: no role of its own"));
    }
    let log = about(function.property(&["LoggingConfig", "LogGroup"]));
    if there(log).is_none() || log != Some(&format!("{id}Log")) {
        findings.push(format!("{id}: no log group of its own"));
    }
    let mut alarms = template.of_type("AWS::CloudWatch::Alarm");
    let alarm = alarms.find(|(_, alarm)| counts_errors_of(alarm, id));
    let Some((alarm, _)) = alarm else {
        findings.push(format!("{id}: no alarm counts its errors"));
        return findings;
    };
    let taken_back = function.property(&["DeploymentPreference", "Alarms"]);
    let taken_back = about(taken_back.and_then(|it| it.get(0)));
    if taken_back != Some(alarm) {
        findings.push(format!("{id}: no canary of it is taken back by {alarm}"));
    }
    findings
}

fn at_globals<'a>(template: &'a Template, property: &str) -> Option<&'a Value> {
    template.at(&["Globals", "Function", property])
}

/// The text of `!Sub`.
pub(super) fn tagged_text(value: Option<&Value>) -> Option<&str> {
    let Some(Value::Tagged(tagged)) = value else {
        return None;
    };
    tagged.value.as_str()
}

/// Whether an alarm goes by `Errors` of a function, alone or with other metrics.
fn counts_errors_of(alarm: &Value, function: &str) -> bool {
    let Some(properties) = alarm.get("Properties") else {
        return false;
    };
    let several = properties.get("Metrics").and_then(Value::as_sequence);
    let several = several.into_iter().flatten();
    let mut metrics = several
        .filter_map(|it| at(it, &["MetricStat", "Metric"]))
        .chain([properties]);
    metrics.any(|metric| {
        let errors = metric.get("MetricName").and_then(Value::as_str) == Some("Errors");
        let dimensions = metric.get("Dimensions").and_then(Value::as_sequence);
        let mut dimensions = dimensions.into_iter().flatten();
        errors && dimensions.any(|it| about(it.get("Value")) == Some(function))
    })
}

/// The template with that part as the pattern says.
pub(super) fn written(text: &str, pattern: &str, template: &Template) -> Result<String> {
    let (before, rest) = text
        .split_once(MARK)
        .context("no mark of what is written")?;
    let (_, after) = rest.split_once(END).context("no Outputs")?;
    let (all, paths) = pattern.split_once(PATHS).context("no part of paths")?;
    let mut out = format!("{before}{MARK}");
    for function in template.functions() {
        let parts = if function.has_path() {
            vec![all, paths]
        } else {
            vec![all]
        };
        let lines = parts.iter().flat_map(|it| it.lines());
        for line in lines.filter(|line| line.starts_with("  ")) {
            writeln!(out, "{}", filled(line, &function, template)?)?;
        }
    }
    Ok(format!("{out}{END}{after}"))
}

fn filled(line: &str, function: &Function<'_>, template: &Template) -> Result<String> {
    let timeout = function.property(&["Timeout"]);
    let timeout = timeout.or_else(|| at_globals(template, "Timeout"));
    let timeout = timeout.and_then(Value::as_u64).context("no Timeout")?;
    let capital = Regex::new("(.)([A-Z])")?;
    let log = capital.replace_all(function.id, "$1-$2").to_lowercase();
    Ok(line
        .replace("{Id}", function.id)
        .replace("{log}", &log)
        .replace("{name}", function.name())
        .replace("{slow}", &(timeout * 800).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../template.yaml");
    const PATTERN_TEXT: &str = include_str!("../../../each-function.yaml");

    fn findings(text: &str) -> Vec<String> {
        let sources = Sources {
            template: text.to_owned(),
            pattern: PATTERN_TEXT.to_owned(),
            settings: String::new(),
            page: String::new(),
        };
        check(&sources, &Template::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn the_template_says_it() {
        assert_eq!(findings(TEXT), Vec::<String>::new());
    }

    #[test]
    fn each_thing_a_function_lacks_is_found() {
        for (from, to, want) in [
            (
                "Role: !GetAtt ParRole.Arn",
                "Role: !GetAtt NoRole.Arn",
                "no role",
            ),
            (
                "LogGroup: !Ref ParLog",
                "LogGroup: !Ref TokenLog",
                "no log group",
            ),
            ("!Ref ParErrors,", "!Ref TokenErrors,", "taken back"),
            (
                "AutoPublishAlias: live",
                "AutoPublishAlias: other",
                "Globals",
            ),
        ] {
            let found = findings(&TEXT.replace(from, to));
            assert!(
                found.len() == 1 && found[0].contains(want),
                "{want}: {found:?}"
            );
        }
        let functions = TEXT.matches("Type: AWS::Serverless::Function").count();
        let uncounted = TEXT.replace("MetricName: Errors", "MetricName: Invocations");
        let found = findings(&uncounted);
        let without = found.iter().filter(|it| it.ends_with("counts its errors"));
        assert_eq!(without.count(), functions, "{found:?}");
        let one = TEXT.replacen("PUBLISHED_WITH: !Sub \"", "PUBLISHED_WITH: !Sub \"x", 1);
        assert_eq!(findings(&one).len(), 1);
        let one = TEXT.replacen(
            "VersionDescription: !Sub \"",
            "VersionDescription: !Sub \"x",
            1,
        );
        assert_eq!(findings(&one).len(), functions);
    }

    #[test]
    fn what_was_changed_by_hand_is_written_anew() {
        let changed = TEXT.replace("  ParLog:", "  ParsLog:");
        assert!(findings(&changed).iter().any(|it| it.contains("--write")));
        let template = Template::parse(&changed).unwrap();
        assert_eq!(written(&changed, PATTERN_TEXT, &template).unwrap(), TEXT);
    }
}
