//! `cargo xtask`: the repository's own commands, with nothing to install.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::release::Architecture;
use xtask::{bench, hooks, paint, release, tidy, tools, verify, watch, workspace};

/// Latchkey's own commands. Tools they need are fetched into ~/.cache/latchkey (or `LATCHKEY_TOOLS`).
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Xtask,
}

#[derive(Subcommand)]
enum Xtask {
    /// Everything that must hold: format, tidy, template, deny, clippy and all tests. CI runs exactly this.
    Test {
        /// Passed on to `cargo test`, after `--`.
        #[arg(last = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Run the Lambda binaries here, over DynamoDB Local and the KMS emulator, and rebuild them on change.
    Watch {
        /// Port of the issuer on 127.0.0.1.
        #[arg(long, default_value_t = 9000)]
        port: u16,
        /// URL that browsers see, when a TLS proxy stands in front [default: `http://localhost:PORT`].
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
        /// YAML of applications, providers and users to load.
        #[arg(long, value_name = "FILE")]
        fixture: Option<PathBuf>,
    },
    /// Build the functions for AWS Lambda and print their sizes.
    Build {
        /// For arm64, as deployed; the default.
        #[arg(long, conflicts_with = "x86_64")]
        arm64: bool,
        /// For x86-64.
        #[arg(long = "x86-64")]
        x86_64: bool,
        /// Functions to build; all when none is named.
        #[arg(value_name = "FUNCTION")]
        functions: Vec<String>,
    },
    /// Measure the release binaries: size, cold start, CPU, memory.
    Bench {
        /// Passed on to the measuring program, after `--`; `-- --help` lists them.
        #[arg(last = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Measure the first paint of the sign-in page: requests, bytes, time.
    Paint {
        /// Any address of a running issuer; without it, one is started here.
        #[arg(long, value_name = "URL")]
        issuer: Option<String>,
    },
    /// Check crate edges, the copies of the route table, file sizes and the rest of the house rules.
    Tidy,
    /// Write docs/specifications.md anew, from the names of the tests.
    Specifications,
    /// Lint infra/template.yaml with cfn-lint and `sam validate`.
    Template,
    /// Check dependencies: bans, licences, sources.
    Deny,
    /// Let git run .githooks/pre-commit (format and tidy) in this clone.
    Hooks,
    /// Fetch everything the tests need and print where it is.
    Tools,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Xtask) -> Result<()> {
    match command {
        Xtask::Test { arguments } => verify::test(&arguments),
        Xtask::Watch {
            port,
            public_url,
            fixture,
        } => watch::watch(&watch::Options {
            port,
            public_url,
            fixture,
        }),
        Xtask::Build {
            x86_64,
            functions,
            arm64: _,
        } => {
            let architecture = if x86_64 {
                Architecture::X86_64
            } else {
                Architecture::Arm64
            };
            release::build(architecture, &functions)
        }
        Xtask::Bench { arguments } => bench::bench(&arguments),
        Xtask::Paint { issuer } => paint::paint(issuer.as_deref()),
        Xtask::Tidy => verify::tidy(),
        Xtask::Specifications => tidy::write(&workspace::root()),
        Xtask::Template => verify::template(),
        Xtask::Deny => verify::deny(),
        Xtask::Hooks => hooks::install(),
        Xtask::Tools => tools::fetch_all(),
    }
}
