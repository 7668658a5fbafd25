//! The price table: `prices.toml`, with where and when each price was seen.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

const TABLE: &str = include_str!("prices.toml");

/// The whole table.
#[derive(Debug, Deserialize)]
pub(super) struct Prices {
    /// AWS region of the prices.
    pub(super) region: String,
    /// The month of the newest price.
    pub(super) as_of: String,
    price: BTreeMap<String, Price>,
    /// What others ask for a month with so many people.
    #[serde(rename = "peer")]
    pub(super) peers: Vec<Peer>,
    /// What Cognito asks for clients that are machines.
    pub(super) cognito_machines: Machines,
}

/// One price.
#[derive(Debug, Deserialize)]
pub(super) struct Price {
    /// United States dollars.
    pub(super) dollars: f64,
    /// For how many.
    pub(super) per: f64,
    /// Of what.
    pub(super) unit: String,
    /// Where it stands.
    pub(super) source: String,
    /// The month in which it was seen there.
    pub(super) seen: String,
}

/// A peer that asks for each person who was active in a month.
#[derive(Debug, Deserialize)]
pub(super) struct Peer {
    /// What it is called.
    pub(super) name: String,
    /// Where its price stands.
    pub(super) source: String,
    /// The month in which it was seen there.
    pub(super) seen: String,
    tiers: Vec<Tier>,
}

#[derive(Debug, Deserialize)]
struct Tier {
    from: f64,
    dollars: f64,
}

/// Cognito's price of machine to machine.
#[derive(Debug, Deserialize)]
pub(super) struct Machines {
    /// Dollars for each client and month.
    pub(super) client_month: f64,
    /// Dollars for each token.
    pub(super) token: f64,
    /// Where it stands.
    pub(super) source: String,
    /// The month in which it was seen there.
    pub(super) seen: String,
}

impl Prices {
    /// The table of this build.
    ///
    /// # Errors
    /// When it is not in order.
    pub(super) fn of_this_build() -> Result<Self> {
        toml::from_str(TABLE).context("prices.toml")
    }

    /// Dollars for one of what `name` prices.
    ///
    /// # Errors
    /// When there is no such price.
    pub(super) fn one(&self, name: &str) -> Result<f64> {
        let price = self.price.get(name);
        let price = price.with_context(|| format!("prices.toml has no price.{name}"))?;
        Ok(price.dollars / price.per)
    }

    /// All of them, by name.
    pub(super) fn all(&self) -> impl Iterator<Item = &Price> {
        self.price.values()
    }
}

impl Peer {
    /// Dollars for a month in which so many people were active.
    pub(super) fn month(&self, people: f64) -> f64 {
        let ends = self.tiers.iter().skip(1).map(|next| next.from);
        let ends = ends.chain([f64::INFINITY]);
        let tiers = self.tiers.iter().zip(ends);
        tiers
            .map(|(tier, end)| (people.min(end) - tier.from).max(0.0) * tier.dollars)
            .sum()
    }
}
