//! The ports by name, and what is put together of them: the same on Lambda and on the laptop.

use std::sync::Arc;

use provider::bearer::Bearers;
use provider::brand::Hosts;
use provider::claims::Mappings;
use provider::config::Configuration;
use provider::endpoints::{authorize, self_service, token};
use provider::entropy::{Entropy, System};
use provider::executor;
use provider::grants::Workshop;
use provider::grants::client_credentials::Machines;
use provider::issuer::Issuer;
use provider::policies::Policies;
use provider::ports::{
    BrowserStore, ClientStore, DeviceStore, EventStore, Fetcher, FlowStore, GrantStore, GroupStore,
    MachineStore, Mailer, Passkeys, PolicyStore, Sealer, Signer, SubjectStore, TokenStore,
    UserStore, UserTokenStore, Vault,
};
use provider::script::Expressions;
use provider::scripts::Scripts;

use crate::{Jwe, Keys, Stores};

/// What the flow engine needs that is neither in DynamoDB nor in KMS.
#[derive(Clone)]
pub struct Outside {
    /// The `WebAuthn` ceremonies.
    pub passkeys: Arc<dyn Passkeys>,
    /// Sends e-mail.
    pub mailer: Arc<dyn Mailer>,
    /// Asks captcha services.
    pub fetcher: Arc<dyn Fetcher>,
}

/// Where ports come from.
///
/// Each is made where it is asked for, so that a function that never asks for keys needs no right to KMS and
/// does not link its client.
pub trait Ports {
    /// What DynamoDB stands behind.
    fn stores(&self) -> &Stores;

    /// What KMS stands behind.
    fn keys(&self) -> Keys;

    /// At which hosts tenants may make brands.
    fn brand_hosts(&self) -> Hosts;

    /// Compiled clients.
    fn clients(&self) -> Arc<dyn ClientStore> {
        self.stores().clients()
    }

    /// Compiled flows.
    fn flows(&self) -> Arc<dyn FlowStore> {
        self.stores().flows()
    }

    /// Sessions, consents and plans.
    fn browsers(&self) -> Arc<dyn BrowserStore> {
        self.stores().browsers()
    }

    /// People by name.
    fn users(&self) -> Arc<dyn UserStore> {
        self.stores().users()
    }

    /// People by id.
    fn subjects(&self) -> Arc<dyn SubjectStore> {
        self.stores().subjects()
    }

    /// Groups.
    fn groups(&self) -> Arc<dyn GroupStore> {
        self.stores().groups()
    }

    /// Policies by name.
    fn policies(&self) -> Arc<dyn PolicyStore> {
        self.stores().policies()
    }

    /// Codes and refresh families.
    fn grants(&self) -> Arc<dyn GrantStore> {
        self.stores().grants()
    }

    /// Requests of devices.
    fn devices(&self) -> Arc<dyn DeviceStore> {
        self.stores().devices()
    }

    /// Access tokens.
    fn tokens(&self) -> Arc<dyn TokenStore> {
        self.stores().tokens()
    }

    /// The accounts of programs.
    fn machines(&self) -> Arc<dyn MachineStore> {
        self.stores().machines()
    }

    /// App passwords and other tokens of users.
    fn user_tokens(&self) -> Arc<dyn UserTokenStore> {
        self.stores().user_tokens()
    }

    /// What happened.
    fn events(&self) -> Arc<dyn EventStore> {
        self.stores().events()
    }

    /// Signs with clients' keys.
    fn signer(&self) -> Arc<dyn Signer> {
        self.keys().signer()
    }

    /// Opens what is sealed.
    fn vault(&self) -> Arc<dyn Vault> {
        self.keys().vault()
    }

    /// Seals.
    fn sealer(&self) -> Arc<dyn Sealer> {
        self.keys().sealer()
    }

