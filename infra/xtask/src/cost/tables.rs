//! The tables of docs/cost.md.

mod format;
mod keys;
mod month;
mod requests;

use std::collections::BTreeMap;

use anyhow::Result;

use super::bill::Bill;
use super::deployed::Deployed;
use super::measured::{Measured, Work};
use super::model::{ASSUMED, Door, Setting, SigningKey, bill};
use super::prices::Prices;

#[cfg(test)]
pub(super) use format::money;

const MILLION: f64 = 1e6;

/// All that the tables are made of.
pub(super) struct Sources {
    /// The price table.
    pub(super) prices: Prices,
    /// What was measured.
    pub(super) measured: Measured,
    /// What is deployed.
    pub(super) deployed: Deployed,
}

/// A table's name in the document, and what makes it.
type Table = (&'static str, fn(&Sources) -> Result<String>);

/// All tables, by the names of their places in the document.
pub(super) const TABLES: [Table; 7] = [
    ("requests", requests::requests),
    ("parts", requests::parts),
    ("keys", keys::keys),
    ("fixed", month::fixed),
    ("month", month::month),
    ("sensitivity", keys::sensitivity),
    ("prices", format::prices),
];

impl Sources {
    fn setting(&self, function: &str, door: Door) -> Result<Setting> {
        Ok(Setting {
            memory_mb: self.deployed.memory_mb(function)?,
            door,
            key: SigningKey::Other,
        })
    }

    /// The bill of one request.
    pub(super) fn of(&self, function: &str, request: &str, door: Door) -> Result<Bill> {
        let work = &self.measured.row(function, request)?.work;
        let setting = self.setting(function, door)?;
        bill(work, 1.0, setting, &self.prices, &ASSUMED)
    }

    /// The bill of a whole sign-in: time and calls of each of its requests, in the memory of its function, and the units and
    /// bytes of all together.
    pub(super) fn login(&self, door: Door) -> Result<Bill> {
        let login = self.measured.login()?;
        let whole = Work {
            calls: BTreeMap::new(),
            first_calls: BTreeMap::new(),
            cpu_ms: 0.0,
            ..login.work.clone()
        };
        let setting = self.setting("flow", door)?;
        let mut sum = bill(&whole, 0.0, setting, &self.prices, &ASSUMED)?;
        for step in &login.steps {
            let work = self.measured.work_of(step)?;
            let setting = self.setting(&step.function, door)?;
            sum = sum.plus(bill(&work, 1.0, setting, &self.prices, &ASSUMED)?);
        }
        Ok(sum)
    }
}
