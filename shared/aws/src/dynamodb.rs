//! The ports on one DynamoDB table. What stands in it: `schema` and `docs/storage.md`.

mod accounts;
mod askings;
mod attempt;
mod authenticators;
mod belongings;
mod brands;
mod browsers;
mod cache;
mod clients;
mod compiled;
mod config;
mod db;
mod devices;
mod errands;
pub mod estate;
mod events;
mod expression;
mod flows;
mod grants;
mod groups;
mod invitations;
mod json;
mod ledger;
mod links;
mod logouts;
mod machines;
mod media;
mod partition;
mod people;
mod permits;
mod plans;
mod pushed;
mod registered;
mod registry;
mod replays;
mod roster;
mod row;
mod schema;
mod table;
mod tenant_list;
mod tenants;
mod throttle;
mod tokens;
mod user_tokens;
mod users;
mod visits;

use std::fmt;
use std::sync::Arc;

use provider::ports::{
    AskingStore, AuthenticatorStore, BrandStore, BrowserStore, ClientStore, ConfigStore,
    DeviceStore, EventStore, FlowStore, GrantStore, GroupDirectory, GroupStore, InvitationStore,
    Ledger, LinkStore, LogoutQueue, LogoutStore, MachineStore, MediaStore, People, PermitStore,
    PolicyStore, PushedStore, RegisteredStore, Registry, ReplayStore, SubjectStore, TenantList,
    TenantStore, ThrottleStore, TokenStore, UserStore, UserTokenStore,
};

pub use table::create_table;
pub use tenants::SecondName;

use crate::dynamodb::db::Db;
use crate::dynamodb::logouts::Announcer;
use crate::dynamodb::schema::Key;

