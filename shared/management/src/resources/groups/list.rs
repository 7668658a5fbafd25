//! The list of groups. As with people, its own items have what it is searched and put in order by; who is in which group
//! is in the items of the list of people. So a page costs a fixed number of requests, however many groups have how many
//! members; `attributes` are read with those whom the other filters leave over, a hundred a request.

use std::collections::BTreeSet;

use provider::group::{Group, GroupId};
use provider::ports::{Listed, ListedGroup};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::read;
use crate::endpoint::Api;
use crate::errors::{Errors, Refusal};
use crate::filter::{Filter, Form as Given, Row, Test};
use crate::operation::{Ask, Reply};
use crate::page::Page;
use crate::resources::users::attributes::{PARAMETER, Wanted};
use crate::resources::users::forest::Forest;
use crate::rows::Listing;

/// How it can be asked about.
pub const LISTING: Listing = Listing {
    filters: &[
        Filter::exact("is_superuser", Given::Bool),
        Filter::exact("members_by_pk", Given::Int)
            .of("users")
            .asks(Test::Among),
        Filter::exact("members_by_username", Given::Text)
            .of("usernames")
            .asks(Test::Among),
        Filter::exact("name", Given::Text),
    ],
    search: &["name", "is_superuser"],
    order: &["name", "pk"],
};

/// Other parameters.
pub const PARAMETERS: &[&str] = &[PARAMETER, "include_users"];

/// A page.
///
/// # Errors
/// Where the query is malformed, or behind the last page.
pub async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let wanted = Wanted::of(ask)?;
    let forest = Forest::read(api, ask).await?;
    let people = api.parts.people.roster(&ask.call.tenant.id).await?;
    let asked = Asked::of(ask, &people)?;
    let rows = forest.iter().map(|group| asked.row(group)).collect();
    let mut rows = LISTING.select(rows, ask)?;
    if let Some(wanted) = wanted {
        let groups = whole(api, ask, &rows).await?.into_iter();
        let are = groups.filter(|group| wanted.are(&group.attributes));
        let are: BTreeSet<String> = are.map(|group| group.id.0.to_string()).collect();
        rows.retain(|row| id_of(row).is_some_and(|id| are.contains(id)));
    }
    let (pagination, rows) = page.cut(rows)?;
    let groups = whole(api, ask, &rows).await?;
    let results = read::with_users(api, ask, (&forest, &people), &groups).await?;
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

fn id_of(row: &Row) -> Option<&str> {
    row.get("pk")?.as_str()
}

/// The groups of these rows, in their order. One that was removed a moment ago is not among them.
async fn whole(api: &Api, ask: &Ask<'_>, rows: &[Row]) -> Result<Vec<Group>, Refusal> {
    let ids = rows
        .iter()
        .filter_map(|row| Uuid::parse_str(id_of(row)?).ok());
    let ids: Vec<GroupId> = ids.map(GroupId).collect();
    Ok(api
        .parts
        .directory
        .several(&ask.call.tenant.id, &ids)
        .await?)
}

/// The members that are asked for, each with what they are asked for by.
struct Asked<'a>(Vec<(&'static str, Value, &'a Listed)>);

impl<'a> Asked<'a> {
    /// As the query says; they must be there.
    fn of(ask: &Ask<'_>, people: &'a [Listed]) -> Result<Self, Refusal> {
        let mut errors = Errors::default();
        let mut asked = Vec::new();
        let numbers = ask
            .query
            .all("members_by_pk")
            .map(|text| ("members_by_pk", text));
        let names = ask.query.all("members_by_username");
        let all = numbers.chain(names.map(|text| ("members_by_username", text)));
        for (name, text) in all.filter(|(_, text)| !text.is_empty()) {
            let number = text.parse::<u64>().ok().filter(|_| name == "members_by_pk");
            let found = people.iter().find(|person| match number {
                Some(pk) => person.pk == pk,
                None => name == "members_by_username" && person.username == text,
            });
            match (found, number) {
                (Some(person), Some(pk)) => asked.push(("users", pk.into(), person)),
                (Some(person), None) => asked.push(("usernames", text.into(), person)),
                (None, None) if name == "members_by_pk" => {} // the filter says what is wrong
                (None, _) => {
                    let text = format!(
                        "Select a valid choice. {text} is not one of the available choices."
                    );
                    errors.add(name, text);
                }
            }
        }
        errors.check()?;
        Ok(Self(asked))
    }

    fn row(&self, group: &ListedGroup) -> Row {
        let mut row = Map::new();
        row.insert("pk".to_owned(), json!(group.id));
        row.insert("name".to_owned(), group.name.as_str().into());
        row.insert("is_superuser".to_owned(), group.is_superuser.into());
        for (field, value, person) in &self.0 {
            let members = row.entry(*field).or_insert_with(|| json!([]));
            if let (true, Value::Array(members)) = (person.groups.contains(&group.id), members) {
                members.push(value.clone());
            }
        }
        row
    }
}
