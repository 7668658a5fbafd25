//! The template as `CloudFormation` gets it: what the SAM translator makes of it, with the parameters of an environment.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;
use xtask::{tools, workspace};

/// Values of parameters by name.
pub(crate) type Parameters = BTreeMap<String, String>;

/// Those of a file of `infra/params`, and these in place of theirs.
pub(crate) fn parameters(file: &str, more: &[(&str, &str)]) -> anyhow::Result<Parameters> {
    let path = workspace::root().join("infra/params").join(file);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let read: BTreeMap<String, Value> = serde_norway::from_str(&text)?;
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let mut all: Parameters = read.into_iter().map(|(k, v)| (k, text(v))).collect();
    all.extend(more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    Ok(all)
}

/// Plain `CloudFormation`.
pub(crate) fn translated(parameters: &Parameters) -> anyhow::Result<Value> {
    let mut python = Command::new(tools::sam_python()?);
    python
        .arg("tests/template/src/translate.py")
        .arg("infra/template.yaml")
        .current_dir(workspace::root())
        .env("AWS_DEFAULT_REGION", super::REGION)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = python.spawn().context("Python does not start")?;
    let mut input = child.stdin.take().context("an input")?;
    input.write_all(serde_json::to_string(parameters)?.as_bytes())?;
    drop(input);
    let said = child.wait_with_output()?;
    if !said.status.success() {
        bail!("the translator ended with {}: see above", said.status);
    }
    serde_json::from_slice(&said.stdout).context("the translator writes JSON")
}
