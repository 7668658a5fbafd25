//! What the laptop starts with: fixtures (docs/fixture.md), and the commands it prints.

mod again;
mod commands;
pub(crate) mod fixture;
mod flows;
mod shell;
