//! Aliases.

use super::Emulator;
use super::algorithms::KeySpec;
use super::error::{Exception, Fault};
use super::ids::{AliasName, Arn, KeyId, KeyRef};
use super::paging::Page;
use super::state::{Alias, Key, State, no_alias};
use super::wire;

/// `CreateAlias`.
pub(crate) fn create(emulator: &Emulator, request: &wire::OnAlias) -> Result<wire::Nothing, Fault> {
    let name = name_of(request)?;
    emulator.change(|state, now| {
        let target = target_of(state, request)?;
        if state.aliases.contains_key(&name) {
            return Err(Fault::new(
                Exception::AlreadyExists,
                format!(
                    "An alias with the name {} already exists",
                    Arn::alias(&name)
                ),
            ));
        }
        state.aliases.insert(
            name,
            Alias {
                target,
                created: now,
                updated: now,
            },
        );
        Ok(wire::Nothing)
    })
}

/// `UpdateAlias`: points it at another key of the same kind.
pub(crate) fn update(emulator: &Emulator, request: &wire::OnAlias) -> Result<wire::Nothing, Fault> {
    let name = name_of(request)?;
    emulator.change(|state, updated| {
        let target = target_of(state, request)?;
        let old = *state.aliases.get(&name).ok_or_else(|| no_alias(&name))?;
        let (was, will) = (state.key(old.target)?, state.key(target)?);
        let symmetric = |key: &Key| key.spec == KeySpec::Symmetric;
        if was.usage != will.usage || symmetric(was) != symmetric(will) {
            return Err(Fault::validation(
                "The current and the new key of an alias must be of the same type and usage",
            ));
        }
        state.aliases.insert(
            name,
            Alias {
                target,
                updated,
                ..old
            },
        );
        Ok(wire::Nothing)
    })
}

/// `DeleteAlias`. The key stays.
pub(crate) fn delete(emulator: &Emulator, request: &wire::OnAlias) -> Result<wire::Nothing, Fault> {
    let name = name_of(request)?;
    emulator.change(|state, _| match state.aliases.remove(&name) {
        Some(_) => Ok(wire::Nothing),
        None => Err(no_alias(&name)),
    })
}

/// `ListAliases`, of one key if it is named.
pub(crate) fn list(emulator: &Emulator, request: &wire::List) -> Result<wire::AliasList, Fault> {
    let state = emulator.snapshot()?;
    let key = match &request.key_id {
        None => None,
        named => Some(state.find_by_id(named.as_deref())?.id),
    };
    let of_key = |alias: &Alias| key.is_none_or(|key| key == alias.target);
    let aliases = state.aliases.iter().filter(|(_, alias)| of_key(alias));
    let marker = |text: &str| AliasName::parse(text).ok();
    let page = Page::of(request, 50, marker, aliases.map(|(name, _)| name.clone()))?;
    let entry = |name: &AliasName| {
        let alias = state.aliases.get(name)?;
        Some(wire::AliasListEntry {
            alias_name: name.as_str().to_owned(),
            alias_arn: Arn::alias(name),
            target_key_id: alias.target,
            creation_date: alias.created,
            last_updated_date: alias.updated,
        })
    };
    Ok(wire::AliasList {
        aliases: page.items.iter().filter_map(entry).collect(),
        truncated: page.next.is_some(),
        next_marker: page.next.map(|name| name.as_str().to_owned()),
    })
}

fn name_of(request: &wire::OnAlias) -> Result<AliasName, Fault> {
    let name = request
        .alias_name
        .as_deref()
        .ok_or_else(|| Fault::missing("aliasName"))?;
    AliasName::parse(name)
}

/// The key that an alias is to point at: a key, not another alias, and one that is to stay.
fn target_of(state: &State, request: &wire::OnAlias) -> Result<KeyId, Fault> {
    match KeyRef::parse("targetKeyId", request.target_key_id.as_deref())? {
        KeyRef::Key(id) => Ok(state.key(id)?.kept()?.id),
        KeyRef::Alias(_) => Err(Fault::validation("Aliases must refer to keys. Not aliases")),
    }
}
