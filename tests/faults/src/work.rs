//! What clients do: each deed goes from request to request, and judges each answer by those before.

mod accounts;
mod asking;
mod codes;
mod configuration;
mod devices;
mod groups;
mod machines;
mod refreshing;
mod registering;
mod sessions;

use crate::actor::Actor;
use crate::browser::Browser;
use crate::http_client::Went;
use crate::model::Standing;
use crate::world::person;

/// So many families a client keeps in mind for its deeds; all are looked at in the end.
const RECENT: usize = 12;

/// Deeds, and how often each is done in relation to the others.
const DEEDS: [(&str, u64); 15] = [
    ("a code is redeemed", 22),
    ("a refresh token is used", 24),
    ("a token is looked at", 18),
    ("an access token is revoked", 5),
    ("a grant is revoked", 4),
    ("a client comes for itself", 8),
    ("a device asks", 4),
    ("a token is exchanged", 6),
    ("somebody signs out", 2),
    ("a refresh token is used as the grant is revoked", 3),
    ("a client registers", 3),
    ("a provider is changed", 3),
    ("a person is made and removed", 2),
    ("a group is renamed", 1),
    ("somebody is asked", 2),
];

impl Actor {
    /// One deed, by chance.
    pub(crate) async fn act(&mut self) {
        let weights = DEEDS.map(|(_, weight)| weight);
        let deed = self.dice.weighed(&weights);
        let name = DEEDS.get(deed).map_or("", |(name, _)| name);
        let went = match deed {
            0 => self.redeem_a_code().await,
            1 => self.refresh().await,
            2 => self.look().await,
            3 => self.revoke_access().await,
            4 => self.revoke_grant().await,
            5 => self.machine().await,
            6 => self.device().await,
            7 => self.exchange().await,
            8 => self.sign_out().await,
            9 => self.race_revocation().await,
            10 => self.register().await,
            11 => self.change_provider().await,
            12 => self.account().await,
            13 => self.groups().await,
            _ => self.be_asked().await,
        };
        self.went(name, went);
    }

    /// Somebody who is signed in, most of the time.
    pub(crate) fn visitor(&mut self) -> Browser {
        let someone = person(self.dice.below(64));
        let address = self.address();
        let browser = self.browser.take();
        browser.unwrap_or_else(|| Browser::new(someone, address))
    }

    /// One of the recent families, by chance.
    pub(crate) fn some_family(
        &mut self,
        fits: impl Fn(&crate::family::Family) -> bool,
    ) -> Option<usize> {
        let from = self.families.len().saturating_sub(RECENT);
        let all = self.families.iter().enumerate().skip(from);
        let fitting: Vec<usize> = all
            .filter(|(_, family)| fits(family))
            .map(|(at, _)| at)
            .collect();
        self.dice.pick(&fitting).copied()
    }

    /// Shows a token at introspection or `/userinfo`.
    async fn look(&mut self) -> Went<()> {
        let from = self.families.len().saturating_sub(RECENT);
        if self.families.len() == from {
            return Ok(());
        }
        let at = from + self.dice.below(self.families.len() - from);
        let (which, userinfo) = (self.dice.next(), self.dice.percent(50));
        let Some(mut family) = self.families.get(at).cloned() else {
            return Ok(());
        };
        let count = u64::try_from(family.tokens.len()).unwrap_or(1).max(1);
        let which = usize::try_from(which % count).unwrap_or_default();
        let went = if userinfo && family.openid {
            family.userinfo(self, which).await
        } else {
            family.introspect(self, which).await
        };
        self.put_back(at, family);
        went
    }

    /// Puts a family that was taken out by a copy in its place.
    pub(crate) fn put_back(&mut self, at: usize, family: crate::family::Family) {
        if let Some(place) = self.families.get_mut(at) {
            *place = family;
        }
    }

    async fn revoke_access(&mut self) -> Went<()> {
        let Some(at) = self.some_family(|it| it.standing == Standing::Live && !it.lent) else {
            return Ok(());
        };
        let Some(mut family) = self.families.get(at).cloned() else {
            return Ok(());
        };
        let which = self.dice.below(family.tokens.len());
        let went = family.revoke_access(self, which).await;
        self.put_back(at, family);
        went
    }

    async fn revoke_grant(&mut self) -> Went<()> {
        let Some(at) = self.some_family(|it| it.refresh.is_some()) else {
            return Ok(());
        };
        let Some(mut family) = self.families.get(at).cloned() else {
            return Ok(());
        };
        let mut went = family.revoke_all(self).await;
        if went.is_ok() {
            went = family.introspect(self, 0).await;
        }
        self.put_back(at, family);
        went
    }

    /// Looks at everything this client was ever given.
    pub(crate) async fn look_at_all(&mut self) {
        let mut families = std::mem::take(&mut self.families);
        for family in &mut families {
            for at in 0..family.tokens.len() {
                let went = family.introspect(self, at).await;
                if matches!(went, Err(crate::http_client::Stop::Failed)) {
                    self.model()
                        .violation("introspection fails though nothing is broken any more");
                }
                self.went("the last look", went);
            }
        }
        self.families = families;
    }
}

impl Actor {
    /// Each deed once, as a probe that all is well: what it was, and how it went.
    pub(crate) async fn everything(&mut self) -> Vec<(&'static str, Went<()>)> {
        let mut all = Vec::new();
        all.push(("a code", self.redeem_a_code().await));
        all.push(("a refresh", self.refresh().await));
        all.push(("a look", self.look().await));
        all.push(("a client", self.machine().await));
        all.push(("a device", self.device().await));
        all.push(("an exchange", self.exchange().await));
        all.push(("a registration", self.register().await));
        all.push(("a provider", self.change_provider().await));
        all.push(("a group", self.groups().await));
        all.push(("a person", self.account().await));
        all.push(("signing out", self.sign_out().await));
        all
    }
}
