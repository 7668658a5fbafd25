//! `cargo xtask`: the repository's own commands, with nothing to install.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::fuzz::Watched;
use xtask::release::Architecture;
use xtask::{
    bench, cost, faults, fuzz, hooks, items, paint, release, reproduce, sbom, template, tidy,
    tools, verify, watch, workspace,
};

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
    /// Measure the release binaries: size, cold start, CPU, memory, AWS calls. `--write` records it, `--check` compares with it.
    Bench {
        /// Passed on to the measuring program; `-- --help` lists them.
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "ARGUMENT"
        )]
        arguments: Vec<String>,
    },
    /// Make calls to AWS fail under load, and look for what may never happen (docs/faults.md).
    Faults {
        /// Passed on to the program, after `--`; `-- --help` lists them.
        #[arg(last = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Run the functions' binaries under mixed load for an hour, and look at their memory (docs/faults.md).
    Soak {
        /// Passed on to the program, after `--`; `-- --help` lists them.
        #[arg(last = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// What requests cost on AWS: the tables of docs/cost.md, from docs/performance.json and the price table.
    Cost {
        /// Write them into docs/cost.md.
        #[arg(long)]
        write: bool,
    },
    /// Run the fuzz targets of tests/fuzz (docs/supply-chain.md).
    Fuzz {
        /// How long each runs.
        #[arg(long, default_value_t = fuzz::SECONDS_IN_CI)]
        seconds: u64,
        /// Watch the code of dependencies too, built by cargo-fuzz: slower to build, and finds more.
        #[arg(long)]
        all_crates: bool,
        /// Targets to run; all when none is named.
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
    },
    /// Write the bill of materials of each function beside its zip: what it links.
    Sbom {
        /// Functions; all when none is named.
        #[arg(value_name = "FUNCTION")]
        functions: Vec<String>,
    },
    /// Build a function twice, in two folders, and compare the zips.
    Reproduce {
        /// The function.
        #[arg(value_name = "FUNCTION", default_value = "jwks")]
        function: String,
        /// For x86-64 instead of arm64.
        #[arg(long = "x86-64")]
        x86_64: bool,
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
    /// Record the items that are written today, where they look otherwise than those of before (docs/storage.md).
    Items,
    /// Lint infra/template.yaml with cfn-lint and `sam validate`, and check what no linter asks for.
    Template {
        /// Write the part that is the same for each function, from infra/each-function.yaml.
        #[arg(long)]
        write: bool,
    },
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
        } => release::build(Architecture::of(x86_64), &functions),
        Xtask::Bench { arguments } => bench::bench(&arguments),
        Xtask::Faults { arguments } => faults::faults(&arguments),
        Xtask::Soak { arguments } => faults::soak(&arguments),
        Xtask::Cost { write } => cost::cost(write),
        Xtask::Fuzz {
            seconds,
            all_crates,
            targets,
        } => {
            let watched = if all_crates {
                Watched::All
            } else {
                Watched::Ours
            };
            fuzz::fuzz(watched, seconds, &targets)
        }
        Xtask::Sbom { functions } => sbom::write(Architecture::Arm64, &functions),
        Xtask::Reproduce { function, x86_64 } => {
            reproduce::reproduce(Architecture::of(x86_64), &function)
        }
        Xtask::Paint { issuer } => paint::paint(issuer.as_deref()),
        Xtask::Tidy => verify::tidy(),
        Xtask::Specifications => tidy::write(&workspace::root()),
        Xtask::Items => items::record(),
        Xtask::Template { write: true } => template::write(&workspace::root()),
        Xtask::Template { write: false } => verify::template(),
        Xtask::Deny => verify::deny(),
        Xtask::Hooks => hooks::install(),
        Xtask::Tools => tools::fetch_all(),
    }
}
