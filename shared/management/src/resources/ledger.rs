//! What people were given (API reference B6): consents, codes, refresh tokens, access tokens and sessions. Superusers see and
//! end all of them, anybody else their own.
//!
//! Reading order: [`given`], [`list`], and then a file for each.

pub mod clients;
pub mod consents;
pub mod given;
pub mod grants;
pub mod id_token;
pub mod list;
pub mod sessions;
pub mod shape;
pub mod tokens;

use crate::operation::Operation;

/// All of their operations.
pub fn operations() -> Vec<Operation> {
    let all = [
        given::operations::<consents::Consents>(),
        given::operations::<tokens::AccessTokens>(),
        given::operations::<grants::Codes>(),
        given::operations::<grants::RefreshTokens>(),
        sessions::operations(),
    ];
    all.into_iter().flatten().collect()
}
