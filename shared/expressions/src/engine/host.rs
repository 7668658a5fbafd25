//! What a running expression asks of us: users, policies, digests, random bytes.

use std::collections::BTreeMap;

use md5::Md5;
use monty_types::{ExcType, ExtFunctionResult, MontyException, MontyObject};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::Link;
use super::convert;

/// The one function of the host, under which the prelude calls it.
pub(super) const NAME: &str = "_ak_host";

/// The most random bytes of one call.
const MOST_RANDOM: i64 = 1024;

/// Answers a call of the host.
pub(super) fn answer(
    name: &str,
    arguments: &[MontyObject],
    link: &mut dyn Link,
) -> ExtFunctionResult {
    if name != NAME {
        return ExtFunctionResult::NotFound(name.to_owned());
    }
    match arguments {
        [
            MontyObject::String(what),
            MontyObject::String(kind),
            MontyObject::Bytes(data),
        ] if what == "digest" => digest(kind, data),
        [MontyObject::String(what), MontyObject::Int(length)] if what == "random" => {
            random(*length)
        }
        [MontyObject::String(what), filters] if what == "user_by" => user_by(filters, link),
        [
            MontyObject::String(what),
            MontyObject::String(policy),
            context,
        ] if what == "call_policy" => call_policy(policy, context, link),
        _ => raise(ExcType::TypeError, "the host does not know this call"),
    }
}

fn raise(kind: ExcType, text: impl Into<String>) -> ExtFunctionResult {
    ExtFunctionResult::Error(MontyException::new(kind, Some(text.into())))
}

fn digest(kind: &str, data: &[u8]) -> ExtFunctionResult {
    let bytes = match kind {
        "md5" => Md5::digest(data).to_vec(),
        "sha1" => Sha1::digest(data).to_vec(),
        "sha224" => Sha224::digest(data).to_vec(),
        "sha256" => Sha256::digest(data).to_vec(),
        "sha384" => Sha384::digest(data).to_vec(),
        "sha512" => Sha512::digest(data).to_vec(),
        _ => return raise(ExcType::ValueError, format!("unsupported hash type {kind}")),
    };
    ExtFunctionResult::Return(MontyObject::Bytes(bytes))
}

fn random(length: i64) -> ExtFunctionResult {
    let Some(length) = usize::try_from(length)
        .ok()
        .filter(|_| length <= MOST_RANDOM)
    else {
        return raise(
            ExcType::ValueError,
            format!("at most {MOST_RANDOM} random bytes at once"),
        );
    };
    let mut bytes = vec![0; length];
    match getrandom::fill(&mut bytes) {
        Ok(()) => ExtFunctionResult::Return(MontyObject::Bytes(bytes)),
        Err(_) => raise(ExcType::OSError, "no random bytes"),
    }
}

fn user_by(filters: &MontyObject, link: &mut dyn Link) -> ExtFunctionResult {
    let Some(Value::Object(filters)) = convert::to_json(filters) else {
        return raise(ExcType::TypeError, "ak_user_by takes look-ups");
    };
    let filters: BTreeMap<String, Value> = filters.into_iter().collect();
    match link.user_by(&filters) {
        Ok(None) => ExtFunctionResult::Return(MontyObject::None),
        Ok(Some(found)) => ExtFunctionResult::Return(convert::from_json(&json!(found))),
        Err(why) => raise(ExcType::RuntimeError, why),
    }
}

fn call_policy(name: &str, context: &MontyObject, link: &mut dyn Link) -> ExtFunctionResult {
    let Some(Value::Object(context)) = convert::to_json(context) else {
        return raise(ExcType::TypeError, "ak_call_policy takes a context");
    };
    match link.call_policy(name, &context) {
        Ok(verdict) => {
            let answer = json!([verdict.passing, verdict.messages]);
            ExtFunctionResult::Return(convert::from_json(&answer))
        }
        // An unknown policy is a ValueError in authentik.
        Err(why) => raise(ExcType::ValueError, why),
    }
}
