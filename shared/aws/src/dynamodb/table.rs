//! Makes the table, for the laptop, the emulation and tests. On AWS `infra/template.yaml` does.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, IndexStatus, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TableDescription, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};
use provider::ports::{Outcome, PortError};

use crate::dynamodb::schema::{LISTED, LPK, LSK, PK, SK, TTL};
use crate::failure::port_error;

/// How long to wait for a new table, in steps of [`STEP`].
const STEPS: u32 = 300;
/// How long to wait for an index that a table gets later: its items are gone through.
const INDEX_STEPS: u32 = 6_000;
const STEP: Duration = Duration::from_millis(100);

/// Makes the table with its index and TTL, unless it is there, and waits until it can be used. A table of an earlier
/// build gets what it does not have; its items come into the index as they are written again.
///
/// # Errors
/// [`PortError`] where DynamoDB refuses, or does not get it ready within 30 seconds, a new index within ten minutes.
pub async fn create_table(client: &Client, table: &str) -> Outcome<()> {
    let made = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes()?))
        .set_key_schema(Some(keys(PK, SK)?))
        .global_secondary_indexes(index()?)
        .send()
        .await;
    match made
        .as_ref()
        .map_err(|error| (error, error.as_service_error()))
    {
        Ok(_) | Err((_, Some(CreateTableError::ResourceInUseException(_)))) => {}
        Err((error, _)) => return Err(port_error("CreateTable", error)),
    }
    let made = until_active(client, table, STEPS).await?;
    if made.global_secondary_indexes().is_empty() {
        add_index(client, table).await?;
        until_active(client, table, INDEX_STEPS).await?;
    }
    expire_items(client, table).await
}

async fn until_active(client: &Client, table: &str, steps: u32) -> Outcome<TableDescription> {
    for _ in 0..steps {
        let answer = client.describe_table().table_name(table).send().await;
        let answer = answer.map_err(|error| port_error("DescribeTable", &error))?;
        if let Some(made) = answer.table.filter(is_active) {
            return Ok(made);
        }
        tokio::time::sleep(STEP).await;
    }
    Err(PortError::Unavailable(format!(
        "table {table} did not become active"
    )))
}

/// The table and its index can be used.
fn is_active(table: &TableDescription) -> bool {
    let indexes = table.global_secondary_indexes();
    table.table_status == Some(TableStatus::Active)
        && indexes
            .iter()
            .all(|index| index.index_status == Some(IndexStatus::Active))
}

/// The index of lists, of keys alone.
fn index() -> Outcome<GlobalSecondaryIndex> {
    GlobalSecondaryIndex::builder()
        .index_name(LISTED)
        .set_key_schema(Some(keys(LPK, LSK)?))
        .projection(keys_alone())
        .build()
        .map_err(|error| PortError::Unavailable(error.to_string()))
}

fn keys_alone() -> Projection {
    Projection::builder()
        .projection_type(ProjectionType::KeysOnly)
        .build()
}

async fn add_index(client: &Client, table: &str) -> Outcome<()> {
    let create = CreateGlobalSecondaryIndexAction::builder()
        .index_name(LISTED)
        .set_key_schema(Some(keys(LPK, LSK)?))
        .projection(keys_alone())
        .build()
        .map_err(|error| PortError::Unavailable(error.to_string()))?;
    let update = GlobalSecondaryIndexUpdate::builder().create(create).build();
    let answer = client
        .update_table()
        .table_name(table)
        .set_attribute_definitions(Some(attributes()?))
        .global_secondary_index_updates(update)
        .send()
        .await;
    answer
        .map(drop)
        .map_err(|error| port_error("UpdateTable", &error))
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

fn attributes() -> Outcome<Vec<AttributeDefinition>> {
    [PK, SK, LPK, LSK].into_iter().map(attribute).collect()
}

fn keys(partition: &str, sort: &str) -> Outcome<Vec<KeySchemaElement>> {
    Ok(vec![
        part(partition, KeyType::Hash)?,
        part(sort, KeyType::Range)?,
    ])
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
