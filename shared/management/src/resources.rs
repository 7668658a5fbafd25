//! The resources, a file each.

pub mod applications;
pub mod authenticators;
pub mod brands;
pub mod certificates;
pub mod common;
pub mod crud;
pub mod events;
pub mod flows;
pub mod groups;
pub mod invitations;
pub mod ledger;
pub mod numbered;
pub mod policies;
pub mod prompts;
pub mod property_mappings;
pub mod providers;
pub mod registered_clients;
pub mod sources;
pub mod stages;
pub mod standard;
pub mod system;
pub mod tokens;
pub mod transactional;
pub mod types;
pub mod used_by;
pub mod users;
pub mod whom;

use crate::operation::Operation;

/// The operations of all resources.
pub fn operations() -> Vec<Operation> {
    let all = [
        property_mappings::operations(),
        policies::operations(),
        certificates::operations(),
        sources::operations(),
        providers::operations(),
        applications::operations(),
        transactional::operations(),
        brands::operations(),
        flows::operations(),
        invitations::operations(),
        prompts::operations(),
        stages::operations(),
        users::operations(),
        groups::operations(),
        tokens::operations(),
        ledger::operations(),
        system::operations(),
        events::operations(),
        registered_clients::operations(),
        authenticators::operations(),
        crate::blueprint::export::answer::operations(),
        crate::blueprint::instance::operations(),
        crate::schema::operations(),
    ];
    all.into_iter().flatten().collect()
}
