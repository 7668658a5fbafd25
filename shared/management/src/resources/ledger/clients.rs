//! What stands behind a client's id: its provider and application. What was given to a client without either is good for
//! nothing, and is not listed.

use std::collections::BTreeMap;

use protocol::ClientId;
use provider::config::{Application, Config, Provider};

/// The providers and applications of all clients.
pub struct Clients<'a>(BTreeMap<&'a str, (&'a Provider, &'a Application)>);

impl<'a> Clients<'a> {
    /// Of this configuration.
    pub fn of(config: &'a Config) -> Self {
        let applications = config.applications();
        let clients = applications.filter_map(|application| {
            let provider = config.provider(application.provider?)?;
            Some((provider.client_id.as_str(), (provider, application)))
        });
        Self(clients.collect())
    }

    /// Of this client.
    pub fn get(&self, client: &ClientId) -> Option<(&'a Provider, &'a Application)> {
        self.0.get(client.as_str()).copied()
    }
}
