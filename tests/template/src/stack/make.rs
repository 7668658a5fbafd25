//! Resources one by one: made in an emulator, or kept in mind.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Emulators, Loading, Mapping, Schedule};
use crate::intrinsics::{Names, object, text};
use crate::lambda::Function;
use crate::needs::arn;
use crate::policy::statements;
use crate::{API, REGION, STACK};

/// Kinds that functions do not call: nothing emulates them, but others may name them. They end with a `:` where all below are
/// meant.
const PASSIVE: [&str; 24] = [
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Backup::",
    "AWS::Budgets::",
    "AWS::CloudFront::",
    "AWS::CloudWatch::",
    "AWS::CodeDeploy::",
    "AWS::Events::Archive",
    "AWS::Events::EventBus",
    "AWS::IAM::ServiceLinkedRole",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Url",
    "AWS::Logs::",
    "AWS::Pipes::",
    "AWS::Route53::",
    "AWS::S3::",
    "AWS::SES::",
    "AWS::SNS::",
    "AWS::SSM::",
    "AWS::SecretsManager::",
    "AWS::WAFv2::",
    "AWS::XRay::",
    "AWS::CertificateManager::",
];

impl Loading {
    /// Makes one, and says what it is called.
    pub(super) async fn make(
        &mut self,
        id: &str,
        kind: &str,
        resource: &Value,
        properties: &Value,
        emulators: &Emulators,
    ) -> anyhow::Result<Names> {
        match kind {
            "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => {
                self.table(id, properties, emulators).await
            }
            "AWS::KMS::Key" => key(properties, emulators).await,
            "AWS::KMS::Alias" => alias(properties, emulators).await,
            "AWS::SQS::Queue" => queue(id, properties, emulators).await,
            "AWS::IAM::Role" => self.role(id, properties),
            "AWS::IAM::ManagedPolicy" => self.policy(id, properties),
            "AWS::IAM::Policy" => {
                // For roles by their names, which may come later.
                let all = statements(id, &properties["PolicyDocument"])?;
                let roles = properties["Roles"].as_array().into_iter().flatten();
                self.apart
                    .extend(roles.filter_map(text).map(|role| (role, all.clone())));
                Ok(named(id))
            }
            "AWS::Lambda::Function" => self.function(resource, properties, emulators),
            "AWS::Lambda::Version" => Ok(of_function(properties, "1")),
            "AWS::Lambda::Alias" => Ok(of_function(properties, &member(properties, "Name")?)),
            "AWS::Lambda::Permission" => {
                let function = name_of(&member(properties, "FunctionName")?);
                let source = text(&properties["SourceArn"]).unwrap_or_default();
                let principal = member(properties, "Principal")?;
                self.permissions.push((function, principal, source));
                Ok(named(id))
            }
            "AWS::Lambda::EventSourceMapping" => self.mapping(id, properties),
            "AWS::Events::Rule" => self.rule(id, properties),
            "AWS::ApiGatewayV2::Api" => Ok(self.api(properties)),
            "AWS::ApiGatewayV2::DomainName" => {
                let host = member(properties, "DomainName")?;
                let asks = properties.get("MutualTlsAuthentication").is_some();
                self.domains.insert(host.clone(), asks);
                let target = format!("d-{id}.execute-api.{REGION}.amazonaws.com").to_lowercase();
                Ok(names(
                    &host,
                    &[
                        ("RegionalDomainName", &target),
                        ("RegionalHostedZoneId", "Z1"),
                    ],
                ))
            }
            "AWS::Logs::LogGroup" => {
                let name = member(properties, "LogGroupName").unwrap_or_else(|_| physical(id));
                self.count(kind);
                let its = arn("logs", &format!("log-group:{name}:*"));
                Ok(names(&name, &[("Arn", &its)]))
            }
            kind if PASSIVE
                .iter()
                .any(|it| *it == kind || (it.ends_with(':') && kind.starts_with(it))) =>
            {
                self.count(kind);
                Ok(passive(id, kind, properties))
            }
            _ => bail!(
                "nothing here knows what this is: say in tests/template whether functions rely on it"
            ),
        }
    }

    fn count(&mut self, kind: &str) {
        *self.passive.entry(kind.to_owned()).or_default() += 1;
    }

    async fn table(
        &mut self,
        id: &str,
        properties: &Value,
        emulators: &Emulators,
    ) -> anyhow::Result<Names> {
        let name = text(&properties["TableName"]).unwrap_or_else(|| physical(id));
        let mut wanted = Map::from_iter([("TableName".to_owned(), name.clone().into())]);
        for member in [
            "AttributeDefinitions",
            "KeySchema",
            "GlobalSecondaryIndexes",
            "BillingMode",
            "StreamSpecification",
        ] {
            if let Some(value) = properties.get(member) {
                wanted.insert(member.to_owned(), value.clone());
            }
        }
        if let Some(stream) = wanted.get_mut("StreamSpecification") {
            stream["StreamEnabled"] = true.into();
        }
        emulators
            .call("DynamoDB_20120810.CreateTable", &Value::Object(wanted))
            .await?;
        if let Some(expiry) = properties.get("TimeToLiveSpecification") {
            let body = json!({"TableName": name, "TimeToLiveSpecification": expiry});
            emulators
                .call("DynamoDB_20120810.UpdateTimeToLive", &body)
                .await?;
        }
        self.tables.push(name.clone());
        let its = arn("dynamodb", &format!("table/{name}"));
        let stream = format!("{its}/stream/2026-01-01T00:00:00.000");
        Ok(names(&name, &[("Arn", &its), ("StreamArn", &stream)]))
    }

    fn role(&mut self, id: &str, properties: &Value) -> anyhow::Result<Names> {
        let name = text(&properties["RoleName"]).unwrap_or_else(|| format!("{STACK}-{id}"));
        let its = format!("arn:aws:iam::{}:role/{name}", crate::ACCOUNT);
        let mut all = Vec::new();
        for policy in properties["Policies"].as_array().into_iter().flatten() {
            let of = format!("{name}/{}", member(policy, "PolicyName")?);
            all.extend(statements(&of, &policy["PolicyDocument"])?);
        }
        self.policies.insert(its.clone(), all);
        let attached = properties["ManagedPolicyArns"]
            .as_array()
            .into_iter()
            .flatten();
        let mut own = Vec::new();
        for policy in attached.filter_map(text) {
            // Of AWS's own only this one is known; another is an error where a function's role has it.
            if policy.ends_with("/AWSXRayDaemonWriteAccess") {
                let rights = json!({"Statement": {"Effect": "Allow", "Resource": "*",
                    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]}});
                self.policies
                    .insert(policy.clone(), statements("AWS's own", &rights)?);
            }
            own.push(policy);
        }
        let tags = properties["Tags"].as_array().into_iter().flatten();
        let tags = tags.filter_map(|tag| text(&tag["Key"]).zip(text(&tag["Value"])));
        self.tags.insert(its.clone(), tags.collect());
        self.attached.insert(its.clone(), own);
        Ok(names(&name, &[("Arn", &its)]))
    }

    fn policy(&mut self, id: &str, properties: &Value) -> anyhow::Result<Names> {
        let its = format!("arn:aws:iam::{}:policy/{STACK}-{id}", crate::ACCOUNT);
        let all = statements(id, &properties["PolicyDocument"])?;
        self.policies.insert(its.clone(), all);
        Ok(names(&its, &[("PolicyArn", &its)]))
    }

    fn function(
        &mut self,
        resource: &Value,
        properties: &Value,
        emulators: &Emulators,
    ) -> anyhow::Result<Names> {
        let name = member(properties, "FunctionName")?;
        let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str();
        let function = Function::new(binary.context("no binary")?, properties, emulators)?;
        self.functions.insert(name.clone(), function);
        let its = arn("lambda", &format!("function:{name}"));
        Ok(names(&name, &[("Arn", &its)]))
    }

    fn mapping(&mut self, id: &str, properties: &Value) -> anyhow::Result<Names> {
        let queue = member(properties, "EventSourceArn")?;
        let queue = queue.rsplit(':').next().unwrap_or_default();
        let types = properties["FunctionResponseTypes"].as_array();
        self.mappings.push(Mapping {
            queue_url: queue_url(queue),
            function: name_of(&member(properties, "FunctionName")?),
            batch: properties["BatchSize"].as_u64().unwrap_or(10),
            partial: types.is_some_and(|all| all.contains(&json!("ReportBatchItemFailures"))),
        });
        Ok(named(id))
    }

    fn rule(&mut self, id: &str, properties: &Value) -> anyhow::Result<Names> {
        let name = text(&properties["Name"]).unwrap_or_else(|| format!("{STACK}-{id}"));
        let its = arn("events", &format!("rule/{name}"));
        let off = properties["State"] == "DISABLED";
        for target in properties["Targets"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|_| !off)
        {
            let schedule = Schedule {
                expression: text(&properties["ScheduleExpression"]).unwrap_or_default(),
                function: name_of(&member(target, "Arn")?),
            };
            if schedule.expression.is_empty() || !self.functions.contains_key(&schedule.function) {
                self.count("AWS::Events::Rule"); // of events, or to something else than a function
            } else {
                self.schedules.push((schedule, its.clone()));
            }
        }
        Ok(names(&name, &[("Arn", &its)]))
    }

    fn api(&mut self, properties: &Value) -> Names {
        self.bodies.push(properties["Body"].clone());
        let host = format!("{API}.execute-api.{REGION}.amazonaws.com");
        if properties["DisableExecuteApiEndpoint"] != true {
            self.api_host = Some(host.clone());
        }
        let endpoint = format!("https://{host}");
        names(API, &[("ApiEndpoint", &endpoint), ("ApiId", API)])
    }
}

