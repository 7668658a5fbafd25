//! Holds a tenant to its limits, with next to no request to the table: an instance takes several permits at once and spends
//! them from memory, and it remembers until when there are none.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{Seconds, TenantId, Timestamp};

use crate::ports::{Admission, Outcome, People, PermitStore, Taking};
use crate::tenant::{Allowance, Tenant};

/// Of how many tenants and limits an instance holds permits at once.
const MOST: usize = 1_000;

/// The largest part of a limit that one instance takes at once.
const PART: u64 = 10;

/// How often permits may turn out to be fewer than was thought.
const ROUNDS: usize = 4;

/// Whether a tenant may have another account: asked where one is made, at a request for each megabyte of the list of people, and
/// at none without a limit. Of several that are made at the same moment, all may find the last place.
///
/// # Errors
/// Where they cannot be counted.
pub async fn room_for_one(people: &dyn People, tenant: &Tenant) -> Outcome<bool> {
    match tenant.limits.people {
        Some(limit) => Ok(people.count(&tenant.id).await? < limit),
        None => Ok(true),
    }
}

/// Spends permits.
pub struct Permits {
    store: Arc<dyn PermitStore>,
    held: Mutex<HashMap<(TenantId, &'static str), Held>>,
}

impl fmt::Debug for Permits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permits").finish_non_exhaustive()
    }
}

/// What an instance has of one allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    starts: Timestamp,
    ends: Timestamp,
    /// What the limit was when `exhausted` was found out.
    limit: u64,
    /// Permits in hand.
    left: u64,
    spent: u64,
    /// Nobody gets any more before the end.
    exhausted: bool,
}

/// What one request finds.
enum Found {
    Spent,
    Exhausted,
    /// None in hand: so many are to be taken.
    Wanted(u64),
}

impl Held {
    const fn new(of: &Allowance) -> Self {
        Self {
            starts: of.starts,
            ends: of.ends,
            limit: of.limit,
            left: 0,
            spent: 0,
            exhausted: false,
        }
    }

    /// More at once the more were spent, so that few are lost with instances that are asked seldom.
    fn wanted(&self, of: &Allowance) -> u64 {
        let part = (of.limit / PART).max(1);
        (self.spent / of.thrift.max(1)).clamp(1, part)
    }
}

impl Permits {
    /// Taken from here.
    pub fn new(store: Arc<dyn PermitStore>) -> Self {
        Self {
            store,
            held: Mutex::new(HashMap::new()),
        }
    }

    /// Spends what a request to this function costs its tenant, and looks whether there is any of what its answer will.
    ///
    /// # Errors
    /// Where the table cannot be asked.
    pub async fn admit(
        &self,
        tenant: &Tenant,
        function: &str,
        now: Timestamp,
    ) -> Outcome<Admission> {
        if tenant.limits.is_none() {
            return Ok(Admission::Admitted);
        }
        for of in tenant.limits.of(function, now) {
            let admitted = if of.for_success {
                self.with(&tenant.id, &of, |held| held.has_any(&of))
            } else {
                self.spend(&tenant.id, &of).await?
            };
            if !admitted {
                return Ok(Admission::Wait(of.ends.since(now).max(Seconds(1))));
            }
        }
        Ok(Admission::Admitted)
    }

    /// Spends what an answer with what was asked for costs. Whoever is refused, or is given up on, takes nothing from the
    /// table, so that a stranger cannot use up a quota. One permit is then had in hand, or it is known that there is none: only
    /// the first answer of an instance may be one too many.
    ///
    /// # Errors
    /// Where the table cannot be asked: the answer was not counted.
    pub async fn settle(&self, tenant: &Tenant, function: &str, now: Timestamp) -> Outcome<()> {
        if tenant.limits.is_none() {
            return Ok(());
        }
        for of in tenant.limits.of(function, now) {
            if of.for_success {
                self.pay(&tenant.id, &of).await?;
            }
        }
        Ok(())
    }

    async fn pay(&self, tenant: &TenantId, of: &Allowance) -> Outcome<()> {
        let owed = self.with(tenant, of, |held| {
            let owed = u64::from(!held.spend());
            let is_enough = held.left > 0 || held.exhausted;
            (!is_enough).then(|| (owed, owed.saturating_add(held.wanted(of))))
        });
        let Some((owed, mut wanted)) = owed else {
            return Ok(());
        };
        for _ in 0..ROUNDS {
            match self.store.take(tenant, of, wanted).await? {
                Taking::Granted => {
                    self.with(tenant, of, |held| {
                        held.left = held.left.saturating_add(wanted.saturating_sub(owed));
                        held.spent = held.spent.saturating_add(owed);
                        held.exhausted |= held.left == 0;
                    });
                    return Ok(());
                }
                Taking::Left(0) => {
                    self.with(tenant, of, |held| held.exhausted = true);
                    return Ok(());
                }
                Taking::Left(left) => wanted = wanted.min(left),
            }
        }
        Ok(()) // others are faster again and again: the next answer asks anew
    }

    async fn spend(&self, tenant: &TenantId, of: &Allowance) -> Outcome<bool> {
        let mut wanted = match self.with(tenant, of, |held| held.find(of)) {
            Found::Spent => return Ok(true),
            Found::Exhausted => return Ok(false),
            Found::Wanted(wanted) => wanted,
        };
        for _ in 0..ROUNDS {
            match self.store.take(tenant, of, wanted).await? {
                Taking::Granted => {
                    self.with(tenant, of, |held| {
                        held.left = held.left.saturating_add(wanted.saturating_sub(1));
                        held.spent = held.spent.saturating_add(1);
                    });
                    return Ok(true);
                }
                Taking::Left(0) => break,
                Taking::Left(left) => wanted = wanted.min(left),
            }
        }
        Ok(self.with(tenant, of, |held| {
            held.exhausted = true;
            // Somebody beside this one may have got the last ones, and more than one.
            held.spend()
        }))
    }

    /// What is held of this allowance; what is held of a former span of time is worth nothing.
    fn with<T>(&self, tenant: &TenantId, of: &Allowance, work: impl FnOnce(&mut Held) -> T) -> T {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant.clone(), of.name);
        if all.len() >= MOST && !all.contains_key(&key) {
            all.retain(|_, held| of.starts < held.ends);
            if all.len() >= MOST {
                all.clear();
            }
        }
        let held = all.entry(key).or_insert_with(|| Held::new(of));
        if held.starts != of.starts {
            *held = Held::new(of);
        }
        if held.limit != of.limit {
            // Another limit: there may be some again. What was taken is still taken.
            held.limit = of.limit;
            held.exhausted = false;
        }
        work(held)
    }
}

impl Held {
    /// Whether an answer may cost one: as far as is known.
    const fn has_any(&self, of: &Allowance) -> bool {
        self.left > 0 || !(self.exhausted || of.limit == 0)
    }

    fn find(&mut self, of: &Allowance) -> Found {
        if self.spend() {
            Found::Spent
        } else if self.exhausted || of.limit == 0 {
            Found::Exhausted
        } else {
            Found::Wanted(self.wanted(of))
        }
    }

    fn spend(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.spent = self.spent.saturating_add(1);
        true
    }
}

#[cfg(test)]
mod tests;
