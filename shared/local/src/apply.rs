//! `latchkey apply`: makes a state folder what a blueprint says (docs/blueprints.md).

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use local::clock::now;
use management::blueprint::{Applied, Environment, Options, apply_inside, lines};
use management::endpoint::LARGEST_BODY;
use protocol::TenantId;
use serde_json::{Map, Value};

use crate::opened::Opened;
use crate::place::Place;
use crate::tenant::tenant_id;

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
    #[command(flatten)]
    place: Place,
    /// The tenant, where there are several.
    #[arg(long, value_name = "NAME", value_parser = tenant_id)]
    tenant: Option<TenantId>,
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
        let opened = Opened::at(&self.place, self.tenant.as_ref()).await?;
        let at = (Arc::clone(&opened.tenant), now());
        let applied = apply_inside(&opened.api, at, &text, &options).await;
        let unheard = opened.unheard();
        opened.close().await;
        let applied = applied.map_err(|refusal| anyhow!(lines(&refusal).join("\n")))?;
        print(&applied, self.dry_run, unheard);
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

/// What ended sessions and was told to nobody, as the queue of logouts is the functions' and a running latchkey's.
fn nobody_heard(notices: usize) -> Option<String> {
    (notices > 0).then(|| {
        format!(
            "Sessions ended, and {notices} logout notices were sent to no client: this command sends none. Those clients find \
             out when they next ask for a token. To tell them, POST such files to /api/v3/managed/blueprints/."
        )
    })
}

#[allow(
    clippy::print_stdout,
    reason = "the difference is the command's output"
)]
fn print(applied: &Applied, dry_run: bool, unheard: usize) {
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
    if let Some(told) = nobody_heard(unheard) {
        println!("{told}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_how_many_logout_notices_nobody_got() {
        assert_eq!(nobody_heard(0), None);
        let told = nobody_heard(3).unwrap();
        assert!(told.contains("3 logout notices"), "{told}");
    }
}