async fn key(properties: &Value, emulators: &Emulators) -> anyhow::Result<Names> {
    let mut wanted = Map::new();
    for member in ["Description", "KeySpec", "KeyUsage"] {
        if let Some(value) = properties.get(member) {
            wanted.insert(member.to_owned(), value.clone());
        }
    }
    let tags = properties["Tags"].as_array().into_iter().flatten();
    let tags = tags.map(|tag| json!({"TagKey": tag["Key"], "TagValue": tag["Value"]}));
    wanted.insert("Tags".to_owned(), tags.collect());
    let made = emulators
        .call("TrentService.CreateKey", &Value::Object(wanted))
        .await?;
    let id = member(&made["KeyMetadata"], "KeyId")?;
    let own = statements("of the key", &properties["KeyPolicy"])?;
    emulators.ledger.keys.governed(&id, own);
    let its = arn("kms", &format!("key/{id}"));
    Ok(names(&id, &[("Arn", &its), ("KeyId", &id)]))
}

async fn alias(properties: &Value, emulators: &Emulators) -> anyhow::Result<Names> {
    let name = member(properties, "AliasName")?;
    let to = member(properties, "TargetKeyId")?;
    let body = json!({"AliasName": name, "TargetKeyId": to});
    emulators.call("TrentService.CreateAlias", &body).await?;
    Ok(named(&name))
}

