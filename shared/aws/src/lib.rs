//! AWS: the only crate that names its SDK. [`dynamodb`] and [`kms`] stand behind the ports of
//! `provider`, [`lambda`] in front of its endpoints, and [`settings`] is the only reader of the
//! environment.

mod bounded;
mod clients;
pub mod dynamodb;
mod error;
mod failure;
mod jwe;
pub mod kms;
pub mod lambda;
mod ports;
mod ses;
pub mod settings;
pub mod sqs;

pub use clients::Clients;
pub use dynamodb::{SecondName, Stores, create_table};
pub use error::Error;
pub use jwe::Jwe;
pub use kms::{Custody, Keys, envelope_key};
pub use lambda::Runtime;
pub use ports::{Outside, Ports};
pub use ses::Ses;
