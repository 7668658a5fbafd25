//! Reads the table itself, once everything has come to rest: what belongs together is there together.

mod accounts;
mod configuration;
mod grants;
mod secrets;
mod table;

use aws::Ports as _;
use provider::config::Configuration;

use crate::actor::{Actor, Stage};
use crate::model::Model;
use crate::world::World;
use table::Table;

/// Holds the table against the rules.
pub(crate) async fn audit(world: &World, stage: &Stage, actors: &[Actor]) -> anyhow::Result<()> {
    let table = Table::read(world).await?;
    if let Some(path) = std::env::var_os("FAULTS_DUMP") {
        table.dump(std::path::Path::new(&path))?;
    }
    let rules = Rules {
        table: &table,
        model: &stage.model,
    };
    rules.grants();
    rules.accounts();
    rules.people(actors);
    rules.configuration();
    rules.secrets();
    let direct = &world.direct;
    let scripts = direct.scripts(std::sync::Arc::clone(&direct.engine));
    let configuration = Configuration::new(direct.stores.config(), scripts);
    configuration.refresh(&world.seeded.tenant.id).await?;
    rules.as_compiled_anew(&Table::read(world).await?);
    rules.names_are_known();
    Ok(())
}

/// A table, and where to say what is wrong with it.
pub(crate) struct Rules<'a> {
    table: &'a Table,
    model: &'a Model,
}

/// The forms of all keys, as the schema's own tests have them.
const KEYS: &str = include_str!("../../../shared/aws/src/dynamodb/schema/tests.rs");

impl Rules<'_> {
    /// Where nothing may be left, nothing is found under a name that nobody uses either.
    fn names_are_known(&self) {
        for name in ["GROUPERRANDS", "REPAIR"] {
            let known = KEYS.contains(&format!("T#a#{name}/"));
            self.hold("what is not there would be found", known, || {
                format!("the schema has no {name}")
            });
        }
    }

    /// Something belongs to something else, which has to be there too.
    fn hold(&self, rule: &'static str, holds: bool, what: impl FnOnce() -> String) {
        if holds {
            self.model.fact(rule);
        } else {
            self.model
                .violation(&format!("the table: {rule}: {}", what()));
        }
    }
}
