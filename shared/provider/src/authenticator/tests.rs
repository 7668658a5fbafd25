//! Codes and their pictures, by the vectors of the standards.

mod codes;
mod qr;
mod totp;
