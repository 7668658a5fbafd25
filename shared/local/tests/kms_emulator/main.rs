//! The KMS emulator through the real SDK, and its signatures through other people's code: the
//! `openssl` command and a JOSE library.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod aliases;
mod concurrency;
mod data_keys;
mod encrypt;
mod harness;
mod http;
mod jose;
mod keys;
mod openssl;
mod restart;
mod sign;
