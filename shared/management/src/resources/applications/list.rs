//! Which applications somebody may use (API reference B2).

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use provider::config::Config;
use provider::policies::Ruling;
use provider::ports::ObjectKind;
use provider::user::User;
use serde_json::{Value, json};

use super::Applications;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::operation::{Ask, Reply};
use crate::page::Page;
use crate::resources::crud::{self, Kind};
use crate::resources::whom;

/// For how many applications policies are asked at the same time.
const AT_ONCE: usize = 4;

/// A page of the applications that the caller may use, or `for_user`; of all, where a superuser asks for these. As in
/// authentik those they may not use are left out of the page that they would stand on.
///
/// # Errors
/// Where the query is malformed, or behind the last page.
pub async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    if ask.is_superuser() && ask.query.flag("superuser_full_list", false) {
        return crud::list::<Applications>(api, ask).await;
    }
    let page = Page::of(ask)?;
    let user = match ask.query.one(whom::PARAMETER) {
        Some(_) if !ask.is_superuser() => return Err(whom::unknown()),
        Some(_) => whom::named(api, ask).await?,
        None => None,
    };
    let user = match user {
        Some(user) => user,
        None => ask.caller()?.user.clone(),
    };
    let config = api.config(ask).await?;
    let objects = config.of_kind(ObjectKind::Application);
    let rows = objects
        .map(|object| Applications::row(&config, object))
        .collect();
    let (pagination, mut rows) = page.cut(Applications::LISTING.select(rows, ask)?)?;
    if ask.query.flag("only_with_launch_url", false) {
        rows.retain(|row| row.get("launch_url").is_some_and(Value::is_string));
    }
    let rows = usable(api, ask, &config, &user, rows).await?;
    let results = Applications::complete(api, ask, &config, rows).await?;
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// Those of the rows that this user may use.
async fn usable(
    api: &Api,
    ask: &Ask<'_>,
    config: &Config,
    user: &User,
    rows: Vec<Row>,
) -> Result<Vec<Row>, Refusal> {
    let asked = rows.into_iter().map(|row| async move {
        let slug = row.get("slug").and_then(Value::as_str).unwrap_or_default();
        let stored = Applications::find(config, slug);
        let Some(application) = stored.and_then(|stored| stored.object.as_application()) else {
            return Ok(None);
        };
        let policies = &api.parts.policies;
        let ruling = policies.may_use(ask.call, config, application, user);
        let ruling = Box::pin(ruling).await?;
        Ok::<_, Refusal>((ruling == Ruling::Pass).then_some(row))
    });
    let usable = stream::iter(asked).buffered(AT_ONCE);
    let usable = usable.try_filter_map(|row| async move { Ok(row) });
    usable.try_collect().await
}
