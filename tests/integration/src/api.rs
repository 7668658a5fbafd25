//! `/api/v3/…`, the management API (API reference A, B). What all resources have in common is shown at scope mappings.

pub(crate) mod fits;
pub(crate) mod harness;

mod applications;
mod authority;
mod bindings;
mod brands;
mod certificates;
mod flows;
mod groups;
mod invitations;
mod lists;
mod mappings;
mod policies;
mod prompts;
mod providers;
mod schema;
mod scope_mappings;
mod sources;
mod stages;
mod system;
mod tokens;
mod transactional;
mod users;
