//! `/api/v3/…`, the management API (API reference A, B). What all resources have in common is shown at scope mappings.

pub(crate) mod fits;
pub(crate) mod harness;

mod applications;
mod authenticators;
mod authority;
mod bindings;
mod blueprints;
mod blueprints_export;
mod brands;
mod certificates;
mod consents;
mod events;
mod flows;
mod grants;
mod groups;
mod invitations;
mod lists;
mod mappings;
mod policies;
mod prompts;
mod providers;
mod quotas;
mod registered_clients;
mod retirement;
mod rotation;
mod scale;
mod schema;
mod scope_mappings;
mod sessions;
mod sources;
mod stages;
mod system;
mod terraform;
mod tokens;
mod transactional;
mod users;
