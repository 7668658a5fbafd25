//! The ports by name, and what is put together of them: the same on Lambda and on the laptop.

use std::sync::Arc;

use provider::bearer::Bearers;
use provider::brand::Hosts;
use provider::claims::Mappings;
use provider::client_keys::ClientKeys;
use provider::clients::Authentication;
use provider::config::Configuration;
use provider::dpop::Proofs;
use provider::endpoints::backchannel_authentication;
use provider::endpoints::openid_configuration::Certificates;
use provider::endpoints::{authorize, par, register, self_service, token};
use provider::entropy::{Entropy, System};
use provider::executor;
use provider::grants::Workshop;
use provider::grants::client_credentials::Machines;
use provider::id_tokens::IdTokens;
use provider::issuer::Issuer;
use provider::limited::Limited;
use provider::logout;
use provider::permits::Permits;
use provider::ping::Ping;
use provider::policies::Policies;
use provider::ports::{
    AskingStore, BrowserStore, ClientStore, DeviceStore, EventStore, Fetcher, FlowStore,
    GrantStore, GroupStore, LogoutQueue, MachineStore, Mailer, Passkeys, PolicyStore, ReplayStore,
    Sealer, Signer, SubjectStore, TokenStore, UserStore, UserTokenStore, Vault,
};
use provider::registration::documents::Documents;
use provider::requests::Requests;
use provider::response::Sealing;
use provider::rotation::{RotateKeys, Rotator};
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

    /// Carries the news of ended sessions to who tells it.
    fn logout_queue(&self) -> Arc<dyn LogoutQueue>;

    /// The stores of those who end sessions: they announce it.
    fn ending(&self) -> Stores {
        self.stores().announcing(self.logout_queue())
    }

    /// The means of telling clients of logouts.
    fn messenger_parts(&self, fetcher: Arc<dyn Fetcher>) -> logout::Parts {
        let stores = self.stores();
        let keys = self.client_keys(Arc::clone(&fetcher));
        logout::Parts {
            clients: self.clients(),
            logouts: stores.logouts(),
            ledger: stores.ledger(),
            events: self.events(),
            issuer: self.issuer(&keys),
            fetcher,
            entropy: self.entropy(),
        }
    }

    /// At which hosts tenants may make brands.
    fn brand_hosts(&self) -> Hosts;

    /// Where connections have clients' certificates, as scheme and host (RFC 8705 §5); `None` where none have.
    fn mtls_base(&self) -> Option<String> {
        None
    }

    /// The host of that.
    fn certificates_host(&self) -> Option<String> {
        let base = self.mtls_base()?;
        let (_, host) = base.split_once("://")?;
        Some(host.to_owned())
    }

    /// The same for the metadata document.
    fn certificates(&self) -> Option<Certificates> {
        let tenants = self.stores().tenants();
        self.mtls_base().map(|base| Certificates { base, tenants })
    }

    /// Holds tenants to their limits.
    fn permits(&self) -> Arc<Permits> {
        Arc::new(Permits::new(self.stores().permits()))
    }

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

    /// Requests that somebody is asked.
    fn askings(&self) -> Arc<dyn AskingStore> {
        self.stores().askings()
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

    /// What was used that may be used once.
    fn replays(&self) -> Arc<dyn ReplayStore> {
        self.stores().replays()
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

    /// Signs what is said to clients, and encrypts it to these keys of theirs.
    fn sealing(&self, keys: &Arc<ClientKeys>) -> Sealing {
        Sealing::new(self.signer(), Arc::new(Jwe), Arc::clone(keys))
    }

    /// Makes tokens.
    fn issuer(&self, keys: &Arc<ClientKeys>) -> Issuer {
        Issuer::new(self.sealing(keys), self.entropy())
    }

    /// Fetches no faster than it may from where callers say.
    fn limited(&self, fetcher: Arc<dyn Fetcher>) -> Limited {
        Limited::new(fetcher, self.stores().throttle())
    }

    /// The keys of clients, which this fetches.
    fn client_keys(&self, fetcher: Arc<dyn Fetcher>) -> Arc<ClientKeys> {
        Arc::new(ClientKeys::new(self.limited(fetcher)))
    }

    /// Compiled clients, and those that are met first here: their documents are fetched.
    fn clients_met(&self, fetcher: Arc<dyn Fetcher>) -> Arc<dyn ClientStore> {
        let stores = self.stores();
        Arc::new(Documents::new(
            self.clients(),
            stores.registered(),
            self.limited(fetcher),
            self.entropy(),
        ))
    }

    /// The means of the registration endpoint.
    fn register_parts(&self, scripts: &Scripts, fetcher: Arc<dyn Fetcher>) -> register::Parts {
        let stores = self.stores();
        register::Parts {
            clients: self.clients(),
            registered: stores.registered(),
            bearers: self.bearers(),
            user_tokens: self.user_tokens(),
            people: stores.people(),
            policies: Policies::new(scripts.clone()),
            throttle: stores.throttle(),
            vault: self.vault(),
            sealer: self.sealer(),
            fetcher,
            entropy: self.entropy(),
        }
    }

    /// Authenticates clients, whose keys this fetches.
    fn authentication(&self, fetcher: Arc<dyn Fetcher>) -> Authentication {
        Authentication {
            clients: self.clients(),
            replays: self.replays(),
            keys: self.client_keys(fetcher),
            vault: self.vault(),
        }
    }

    /// Finds out whose our ID tokens are.
    fn id_tokens(&self) -> IdTokens {
        IdTokens {
            clients: self.clients(),
            people: self.stores().people(),
            users: self.users(),
            vault: self.vault(),
        }
    }

    /// Checks proofs of the keys that tokens are bound to.
    fn proofs(&self) -> Proofs {
        Proofs::new(self.vault(), self.replays())
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
    fn workshop(&self, scripts: &Scripts, keys: &Arc<ClientKeys>) -> Workshop {
        Workshop {
            grants: self.grants(),
            tokens: self.tokens(),
            subjects: self.subjects(),
            vault: self.vault(),
            issuer: self.issuer(keys),
            mappings: Mappings::new(scripts.clone()),
            policies: Policies::new(scripts.clone()),
            events: self.events(),
            entropy: self.entropy(),
        }
    }

    /// The means of the token endpoint, with what fetches the keys of others.
    fn token_parts(&self, scripts: &Scripts, fetcher: Arc<dyn Fetcher>) -> token::Parts {
        let authentication = Authentication {
            clients: self.clients_met(Arc::clone(&fetcher)),
            ..self.authentication(Arc::clone(&fetcher))
        };
        token::Parts {
            workshop: self.workshop(scripts, &authentication.keys),
            authentication,
            devices: self.devices(),
            askings: self.askings(),
            machines: Machines {
                accounts: self.machines(),
                users: self.users(),
                user_tokens: self.user_tokens(),
                bearers: self.bearers(),
                fetcher,
            },
            id_tokens: self.id_tokens(),
        }
    }

    /// The means of the flow engine.
    fn executor_parts(&self, scripts: &Scripts, outside: Outside) -> executor::Parts {
        let stores = self.ending();
        let keys = self.client_keys(Arc::clone(&outside.fetcher));
        executor::Parts {
            clients: self.clients(),
            requests: self.requests(&keys, Arc::clone(&outside.fetcher)),
            flows: self.flows(),
            browsers: stores.browsers(),
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
    fn self_service_parts(
        &self,
        scripts: &Scripts,
        fetcher: Arc<dyn Fetcher>,
    ) -> self_service::Parts {
        let stores = self.ending();
        self_service::Parts {
            browsers: stores.browsers(),
            people: stores.people(),
            authenticators: stores.authenticators(),
            user_tokens: self.user_tokens(),
            askings: self.askings(),
            devices: self.devices(),
            ping: Ping {
                vault: self.vault(),
                fetcher,
            },
            clients: self.clients(),
            config: stores.config(),
            objects: Configuration::new(stores.config(), scripts.clone()),
            policies: Policies::new(scripts.clone()),
            sealer: self.sealer(),
            entropy: self.entropy(),
        }
    }

    /// The means of backchannel authentication.
    fn backchannel_parts(
        &self,
        fetcher: Arc<dyn Fetcher>,
        mailer: Arc<dyn Mailer>,
    ) -> backchannel_authentication::Parts {
        backchannel_authentication::Parts {
            authentication: self.authentication(fetcher),
            users: self.users(),
            id_tokens: self.id_tokens(),
            askings: self.askings(),
            sealer: self.sealer(),
            mailer,
            entropy: self.entropy(),
        }
    }

    /// The means of the management API.
    fn management_parts(&self, scripts: &Scripts, mailer: Arc<dyn Mailer>) -> management::Parts {
        let stores = self.ending();
        management::Parts {
            bearers: self.bearers(),
            proofs: self.proofs(),
            user_tokens: self.user_tokens(),
            browsers: stores.browsers(),
            people: stores.people(),
            users: self.users(),
            machines: self.machines(),
            groups: self.groups(),
            directory: stores.group_directory(),
            authenticators: stores.authenticators(),
            brands: stores.brands(),
            hosts: self.brand_hosts(),
            certificates_host: self.certificates_host(),
            registered: stores.registered(),
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

    /// Rotates keys.
    fn rotator(&self, scripts: &Scripts) -> Rotator {
        let config = Configuration::new(self.stores().config(), scripts.clone());
        Rotator::new(config, self.keys().keyring())
    }

    /// The job that rotates the keys of all tenants.
    fn rotate_keys(&self, scripts: &Scripts) -> RotateKeys {
        let stores = self.stores();
        let tenants = (stores.tenant_list(), stores.brands());
        RotateKeys::new(self.rotator(scripts), tenants, self.entropy())
    }

    /// The means of the authorization endpoints.
    fn authorize_parts(&self, scripts: &Scripts, fetcher: Arc<dyn Fetcher>) -> authorize::Parts {
        let keys = self.client_keys(Arc::clone(&fetcher));
        authorize::Parts {
            clients: self.clients_met(Arc::clone(&fetcher)),
            browsers: self.browsers(),
            grants: self.grants(),
            vault: self.vault(),
            issuer: self.issuer(&keys),
            mappings: Mappings::new(scripts.clone()),
            policies: Policies::new(scripts.clone()),
            entropy: self.entropy(),
            requests: self.requests(&keys, fetcher),
        }
    }

    /// Reads authorization requests that are signed or pushed, with these keys of clients.
    fn requests(&self, keys: &Arc<ClientKeys>, fetcher: Arc<dyn Fetcher>) -> Requests {
        let limited = self.limited(fetcher);
        Requests::new(self.stores().pushed(), Arc::clone(keys), limited)
    }

    /// The means of the endpoint that requests are pushed to.
    fn par_parts(&self, fetcher: Arc<dyn Fetcher>) -> par::Parts {
        let authentication = Authentication {
            clients: self.clients_met(Arc::clone(&fetcher)),
            ..self.authentication(Arc::clone(&fetcher))
        };
        par::Parts {
            requests: self.requests(&authentication.keys, fetcher),
            authentication,
            proofs: self.proofs(),
            throttle: self.stores().throttle(),
            entropy: self.entropy(),
        }
    }
}
