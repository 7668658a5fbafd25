//! What specifications forbid, at each place where it could come in: each rule is asked of every place at once.

mod fapi;
mod forged;
mod front;
mod inside;
mod json;
mod jwts;
mod metadata;
mod places;
mod registering;
