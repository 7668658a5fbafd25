//! `latchkey tenant list` and `show`.

use local::backend::Backend;
use local::tenants;
use protocol::{TenantId, Timestamp};
use provider::ports::Hosted;
use provider::tenant::Limits;
use serde_json::{Value, json};

use super::{Named, say, tenant_id};
use crate::place::Place;

/// Lists tenants: two requests each.
#[derive(clap::Args)]
pub(crate) struct List {
    /// At most so many.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: u32,
    /// Those after this one.
    #[arg(long, value_name = "NAME", value_parser = tenant_id)]
    after: Option<TenantId>,
    /// As lines of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Says what a tenant is.
#[derive(clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    named: Named,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let entered = self.place.enter().await?;
        let listed = self.lines(&entered.backend).await;
        entered.close().await;
        for line in listed? {
            say(&line);
        }
        Ok(())
    }

    async fn lines(&self, backend: &Backend) -> anyhow::Result<Vec<String>> {
        let list = backend.stores.tenant_list();
        let page = list.page(self.after.as_ref(), self.limit).await?;
        let mut lines = Vec::new();
        for id in &page {
            let hosted = backend.stores.brands().at_hosts(id).await?;
            let told = told(id, &hosted);
            lines.push(if self.json {
                told.to_string()
            } else {
                line(id, &hosted)
            });
        }
        let is_full = u32::try_from(page.len()).is_ok_and(|count| count == self.limit);
        if let Some(last) = page.last().filter(|_| is_full && !self.json) {
            lines.push(format!("There may be more: --after {last}"));
        }
        Ok(lines)
    }
}

impl Show {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let entered = self.named.place.enter().await?;
        let shown = self.told(&entered.backend).await;
        entered.close().await;
        let shown = shown?;
        if self.json {
            say(&shown.to_string());
            return Ok(());
        }
        for (name, value) in shown.as_object().into_iter().flatten() {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            say(&format!("{name:<14}{value}"));
        }
        Ok(())
    }

    async fn told(&self, backend: &Backend) -> anyhow::Result<Value> {
        let id = &self.named.name;
        let hosted = tenants::hosts(backend, id).await?;
        let mut told = told(id, &hosted);
        let estate = backend.stores.estate();
        let counts = [
            ("people", estate.people(id).await?),
            ("applications", estate.applications(id).await?),
        ];
        if let Some(told) = told.as_object_mut() {
            told.extend(counts.map(|(name, count)| (name.to_owned(), count.into())));
        }
        Ok(told)
    }
}

fn told(id: &TenantId, hosted: &[Hosted]) -> Value {
    let first = hosted.first().map(|it| &it.tenant);
    let suspended = closed(hosted).filter(|(_, open)| open.is_empty());
    let suspended = suspended.map(|(at, _)| at);
    json!({
        "name": id.as_str(),
        "hosts": hosted.iter().map(|it| &it.host).collect::<Vec<_>>(),
        "base_url": first.map(|tenant| &tenant.base_url),
        "title": first.map(|tenant| tenant.brand.title()),
        "suspended": suspended.map(Timestamp::rfc3339),
        "limits": first.map(|tenant| tenant.limits),
    })
}

/// Since when it is suspended, and at which hosts it is open all the same; `None`: it is not suspended.
fn closed(hosted: &[Hosted]) -> Option<(Timestamp, Vec<&str>)> {
    let since = hosted.iter().find_map(|it| it.tenant.suspended)?;
    let open = hosted.iter().filter(|it| it.tenant.suspended.is_none());
    Some((since, open.map(|it| it.host.as_str()).collect()))
}

fn line(id: &TenantId, hosted: &[Hosted]) -> String {
    let hosts: Vec<&str> = hosted.iter().map(|it| it.host.as_str()).collect();
    let state = match closed(hosted) {
        Some((at, open)) if open.is_empty() => format!("suspended {}", at.rfc3339()),
        Some((_, open)) => format!("open at {} (suspend it again)", open.join(", ")),
        None if hosted.is_empty() => "being removed".to_owned(),
        None => "open".to_owned(),
    };
    format!("{id}\t{state}\t{}", hosts.join(" "))
}

/// Limits in words.
pub(super) fn limits(limits: &Limits) -> String {
    let told = [
        ("token requests a second", limits.token_rate.map(u64::from)),
        (
            "sign-in requests a second",
            limits.sign_in_rate.map(u64::from),
        ),
        ("tokens a month", limits.tokens_per_month),
        ("people", limits.people),
        ("applications", limits.applications),
    ];
    let told = told.into_iter();
    let told = told.filter_map(|(what, limit)| Some(format!("{} {what}", limit?)));
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        "no limits".to_owned()
    } else {
        format!("at most {}", told.join(", "))
    }
}
