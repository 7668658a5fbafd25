//! Makes the table, for the laptop, the emulation and tests. On AWS `infra/template.yaml` does.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
    TimeToLiveSpecification, TimeToLiveStatus,
};
use provider::ports::{Outcome, PortError};

use crate::dynamodb::schema::{PK, SK, TTL};
use crate::failure::port_error;

/// How long to wait for a new table, in steps of [`STEP`].
const STEPS: u32 = 300;
const STEP: Duration = Duration::from_millis(100);

/// Makes the table with its TTL, unless it is there, and waits until it can be used.
///
/// # Errors
/// [`PortError`] where DynamoDB refuses, or does not get it ready within 30 seconds.
pub async fn create_table(client: &Client, table: &str) -> Outcome<()> {
    let made = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(vec![attribute(PK)?, attribute(SK)?]))
        .set_key_schema(Some(vec![
            part(PK, KeyType::Hash)?,
            part(SK, KeyType::Range)?,
        ]))
        .send()
        .await;
    match made
        .as_ref()
        .map_err(|error| (error, error.as_service_error()))
    {
        Ok(_) | Err((_, Some(CreateTableError::ResourceInUseException(_)))) => {}
        Err((error, _)) => return Err(port_error("CreateTable", error)),
    }
    until_active(client, table).await?;
    expire_items(client, table).await
}

async fn until_active(client: &Client, table: &str) -> Outcome<()> {
    for _ in 0..STEPS {
        let answer = client.describe_table().table_name(table).send().await;
        let answer = answer.map_err(|error| port_error("DescribeTable", &error))?;
        let status = answer.table.and_then(|table| table.table_status);
        if status == Some(TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(STEP).await;
    }
    Err(PortError::Unavailable(format!(
        "table {table} did not become active"
    )))
}

/// DynamoDB refuses to switch on what is on, so it is asked first.
async fn expire_items(client: &Client, table: &str) -> Outcome<()> {
    let answer = client
        .describe_time_to_live()
        .table_name(table)
        .send()
        .await;
    let answer = answer.map_err(|error| port_error("DescribeTimeToLive", &error))?;
    let status = answer
        .time_to_live_description
        .and_then(|ttl| ttl.time_to_live_status);
    if matches!(
        status,
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
    ) {
        return Ok(());
    }
    let on = TimeToLiveSpecification::builder()
        .attribute_name(TTL)
        .enabled(true)
        .build();
    let on = on.map_err(|error| PortError::Unavailable(error.to_string()))?;
    let answer = client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(on)
        .send()
        .await;
    answer
        .map(drop)
        .map_err(|error| port_error("UpdateTimeToLive", &error))
}

fn attribute(name: &str) -> Outcome<AttributeDefinition> {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::S)
        .build()
        .map_err(|error| PortError::Unavailable(error.to_string()))
}

fn part(name: &str, kind: KeyType) -> Outcome<KeySchemaElement> {
    KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(kind)
        .build()
        .map_err(|error| PortError::Unavailable(error.to_string()))
}