async fn queue(id: &str, properties: &Value, emulators: &Emulators) -> anyhow::Result<Names> {
    let name = text(&properties["QueueName"]).unwrap_or_else(|| physical(id));
    let mut attributes = BTreeMap::new();
    for member in [
        "VisibilityTimeout",
        "MessageRetentionPeriod",
        "DelaySeconds",
        "ReceiveMessageWaitTimeSeconds",
    ] {
        attributes.extend(text(&properties[member]).map(|value| (member, value)));
    }
    if let Some(policy) = properties.get("RedrivePolicy") {
        attributes.insert("RedrivePolicy", policy.to_string());
    }
    let body = json!({"QueueName": name, "Attributes": attributes});
    let made = emulators.call("AmazonSQS.CreateQueue", &body).await?;
    let url = member(&made, "QueueUrl")?;
    ensure!(url.ends_with(&name), "{url} is not of {name}");
    let its = arn("sqs", &name);
    // The emulator goes by the last part of the URL.
    let url = queue_url(&name);
    Ok(names(
        &url,
        &[("Arn", &its), ("QueueName", &name), ("QueueUrl", &url)],
    ))
}

/// As SQS has it.
fn queue_url(name: &str) -> String {
    format!(
        "https://sqs.{REGION}.amazonaws.com/{}/{name}",
        crate::ACCOUNT
    )
}

/// What nothing emulates, by whatever attribute it is asked for.
fn passive(id: &str, kind: &str, properties: &Value) -> Names {
    let service = kind.split("::").nth(1).unwrap_or_default().to_lowercase();
    let its = arn(&service, &format!("{STACK}-{id}"));
    let host = format!("{}.{service}.{REGION}.amazonaws.com", id.to_lowercase());
    let own = object(properties)
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), text(value)?)));
    let mut attributes: BTreeMap<String, String> = own.collect();
    for name in [
        "Arn",
        "TopicArn",
        "FunctionArn",
        "BackupVaultArn",
        "BackupPlanArn",
        "BackupPlanId",
    ] {
        attributes.insert(name.to_owned(), its.clone());
    }
    for name in [
        "DomainName",
        "RegionalDomainName",
        "FunctionUrl",
        "Id",
        "Name",
    ] {
        attributes
            .entry(name.to_owned())
            .or_insert_with(|| host.clone());
    }
    let reference = if kind == "AWS::SNS::Topic" {
        its
    } else {
        format!("{STACK}-{id}")
    };
    Names {
        reference,
        attributes,
    }
}

/// A version or an alias of a function.
fn of_function(properties: &Value, qualifier: &str) -> Names {
    let function = text(&properties["FunctionName"]).unwrap_or_default();
    let its = arn(
        "lambda",
        &format!("function:{}:{qualifier}", name_of(&function)),
    );
    names(
        &its,
        &[
            ("Version", qualifier),
            ("AliasArn", &its),
            ("FunctionArn", &its),
        ],
    )
}

/// The function's name, of that or of an ARN with or without a version.
pub(crate) fn name_of(function: &str) -> String {
    let name = function.split(':').nth(6).unwrap_or(function);
    name.split(':').next().unwrap_or_default().to_owned()
}

fn physical(id: &str) -> String {
    let unique = Uuid::new_v4().simple().to_string();
    format!("{STACK}-{id}-{}", unique.get(..12).unwrap_or_default())
}

fn member(of: &Value, name: &str) -> anyhow::Result<String> {
    text(&of[name]).with_context(|| format!("no {name}"))
}

fn named(name: &str) -> Names {
    names(name, &[])
}

fn names(reference: &str, attributes: &[(&str, &str)]) -> Names {
    let attributes = attributes.iter();
    Names {
        reference: reference.to_owned(),
        attributes: attributes
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    }
}