    /// The system's randomness.
    fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::new(System::default())
    }

    /// Makes tokens.
    fn issuer(&self) -> Issuer {
        Issuer::new(self.signer(), Arc::new(Jwe), self.entropy())
    }

    /// What stands behind access tokens.
    fn bearers(&self) -> Bearers {
        Bearers::new(self.tokens(), self.clients())
    }

    /// Runs expressions on this engine.
    fn scripts(&self, expressions: Arc<dyn Expressions>) -> Scripts {
        Scripts {
            expressions,
            subjects: self.subjects(),
            users: self.users(),
            groups: self.groups(),
            authenticators: self.stores().authenticators(),
            policies: self.policies(),
            events: self.events(),
            entropy: self.entropy(),
        }
    }

    /// What all grants of the token endpoint share.
    fn workshop(&self, scripts: &Scripts) -> Workshop {
        Workshop {
            grants: self.grants(),
            tokens: self.tokens(),
            subjects: self.subjects(),
            vault: self.vault(),
            issuer: self.issuer(),
            mappings: Mappings::new(scripts.clone()),
            policies: Policies::new(scripts.clone()),
            events: self.events(),
            entropy: self.entropy(),
        }
    }

    /// The means of the token endpoint, with what fetches the keys of others.
    fn token_parts(&self, scripts: &Scripts, fetcher: Arc<dyn Fetcher>) -> token::Parts {
        token::Parts {
            clients: self.clients(),
            workshop: self.workshop(scripts),
            devices: self.devices(),
            machines: Machines {
                accounts: self.machines(),
                users: self.users(),
                user_tokens: self.user_tokens(),
                bearers: self.bearers(),
                fetcher,
            },
        }
    }

    /// The means of the flow engine.
    fn executor_parts(&self, scripts: &Scripts, outside: Outside) -> executor::Parts {
        let stores = self.stores();
        executor::Parts {
            clients: self.clients(),
            flows: self.flows(),
            browsers: self.browsers(),
            users: self.users(),
            groups: self.groups(),
            people: stores.people(),
            authenticators: stores.authenticators(),
            passkeys: outside.passkeys,
            throttle: stores.throttle(),
            links: stores.links(),
            mailer: outside.mailer,
            media: stores.media(),
            invitations: stores.invitations(),
            events: self.events(),
            vault: self.vault(),
            sealer: self.sealer(),
            fetcher: outside.fetcher,
            policies: Policies::new(scripts.clone()),
            entropy: self.entropy(),
        }
    }

    /// The means of self-service.
    fn self_service_parts(&self, scripts: &Scripts) -> self_service::Parts {
        let stores = self.stores();
        self_service::Parts {
            browsers: self.browsers(),
            people: stores.people(),
            authenticators: stores.authenticators(),
            user_tokens: self.user_tokens(),
            clients: self.clients(),
            config: stores.config(),
            objects: Configuration::new(stores.config(), scripts.clone()),
            policies: Policies::new(scripts.clone()),
            sealer: self.sealer(),
            entropy: self.entropy(),
        }
    }

    /// The means of the management API.
    fn management_parts(&self, scripts: &Scripts, mailer: Arc<dyn Mailer>) -> management::Parts {
        let stores = self.stores();
        management::Parts {
            bearers: self.bearers(),
            user_tokens: self.user_tokens(),
            browsers: self.browsers(),
            people: stores.people(),
            users: self.users(),
            machines: self.machines(),
            groups: self.groups(),
            directory: stores.group_directory(),
            authenticators: stores.authenticators(),
            brands: stores.brands(),
            hosts: self.brand_hosts(),
            invitations: stores.invitations(),
            links: stores.links(),
            media: stores.media(),
            mailer,
            ledger: stores.ledger(),
            events: self.events(),
            config: Configuration::new(stores.config(), scripts.clone())
                .with_brands(stores.brands()),
            objects: stores.config(),
            policies: Policies::new(scripts.clone()),
            vault: self.vault(),
            sealer: self.sealer(),
            keyring: self.keys().keyring(),
            entropy: self.entropy(),
        }
    }

    /// The means of the authorization endpoints.
    fn authorize_parts(&self, scripts: &Scripts) -> authorize::Parts {
        authorize::Parts {
            clients: self.clients(),
            browsers: self.browsers(),
            grants: self.grants(),
            vault: self.vault(),
            issuer: self.issuer(),
            mappings: Mappings::new(scripts.clone()),
            policies: Policies::new(scripts.clone()),
            entropy: self.entropy(),
        }
    }
}
