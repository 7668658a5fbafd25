//! [`MediaStore`]: `MEDIA#<digest>/MEDIA`.

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use protocol::{Digest, TenantId};
use provider::media::{Image, Kind};
use provider::ports::{MediaStore, Outcome, PortError};
use serde::{Deserialize, Serialize};

use crate::dynamodb::db::Db;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::Key;

pub(crate) struct Media(pub(crate) Db);

const BYTES: &str = "bytes";

#[derive(Serialize, Deserialize)]
struct Item {
    kind: Kind,
}

#[async_trait]
impl MediaStore for Media {
    #[tracing::instrument(name = "store.media.put", level = "debug", skip_all)]
    async fn put(&self, tenant: &TenantId, image: &Image) -> Outcome<Digest> {
        let name = image.name();
        let item = Item { kind: image.kind() };
        let bytes = AttributeValue::B(Blob::new(image.bytes().to_vec()));
        let row = Row::write(&Key::media(tenant, &name), &item)?.with(BYTES, bytes);
        self.0.put(row, Expression::default()).await?;
        Ok(name)
    }

    /// What is read is looked over again: nothing else is ever sent as a picture, whoever wrote it.
    #[tracing::instrument(name = "store.media.get", level = "debug", skip_all)]
    async fn get(&self, tenant: &TenantId, name: &Digest) -> Outcome<Option<Image>> {
        let key = Key::media(tenant, name);
        let Some(mut row) = self.0.get(&key).await? else {
            return Ok(None);
        };
        let corrupt = || PortError::Corrupt(format!("{key}: no picture"));
        let bytes = match row.0.remove(BYTES) {
            Some(AttributeValue::B(bytes)) => Bytes::from(bytes.into_inner()),
            Some(_) | None => return Err(corrupt()),
        };
        let Item { kind } = row.read()?;
        let image = Image::accept(bytes).map_err(|_| corrupt())?;
        if image.kind() == kind && image.name() == *name {
            Ok(Some(image))
        } else {
            Err(corrupt())
        }
    }
}
