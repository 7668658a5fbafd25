//! `POST /application/o/token/` with `grant_type=authorization_code` (RFC 6749 §4.1.3, §5; RFC 7636 §4.5;
//! OpenID Connect Core §3.1.3).

mod answer;
mod binding;
mod claims;
mod encrypted;
mod pkce;
mod replay;
