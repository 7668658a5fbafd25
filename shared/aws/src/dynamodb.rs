//! The ports on one DynamoDB table. What stands in it: `schema` and `docs/storage.md`.

mod attempt;
mod browsers;
mod cache;
mod clients;
mod db;
mod expression;
mod grants;
mod registry;
mod row;
mod schema;
mod table;
mod tenants;
mod tokens;
mod users;

use std::fmt;
use std::sync::Arc;

use provider::ports::{
    BrowserStore, ClientStore, GrantStore, Registry, SubjectStore, TenantStore, TokenStore,
    UserStore,
};

pub use table::create_table;

use crate::dynamodb::db::Db;
use crate::dynamodb::schema::Key;

/// The ports that DynamoDB stands behind. Tenants and clients are kept in memory once for all clones.
#[derive(Clone)]
pub struct Stores {
    db: Db,
    tenants: Arc<tenants::Tenants>,
    clients: Arc<clients::Clients>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores")
            .field("table", &self.db.table)
            .finish_non_exhaustive()
    }
}

impl Stores {
    /// On this table.
    pub fn new(client: aws_sdk_dynamodb::Client, table: impl Into<String>) -> Self {
        let db = Db {
            client,
            table: table.into(),
        };
        Self {
            tenants: Arc::new(tenants::Tenants::new(db.clone())),
            clients: Arc::new(clients::Clients::new(db.clone())),
            db,
        }
    }

    /// Finds tenants.
    pub fn tenants(&self) -> Arc<dyn TenantStore> {
        Arc::clone(&self.tenants) as _
    }

    /// Finds compiled clients.
    pub fn clients(&self) -> Arc<dyn ClientStore> {
        Arc::clone(&self.clients) as _
    }

    /// Sessions, consents and plans.
    pub fn browsers(&self) -> Arc<dyn BrowserStore> {
        Arc::new(browsers::Browsers(self.db.clone()))
    }

    /// People by name.
    pub fn users(&self) -> Arc<dyn UserStore> {
        Arc::new(users::Users(self.db.clone()))
    }

    /// People by id.
    pub fn subjects(&self) -> Arc<dyn SubjectStore> {
        Arc::new(users::Users(self.db.clone()))
    }

    /// Codes and refresh families.
    pub fn grants(&self) -> Arc<dyn GrantStore> {
        Arc::new(grants::Grants(self.db.clone()))
    }

    /// Access tokens.
    pub fn tokens(&self) -> Arc<dyn TokenStore> {
        Arc::new(tokens::Tokens(self.db.clone()))
    }

    /// Writes configuration and people.
    pub fn registry(&self) -> Arc<dyn Registry> {
        Arc::new(registry::Items(self.db.clone()))
    }

    /// Opens a connection before the first request needs it; TLS is most of what a first request waits
    /// for. What goes wrong here goes wrong again, and is reported, where it matters.
    pub(crate) async fn warm(&self) {
        if let Err(error) = self.db.get(&Key::host("-")).await {
            tracing::warn!(event = "warm_up_failed", %error, "DynamoDB did not answer at start");
        }
    }
}
