//! `latchkey apply`: makes a state folder what a blueprint says (docs/blueprints.md).

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use local::clock::now;
use management::blueprint::{Applied, Environment, Options, apply_inside, lines};
use management::endpoint::LARGEST_BODY;
use serde_json::{Map, Value};

use crate::opened::Opened;

/// Makes what a blueprint says: authentik's files are taken as they are. Stop latchkey first, or POST the file to
/// /api/v3/managed/blueprints/.
#[derive(clap::Args)]
pub(crate) struct Apply {
    /// The file; `-` reads the standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
    /// The folder that a latchkey has run on.
    #[arg(long, value_name = "FOLDER", default_value = ".latchkey")]
    state: PathBuf,
    /// What !Context looks up; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    context: Vec<String>,
    /// Pass over what Latchkey has nothing like, such as outposts.
    #[arg(long)]
    skip_unsupported: bool,
}

impl Apply {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        // Everything that can be wrong with the command line is said before anything is opened.
        let text = read(&self.file)?;
        let options = Options {
            context: context(&self.context)?,
            environment: Environment::Of(environment()),
            dry_run: self.dry_run,
            skip_unsupported: self.skip_unsupported,
        };
        let opened = Opened::at(&self.state).await?;
        let at = (Arc::clone(&opened.tenant), now());
        let applied = apply_inside(&opened.api, at, &text, &options).await;
        opened.close().await;
        let applied = applied.map_err(|refusal| anyhow!(lines(&refusal).join("\n")))?;
        print(&applied, self.dry_run);
        Ok(())
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let most = LARGEST_BODY as u64 + 1;
    if file.as_os_str() == "-" {
        std::io::stdin().take(most).read_to_end(&mut bytes)?;
    } else {
        let open = std::fs::File::open(file);
        let open = open.with_context(|| format!("cannot read {}", file.display()))?;
        open.take(most).read_to_end(&mut bytes)?;
    }
    if bytes.len() > LARGEST_BODY {
        bail!("{} is larger than {LARGEST_BODY} bytes", file.display());
    }
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", file.display()))
}

/// What is no UTF-8 cannot stand in a blueprint.
fn environment() -> BTreeMap<String, String> {
    let all = std::env::vars_os();
    let texts =
        all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    texts.collect()
}

fn context(given: &[String]) -> anyhow::Result<Map<String, Value>> {
    let pairs = given.iter().map(|pair| {
        let (name, value) = pair
            .split_once('=')
            .with_context(|| format!("--context is NAME=VALUE, not {pair:?}"))?;
        Ok((name.to_owned(), value.into()))
    });
    pairs.collect()
}

#[allow(
    clippy::print_stdout,
    reason = "the difference is the command's output"
)]
fn print(applied: &Applied, dry_run: bool) {
    for outcome in &applied.outcomes {
        println!("{outcome}");
    }
    let changed = applied.outcomes.iter().filter(|it| it.changes_something());
    match (changed.count(), dry_run) {
        (0, _) => println!("Nothing to do: all of it is so already."),
        (1, true) => println!("1 object would change. Nothing was written."),
        (count, true) => println!("{count} objects would change. Nothing was written."),
        (1, false) => println!("1 object changed."),
        (count, false) => println!("{count} objects changed."),
    }
}