/// The ports that DynamoDB stands behind. Tenants and clients are kept in memory once for all clones.
#[derive(Clone)]
pub struct Stores {
    db: Db,
    announcer: Announcer,
    tenants: Arc<tenants::Tenants>,
    clients: Arc<clients::Clients>,
    flows: Arc<flows::Flows>,
    groups: Arc<groups::GroupItems>,
    machines: Arc<machines::Machines>,
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
            flows: Arc::new(flows::Flows::new(db.clone())),
            groups: Arc::new(groups::GroupItems::new(db.clone())),
            machines: Arc::new(machines::Machines::new(db.clone())),
            announcer: Announcer::default(),
            db,
        }
    }

    /// The same, which find a tenant by a second name.
    #[must_use]
    pub fn knowing(&self, second: Option<SecondName>) -> Self {
        Self {
            tenants: Arc::new(self.tenants.knowing(second)),
            ..self.clone()
        }
    }

    /// The same, of which those that end sessions announce it to this queue first.
    #[must_use]
    pub fn announcing(&self, queue: Arc<dyn LogoutQueue>) -> Self {
        Self {
            announcer: Announcer(Some(queue)),
            ..self.clone()
        }
    }

    /// What clients were told of logouts.
    pub fn logouts(&self) -> Arc<dyn LogoutStore> {
        Arc::new(logouts::Logouts(self.db.clone()))
    }

    /// Finds tenants.
    pub fn tenants(&self) -> Arc<dyn TenantStore> {
        Arc::clone(&self.tenants) as _
    }

    /// Lists all tenants.
    pub fn tenant_list(&self) -> Arc<dyn TenantList> {
        Arc::new(tenant_list::AllTenants(self.db.clone()))
    }

    /// Gives permits out.
    pub fn permits(&self) -> Arc<dyn PermitStore> {
        Arc::new(permits::PermitItems(self.db.clone()))
    }

    /// All that tenants have.
    pub fn estate(&self) -> estate::Estate {
        estate::Estate {
            db: self.db.clone(),
        }
    }

    /// Brands by host.
    pub fn brands(&self) -> Arc<dyn BrandStore> {
        Arc::new(brands::Brands(self.db.clone()))
    }

    /// Finds compiled clients.
    pub fn clients(&self) -> Arc<dyn ClientStore> {
        Arc::clone(&self.clients) as _
    }

    /// Clients that no administrator made.
    pub fn registered(&self) -> Arc<dyn RegisteredStore> {
        Arc::new(registered::Registered {
            db: self.db.clone(),
            clients: Arc::clone(&self.clients),
        })
    }

    /// Finds compiled flows.
    pub fn flows(&self) -> Arc<dyn FlowStore> {
        Arc::clone(&self.flows) as _
    }

    /// Accounts and what belongs to them.
    pub fn people(&self) -> Arc<dyn People> {
        Arc::new(people::Accounts(self.db.clone(), self.announcer.clone()))
    }

    /// Authenticators.
    pub fn authenticators(&self) -> Arc<dyn AuthenticatorStore> {
        Arc::new(authenticators::Authenticators(self.db.clone()))
    }

    /// Pictures that were uploaded.
    pub fn media(&self) -> Arc<dyn MediaStore> {
        Arc::new(media::Media(self.db.clone()))
    }

    /// Slows guessing down.
    pub fn throttle(&self) -> Arc<dyn ThrottleStore> {
        Arc::new(throttle::Throttle(self.db.clone()))
    }

    /// Links that were mailed.
    pub fn links(&self) -> Arc<dyn LinkStore> {
        Arc::new(links::Links(self.db.clone()))
    }

    /// Invitations.
    pub fn invitations(&self) -> Arc<dyn InvitationStore> {
        Arc::new(invitations::Invitations(self.db.clone()))
    }

    /// Sessions, consents and plans.
    pub fn browsers(&self) -> Arc<dyn BrowserStore> {
        Arc::new(browsers::Browsers(self.db.clone(), self.announcer.clone()))
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

    /// Authorization requests that were pushed.
    pub fn pushed(&self) -> Arc<dyn PushedStore> {
        Arc::new(pushed::Requests(self.db.clone()))
    }

    /// Requests that somebody is asked.
    pub fn askings(&self) -> Arc<dyn AskingStore> {
        Arc::new(askings::Askings(self.db.clone()))
    }

    /// Requests of devices.
    pub fn devices(&self) -> Arc<dyn DeviceStore> {
        Arc::new(devices::Devices(self.db.clone()))
    }

    /// Access tokens.
    pub fn tokens(&self) -> Arc<dyn TokenStore> {
        Arc::new(tokens::Tokens(self.db.clone()))
    }

    /// Groups.
    pub fn groups(&self) -> Arc<dyn GroupStore> {
        Arc::clone(&self.groups) as _
    }

    /// Groups as they are listed, with their members.
    pub fn group_directory(&self) -> Arc<dyn GroupDirectory> {
        Arc::clone(&self.groups) as _
    }

    /// The accounts of programs, kept in memory once for all clones.
    pub fn machines(&self) -> Arc<dyn MachineStore> {
        Arc::clone(&self.machines) as _
    }

    /// What was used that may be used once.
    pub fn replays(&self) -> Arc<dyn ReplayStore> {
        Arc::new(replays::Replays(self.db.clone()))
    }

    /// App passwords and other tokens of users.
    pub fn user_tokens(&self) -> Arc<dyn UserTokenStore> {
        Arc::new(user_tokens::UserTokens(self.db.clone()))
    }

    /// What people were given, as lists.
    pub fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::new(ledger::Ledgers(self.db.clone()))
    }

    /// What happened.
    pub fn events(&self) -> Arc<dyn EventStore> {
        Arc::new(events::Events(self.db.clone()))
    }

    /// Objects of configuration.
    pub fn config(&self) -> Arc<dyn ConfigStore> {
        Arc::new(config::Configs(self.db.clone()))
    }

    /// Policies by name.
    pub fn policies(&self) -> Arc<dyn PolicyStore> {
        Arc::new(config::Configs(self.db.clone()))
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
