//! Emulators of AWS in Java, by Maven.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::{cache, present, system};
use crate::step;

const DYNAMODB_LOCAL: &str = "2.6.1";
const ELASTICMQ: &str = "1.7.1";

/// Folder with DynamoDB Local's jars and native library, by Maven.
///
/// # Errors
/// When Java or Maven is missing, or the fetch fails.
pub fn dynamodb_local() -> Result<PathBuf> {
    jars(
        &format!("dynamodb-local-{DYNAMODB_LOCAL}"),
        ["com.amazonaws", "DynamoDBLocal", DYNAMODB_LOCAL],
    )
}

/// Folder with the jars of ElasticMQ, an emulator of SQS, by Maven.
///
/// # Errors
/// As [`dynamodb_local`].
pub fn elasticmq() -> Result<PathBuf> {
    jars(
        &format!("elasticmq-{ELASTICMQ}"),
        ["org.elasticmq", "elasticmq-server_2.13", ELASTICMQ],
    )
}

/// A folder with an artifact's jar and all it needs to run: group, artifact and version.
fn jars(name: &str, [group, artifact, version]: [&str; 3]) -> Result<PathBuf> {
    system::need(system::JAVA)?;
    let folder = cache::tool(&cache::folder()?, name, |into| {
        let maven = system::need(system::MAVEN)?;
        let pom = into.join("pom.xml");
        std::fs::write(&pom, pom_of(group, artifact, version))?;
        let mut command = Command::new(maven);
        command
            .args(["--batch-mode", "--quiet", "--file"])
            .arg(&pom)
            .arg("dependency:copy-dependencies");
        command.arg(format!("-DoutputDirectory={}", into.join("lib").display()));
        command.arg("-DincludeScope=runtime");
        step::run_quietly(&mut command)?;
        present(&into.join("lib").join(format!("{artifact}-{version}.jar")))
    })?;
    Ok(folder.join("lib"))
}

fn pom_of(group: &str, artifact: &str, version: &str) -> String {
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
         <groupId>latchkey</groupId><artifactId>fetched</artifactId><version>1</version>\
         <packaging>pom</packaging><dependencies><dependency><groupId>{group}</groupId>\
         <artifactId>{artifact}</artifactId><version>{version}</version></dependency></dependencies>\
         </project>\n"
    )
}
