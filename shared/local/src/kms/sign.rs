//! `Sign` and `Verify`.

use aws_lc_rs::digest::Digest;

use super::Emulator;
use super::algorithms::{KeyUsage, Member as _, MessageType, SigningAlgorithm};
use super::error::{Exception, Fault};
use super::ids::Arn;
use super::keys::{Material, Message, Signing};
use super::state::Key;
use super::wire;

/// Longest message, in bytes; of what is longer, the digest is signed.
const MAX_MESSAGE: usize = 4096;
/// Longest signature that `Verify` reads, in bytes.
const MAX_SIGNATURE: usize = 6144;

/// `Sign`.
pub(crate) fn sign(emulator: &Emulator, request: &wire::Sign) -> Result<wire::Signed, Fault> {
    let call = Call::parse(request)?;
    let state = emulator.snapshot()?;
    let key = state.find(request.key_id.as_deref())?.usable()?;
    let signing = call.signing_key(key, "Sign")?;
    let signature = signing.sign(call.algorithm, &call.message()?)?;
    Ok(wire::Signed {
        key_id: Arn::key(key.id),
        signature: signature.into(),
        signing_algorithm: call.algorithm,
    })
}

/// `Verify`. KMS answers a signature that does not fit with an exception, never with `false`.
pub(crate) fn verify(emulator: &Emulator, request: &wire::Verify) -> Result<wire::Verified, Fault> {
    let call = Call::parse(&request.signed)?;
    let signature = request
        .signature
        .as_ref()
        .ok_or_else(|| Fault::missing("signature"))?;
    let signature = signature.between_one_and(MAX_SIGNATURE, "signature")?;
    let state = emulator.snapshot()?;
    let key = state.find(request.signed.key_id.as_deref())?.usable()?;
    let signing = call.signing_key(key, "Verify")?;
    if !signing.verifies(call.algorithm, &call.message()?, signature)? {
        return Err(Fault::silent(Exception::InvalidSignature));
    }
    Ok(wire::Verified {
        key_id: Arn::key(key.id),
        signature_valid: true,
        signing_algorithm: call.algorithm,
    })
}

/// What `Sign` and `Verify` have in common.
struct Call<'a> {
    algorithm: SigningAlgorithm,
    kind: MessageType,
    bytes: &'a [u8],
}

impl<'a> Call<'a> {
    fn parse(request: &'a wire::Sign) -> Result<Self, Fault> {
        let message = request
            .message
            .as_ref()
            .ok_or_else(|| Fault::missing("message"))?;
        Ok(Self {
            algorithm: SigningAlgorithm::required(
                "signingAlgorithm",
                request.signing_algorithm.as_deref(),
            )?,
            kind: MessageType::or(
                "messageType",
                request.message_type.as_deref(),
                MessageType::Raw,
            )?,
            bytes: message.between_one_and(MAX_MESSAGE, "message")?,
        })
    }

    /// The key's private half, provided that it signs with the algorithm asked for.
    fn signing_key<'k>(&self, key: &'k Key, operation: &str) -> Result<&'k Signing, Fault> {
        let key = key.made_for(KeyUsage::SignVerify, operation)?;
        if let Material::Signing(signing) = &*key.material
            && key.spec.signing_algorithms().contains(&self.algorithm)
        {
            return Ok(signing);
        }
        Err(Fault::new(
            Exception::InvalidKeyUsage,
            format!(
                "Algorithm {} is incompatible with key spec {}.",
                self.algorithm.name(),
                key.spec.name()
            ),
        ))
    }

    /// The message; a digest must have the length of the algorithm's.
    fn message(&self) -> Result<Message<'a>, Fault> {
        match (self.kind, self.algorithm.digest()) {
            (MessageType::Raw, _) => Ok(Message::Raw(self.bytes)),
            (MessageType::Digest, None) => Err(Fault::validation(format!(
                "Algorithm {} requires MessageType RAW.",
                self.algorithm.name()
            ))),
            (MessageType::Digest, Some(hash)) => Digest::import_less_safe(self.bytes, hash)
                .map(Message::Digest)
                .map_err(|_| {
                    Fault::validation(format!(
                        "Digest is invalid length for algorithm {}.",
                        self.algorithm.name()
                    ))
                }),
        }
    }
}
