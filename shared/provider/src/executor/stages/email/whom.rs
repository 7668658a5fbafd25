//! Who is written to: the address of an account, or one that was filled in for a new one. Nothing else names it.

use http::header::ACCEPT_LANGUAGE;
use protocol::{Digest, Seconds, Secret};

use crate::executor::{Executor, Run};
use crate::fault::Fault;
use crate::flow::stage::EmailSettings;
use crate::guessing;
use crate::http::cookie::{self, Name};
use crate::locale::{Texts, Wishes};
use crate::mail::Address;
use crate::ports::Bucket;
use crate::tenant::Tenant;
use crate::user::User;

/// Letters to an address: one a minute …
const A_MINUTE: (u32, Seconds) = (1, Seconds(60));
/// … and five an hour.
const AN_HOUR: (u32, Seconds) = (5, Seconds(720));
/// Letters that a stranger's network makes us send: enough for a company behind one address.
const BY_NETWORK: (u32, Seconds) = (50, Seconds(60));

/// The longest text that is taken for a person's name for a bucket; the rest counts for the same.
const LONGEST: usize = 254;

/// Who is written to.
#[derive(Debug)]
pub(super) enum Whom {
    /// The account that the flow is about.
    Account(Address, Box<User>),
    /// An account is to be made, and nobody has the address.
    New(Address),
    /// An account is to be made, and the address belongs to one: its owner hears of it.
    Owner(Address, Box<User>),
    /// Nobody; with what was typed.
    Nobody(String),
}

impl Executor {
    /// Finds out. It makes the same requests whether there is such an account or not.
    pub(super) async fn whom(&self, run: &Run<'_>, its: &EmailSettings) -> Result<Whom, Fault> {
        if let Some(address) = run.address_filled_in() {
            let Some(address) = Address::parse(address) else {
                return Ok(Whom::Nobody(address.to_owned()));
            };
            let tenant = &run.call().tenant.id;
            let found = self.parts.users.by_login(tenant, address.as_str()).await?;
            // Who has it as a user name has not shown that it is theirs.
            let owner = found.filter(|user| address.is(&user.subject.email));
            return Ok(match owner {
                None => Whom::New(address),
                Some(user) => match Address::parse(&user.subject.email).filter(|_| user.active) {
                    Some(own) => Whom::Owner(own, Box::new(user)),
                    None => Whom::Nobody(address.as_str().to_owned()),
                },
            });
        }
        let context = &run.plan.context;
        let user = run.person();
        // An account that waits for its confirmation is not active yet. One that was made inactive stays so.
        let waits = its.activate_user_on_success && context.created;
        let user = user.filter(|user| user.active || waits);
        let address = user.and_then(|user| Address::parse(&user.subject.email));
        Ok(match user.zip(address) {
            Some((user, address)) => Whom::Account(address, Box::new(user.clone())),
            None => Whom::Nobody(context.identifier.clone().unwrap_or_default()),
        })
    }
}

impl Whom {
    /// Their address.
    pub(super) const fn address(&self) -> Option<&Address> {
        match self {
            Self::Account(address, _) | Self::New(address) | Self::Owner(address, _) => {
                Some(address)
            }
            Self::Nobody(_) => None,
        }
    }

    /// The account that the flow goes on with.
    pub(super) fn account(&self) -> Option<&User> {
        match self {
            Self::Account(_, user) => Some(user),
            Self::New(_) | Self::Owner(..) | Self::Nobody(_) => None,
        }
    }

    /// Whose address it is.
    pub(super) fn user(&self) -> Option<&User> {
        match self {
            Self::Account(_, user) | Self::Owner(_, user) => Some(user),
            Self::New(_) | Self::Nobody(_) => None,
        }
    }

    /// What slows letters down: to them, and by the network of whoever asks.
    pub(super) fn buckets(&self, run: &Run<'_>) -> Vec<Bucket> {
        let bucket = |kind: &str, name: &str, (burst, interval)| Bucket {
            id: Digest::of(format!("mail:{kind}:{name}").as_bytes()),
            burst,
            interval,
        };
        let name = match self {
            Self::Nobody(typed) => typed.chars().take(LONGEST).collect::<String>(),
            Self::Account(address, _) | Self::New(address) | Self::Owner(address, _) => {
                address.as_str().to_owned()
            }
        };
        let name = name.to_lowercase();
        let mut buckets = vec![
            bucket("minute", &name, A_MINUTE),
            bucket("hour", &name, AN_HOUR),
        ];
        buckets.extend(
            run.call()
                .client_ip()
                .map(|ip| bucket("network", &guessing::network(Some(ip)), BY_NETWORK)),
        );
        buckets
    }
}

/// Where somebody who has an account already finds back into it: path of a flow.
pub(super) fn way_back(tenant: &Tenant) -> Secret {
    let brand = &tenant.brand;
    let flow = brand
        .flow_recovery
        .as_ref()
        .unwrap_or(&brand.flow_authentication);
    Secret::new(format!("/if/flow/{flow}/"))
}

impl Run<'_> {
    /// Whom the flow is about; who is signed in, where nobody else was named.
    fn person(&self) -> Option<&User> {
        let context = &self.plan.context;
        let named = context.pending.is_some() || context.identifier.is_some();
        let signed_in = self.browser.signed_in.as_ref().map(|(_, user)| user);
        self.pending.as_ref().or(signed_in.filter(|_| !named))
    }

    /// The address that was filled in, where an account is to be made: the flow is about nobody who has one.
    fn address_filled_in(&self) -> Option<&str> {
        let context = &self.plan.context;
        let new = context.pending.is_none() && context.identifier.is_none();
        let address = context.prompt_data.get("email")?.as_str();
        address.filter(|address| new && !address.is_empty())
    }

    /// Whether the flow has not found out whom it is about: it lacks a stage that does.
    pub(super) fn is_about_nobody(&self) -> bool {
        let named = self.plan.context.identifier.is_some() || self.plan.context.pending.is_some();
        !named && self.address_filled_in().is_none() && self.person().is_none()
    }

    /// The words of a letter: in the account's language, else in that of the browser.
    pub(super) fn texts_for(&self, account: Option<&User>) -> Texts {
        let call = self.call();
        let headers = call.request.headers();
        let kept = cookie::read(headers, &call.tenant, Name::Locale);
        let setting = account.and_then(|user| {
            user.profile
                .attributes
                .get("settings")?
                .get("locale")?
                .as_str()
        });
        let wishes = Wishes {
            chosen: setting,
            kept: kept.as_deref(),
            accept_language: headers
                .get(ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok()),
            brand: &call.tenant.brand.default_locale,
            ..Wishes::default()
        };
        Texts::of(wishes.locale())
    }
}
