//! What the laptop starts with: fixtures (docs/fixture.md), and the commands it prints.

mod commands;
mod fixture;
mod shell;
