//! From `X-Amz-Target` to the operation and back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Emulator;
use super::data_key::{self, Plaintext};
use super::error::{Exception, Fault};
use super::{alias, encrypt, lifecycle, sign, wire};

/// What stands before the operation in `X-Amz-Target`.
const SERVICE: &str = "TrentService.";

/// Runs one call and gives the JSON of its answer. It blocks: keys are made, signatures computed,
/// the state written.
///
/// # Errors
/// Whatever the operation refuses; `UnknownOperationException`, `SerializationException`.
pub(crate) fn call(emulator: &Emulator, target: &str, body: &[u8]) -> Result<Vec<u8>, Fault> {
    let unknown = || {
        let message = format!("the emulator has no operation '{target}'");
        Fault::new(Exception::UnknownOperation, message)
    };
    let on = emulator;
    match target.strip_prefix(SERVICE).ok_or_else(unknown)? {
        "CreateKey" => run(body, |r| lifecycle::create(on, r)),
        "DescribeKey" => run(body, |r| lifecycle::describe(on, &r)),
        "GetPublicKey" => run(body, |r| lifecycle::public_key(on, &r)),
        "ListKeys" => run(body, |r| lifecycle::list(on, &r)),
        "EnableKey" => run(body, |r| lifecycle::enable(on, &r)),
        "DisableKey" => run(body, |r| lifecycle::disable(on, &r)),
        "ScheduleKeyDeletion" => run(body, |r| lifecycle::schedule_deletion(on, &r)),
        "CancelKeyDeletion" => run(body, |r| lifecycle::cancel_deletion(on, &r)),
        "CreateAlias" => run(body, |r| alias::create(on, &r)),
        "UpdateAlias" => run(body, |r| alias::update(on, &r)),
        "DeleteAlias" => run(body, |r| alias::delete(on, &r)),
        "ListAliases" => run(body, |r| alias::list(on, &r)),
        "Sign" => rehearse(body, |r| sign::sign(on, &r)),
        "Verify" => rehearse(body, |r| sign::verify(on, &r)),
        "Encrypt" => rehearse(body, |r| encrypt::encrypt(on, &r)),
        "Decrypt" => rehearse(body, |r| encrypt::decrypt(on, &r)),
        "GenerateDataKey" => rehearse(body, |r| data_key::generate(on, &r, Plaintext::Given)),
        "GenerateDataKeyWithoutPlaintext" => {
            rehearse(body, |r| data_key::generate(on, &r, Plaintext::Withheld))
        }
        "GenerateDataKeyPair" => {
            rehearse(body, |r| data_key::generate_pair(on, &r, Plaintext::Given))
        }
        "GenerateDataKeyPairWithoutPlaintext" => rehearse(body, |r| {
            data_key::generate_pair(on, &r, Plaintext::Withheld)
        }),
        "GenerateRandom" => run(body, |r| data_key::generate_random(&r)),
        _ => Err(unknown()),
    }
}

/// Reads the request, runs the operation, writes the answer.
fn run<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<A, Fault>,
) -> Result<Vec<u8>, Fault> {
    let answer = operation(parse(body)?)?;
    serde_json::to_vec(&answer).map_err(|error| Fault::new(Exception::Internal, error.to_string()))
}

/// As [`run`], for the operations that have a `DryRun`. None of them changes anything, so a dry run
/// is one whose answer is thrown away.
fn rehearse<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<A, Fault>,
) -> Result<Vec<u8>, Fault> {
    let dry = parse::<wire::DryRun>(body)?.dry_run == Some(true);
    let answer = run(body, operation)?;
    if dry {
        return Err(Fault::new(
            Exception::DryRun,
            "The request would have succeeded, but the DryRun option is set.",
        ));
    }
    Ok(answer)
}

fn parse<Q: DeserializeOwned>(body: &[u8]) -> Result<Q, Fault> {
    // The place, but not the text of the error: it could quote a plaintext that stood in the wrong
    // member.
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message =
            format!("the body is not this operation's JSON (line {line}, column {column})");
        Fault::new(Exception::Serialization, message)
    })
}
