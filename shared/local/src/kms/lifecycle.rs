//! Making, describing, listing, switching and deleting keys.

use std::sync::Arc;

use super::Emulator;
use super::algorithms::{KeySpec, KeyUsage, Member as _, Origin};
use super::error::{Exception, Fault};
use super::ids::{Arn, KeyId};
use super::keys::Material;
use super::paging::Page;
use super::state::{Key, Status};
use super::wire;

/// Longest description, in bytes.
const MAX_DESCRIPTION: usize = 8192;
/// Seconds in a day.
const DAY: u64 = 24 * 60 * 60;
/// Days between the order to delete a key and its deletion, unless told.
const DEFAULT_WINDOW_DAYS: i64 = 30;

/// `CreateKey`.
pub(crate) fn create(
    emulator: &Emulator,
    request: wire::CreateKey,
) -> Result<wire::Described, Fault> {
    let (spec, usage) = wanted(&request)?;
    let description = request.description.unwrap_or_default();
    if description.len() > MAX_DESCRIPTION {
        return Err(Fault::violated(
            &format!("Value of {} bytes at 'description'", description.len()),
            "Member must have length less than or equal to 8192",
        ));
    }
    // Before the lock is taken: an RSA key may take seconds, and nobody else should wait for it.
    let material = Arc::new(Material::generate(spec, usage)?);
    let id = KeyId::random()?;
    emulator.change(|state, created| {
        let status = Status::Enabled;
        let key = Key {
            id,
            spec,
            usage,
            description,
            created,
            status,
            material,
        };
        let key_metadata = (&key).into();
        state.keys.insert(id, key);
        Ok(wire::Described { key_metadata })
    })
}

/// What `CreateKey` asks for, if there is such a thing.
fn wanted(request: &wire::CreateKey) -> Result<(KeySpec, KeyUsage), Fault> {
    let spec = match (&request.key_spec, &request.customer_master_key_spec) {
        (Some(_), Some(_)) => {
            return Err(Fault::validation(
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. \
                 CustomerMasterKeySpec is deprecated.",
            ));
        }
        (Some(spec), None) => KeySpec::parse("keySpec", spec)?,
        (None, old) => KeySpec::or("customerMasterKeySpec", old.as_deref(), KeySpec::Symmetric)?,
    };
    Origin::or("origin", request.origin.as_deref(), Origin::AwsKms)?;
    if request.multi_region == Some(true) || request.custom_key_store_id.is_some() {
        return Err(Fault::new(
            Exception::Unsupported,
            "the emulator has neither multi-Region keys nor custom key stores",
        ));
    }
    let usage = match request.key_usage.as_deref() {
        Some(usage) => KeyUsage::parse("keyUsage", usage)?,
        None if spec == KeySpec::Symmetric => KeyUsage::EncryptDecrypt,
        None => {
            return Err(Fault::validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric \
                 encryption keys.",
            ));
        }
    };
    if spec.allows(usage) {
        return Ok((spec, usage));
    }
    Err(Fault::validation(format!(
        "KeyUsage {} is not compatible with KeySpec {}",
        usage.name(),
        spec.name()
    )))
}

/// `DescribeKey`.
pub(crate) fn describe(
    emulator: &Emulator,
    request: &wire::OnKey,
) -> Result<wire::Described, Fault> {
    let state = emulator.snapshot()?;
    let key_metadata = state.find(request.key_id.as_deref())?.into();
    Ok(wire::Described { key_metadata })
}

/// `GetPublicKey`.
pub(crate) fn public_key(
    emulator: &Emulator,
    request: &wire::OnKey,
) -> Result<wire::PublicHalf, Fault> {
    let state = emulator.snapshot()?;
    let key = state.find(request.key_id.as_deref())?.usable()?;
    let Some(public_key) = key.material.public_key()? else {
        return Err(Fault::new(
            Exception::Unsupported,
            format!(
                "{} is a symmetric key and has no public key.",
                Arn::key(key.id)
            ),
        ));
    };
    let (encryption_algorithms, signing_algorithms) = key.algorithms();
    Ok(wire::PublicHalf {
        key_id: Arn::key(key.id),
        public_key: public_key.into(),
        customer_master_key_spec: key.spec,
        key_spec: key.spec,
        key_usage: key.usage,
        encryption_algorithms,
        signing_algorithms,
    })
}

/// `ListKeys`.
pub(crate) fn list(emulator: &Emulator, request: &wire::List) -> Result<wire::KeyList, Fault> {
    let state = emulator.snapshot()?;
    let marker = |text: &str| text.parse::<KeyId>().ok();
    let page = Page::of(request, 100, marker, state.keys.keys().copied())?;
    let entry = |id: &KeyId| wire::KeyListEntry {
        key_id: *id,
        key_arn: Arn::key(*id),
    };
    Ok(wire::KeyList {
        keys: page.items.iter().map(entry).collect(),
        truncated: page.next.is_some(),
        next_marker: page.next.map(|id| id.to_string()),
    })
}

/// `EnableKey`.
pub(crate) fn enable(emulator: &Emulator, request: &wire::OnKey) -> Result<wire::Nothing, Fault> {
    switch(emulator, request, Status::Enabled)
}

/// `DisableKey`.
pub(crate) fn disable(emulator: &Emulator, request: &wire::OnKey) -> Result<wire::Nothing, Fault> {
    switch(emulator, request, Status::Disabled)
}

fn switch(
    emulator: &Emulator,
    request: &wire::OnKey,
    status: Status,
) -> Result<wire::Nothing, Fault> {
    emulator.change(|state, _| {
        let id = state.find_by_id(request.key_id.as_deref())?.kept()?.id;
        state.set_status(id, status);
        Ok(wire::Nothing)
    })
}

/// `ScheduleKeyDeletion`. The key is of no use from now on, and gone when the window has passed.
pub(crate) fn schedule_deletion(
    emulator: &Emulator,
    request: &wire::ScheduleKeyDeletion,
) -> Result<wire::DeletionScheduled, Fault> {
    let days = request
        .pending_window_in_days
        .unwrap_or(DEFAULT_WINDOW_DAYS);
    let days = u32::try_from(days)
        .ok()
        .filter(|days| (7..=30).contains(days))
        .ok_or_else(|| {
            Fault::violated(
                &format!("Value '{days}' at 'pendingWindowInDays'"),
                "Member must have value between 7 and 30",
            )
        })?;
    emulator.change(|state, now| {
        let id = state.find_by_id(request.key_id.as_deref())?.kept()?.id;
        let deletion_date = now.saturating_add(u64::from(days) * DAY);
        let status = Status::PendingDeletion(deletion_date);
        state.set_status(id, status);
        Ok(wire::DeletionScheduled {
            key_id: Arn::key(id),
            deletion_date,
            key_state: status.name(),
            pending_window_in_days: days,
        })
    })
}

/// `CancelKeyDeletion`. The key comes back disabled.
pub(crate) fn cancel_deletion(
    emulator: &Emulator,
    request: &wire::OnKey,
) -> Result<wire::DeletionCancelled, Fault> {
    emulator.change(|state, _| {
        let key = state.find_by_id(request.key_id.as_deref())?;
        let (id, arn) = (key.id, Arn::key(key.id));
        if key.status.deletion_date().is_none() {
            let message = format!("{arn} is not pending deletion.");
            return Err(Fault::new(Exception::InvalidState, message));
        }
        state.set_status(id, Status::Disabled);
        Ok(wire::DeletionCancelled { key_id: arn })
    })
}
