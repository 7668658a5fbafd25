//! Makes and describes keys: for seeding and, later, management.

mod encryption;
mod sealer;

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::error::ProvideErrorMetadata as _;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeyPairSpec, KeyMetadata, KeySpec, KeyUsageType, Tag};
use protocol::TenantId;
use protocol::jose::{AkpAlgorithm, Algorithm, PublicKey};
use provider::entropy::{System, alphanumeric};
use provider::key::{Held, SigningKey};
use provider::ports::{Outcome, PortError};
use provider::tenant::{Purpose, Sealed};

use crate::failure::port_error;
use crate::kms::signer::Pair;
use crate::kms::{context, spki};

pub use encryption::{RsaLength, Unfit, encryption_key_from_public};

/// The tag of keys that are made here; its value is the envelope key, as this installation names it.
const TAG: &str = "latchkey:envelope-key";

/// What is said at KMS of a key that signs for a tenant; then comes its name.
const SIGNS: &str = "Latchkey: signs tokens of ";

/// And of one that opens.
const OPENS: &str = "Latchkey: opens encrypted tokens of ";

/// As long as KMS waits at most: a mistake can be undone for that long.
const PENDING_DAYS: i32 = 30;

/// KMS may think for seconds about two primes.
const PAIR_TIMEOUT: Duration = Duration::from_secs(20);

/// Whether a tenant may use a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usable {
    /// It may.
    Yes,
    /// It is disabled, or about to be removed.
    NotNow,
    /// It was made for another tenant.
    ByAnother,
}

/// Makes signing keys and seals secrets.
#[derive(Clone)]
pub struct Custody {
    client: Client,
    envelope_key: String,
}

impl fmt::Debug for Custody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custody")
            .field("envelope_key", &self.envelope_key)
            .finish_non_exhaustive()
    }
}

impl Custody {
    /// With this symmetric key (id, ARN or alias) as the envelope key.
    pub fn new(client: Client, envelope_key: impl Into<String>) -> Self {
        Self {
            client,
            envelope_key: envelope_key.into(),
        }
    }

    /// Seals bytes for a place; only [`provider::ports::Vault::open`] for the same tenant and purpose opens
    /// them. At most 4,096 bytes.
    ///
    /// # Errors
    /// [`PortError`] where KMS refuses.
    pub async fn seal(
        &self,
        tenant: &TenantId,
        purpose: Purpose<'_>,
        plain: &[u8],
    ) -> Outcome<Sealed> {
        self.seal_bound(context(tenant, purpose), plain).await
    }

    async fn seal_bound(&self, bound: HashMap<String, String>, plain: &[u8]) -> Outcome<Sealed> {
        let request = self
            .client
            .encrypt()
            .key_id(&self.envelope_key)
            .set_encryption_context(Some(bound))
            .plaintext(Blob::new(plain));
        let answer = request
            .send()
            .await
            .map_err(|error| port_error("Encrypt", &error))?;
        present("Encrypt", answer.ciphertext_blob).map(|blob| Sealed(blob.into_inner()))
    }

    /// Makes a new key that never leaves KMS, and describes it.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] for HS256, which is of no key pair; others where KMS refuses.
    pub async fn create_direct(
        &self,
        tenant: &TenantId,
        algorithm: Algorithm,
    ) -> Outcome<SigningKey> {
        let spec = match algorithm {
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => KeySpec::Rsa2048,
            Algorithm::Es256 => KeySpec::EccNistP256,
            Algorithm::Es384 => KeySpec::EccNistP384,
            Algorithm::Es512 => KeySpec::EccNistP521,
            Algorithm::EdDsa => KeySpec::EccNistEdwards25519,
            Algorithm::MlDsa44 => KeySpec::MlDsa44,
            Algorithm::MlDsa65 => KeySpec::MlDsa65,
            Algorithm::MlDsa87 => KeySpec::MlDsa87,
            Algorithm::Hs256 => return Err(of_no_pair()),
        };
        let what = purpose_of(tenant);
        let key_id = self
            .create_key(spec, KeyUsageType::SignVerify, what)
            .await?;
        self.direct(&key_id, Some(algorithm)).await
    }

    /// Describes a signing key that is in KMS (id, ARN or alias). `None` for the algorithm is RS256 for an RSA
    /// key and the only one of any other.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where it is none we can sign with: not for signatures, not of the algorithm, an
    /// RSA key under 2048 bits, or a curve that no JOSE algorithm has.
    pub async fn direct(&self, key_id: &str, algorithm: Option<Algorithm>) -> Outcome<SigningKey> {
        let found = self.public_half(key_id, KeyUsageType::SignVerify).await?;
        let (key_id, public) = found;
        described(public, algorithm, Held::Direct { key_id })
    }

    /// Has KMS remove a key when [`PENDING_DAYS`] have passed; it signs nothing from now on.
    async fn schedule_deletion(&self, key_id: &str) -> Outcome<()> {
        const GONE: [&str; 2] = ["NotFoundException", "KMSInvalidStateException"];
        let request = self.client.schedule_key_deletion().key_id(key_id);
        let answer = request.pending_window_in_days(PENDING_DAYS).send().await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) if error.code().is_some_and(|code| GONE.contains(&code)) => Ok(()),
            Err(error) => Err(port_error("ScheduleKeyDeletion", &error)),
        }
    }

    /// Has KMS remove a key that was made here for this tenant, when [`PENDING_DAYS`] have passed, and says whether it does. A
    /// key that somebody else made, such as one that tenants share, is left as it is.
    ///
    /// # Errors
    /// [`PortError`] where KMS refuses.
    pub async fn remove_made_for(&self, tenant: &TenantId, key_id: &str) -> Outcome<bool> {
        let answer = match self.client.describe_key().key_id(key_id).send().await {
            Err(error) if error.code() == Some("NotFoundException") => return Ok(false),
            answer => answer.map_err(|error| port_error("DescribeKey", &error))?,
        };
        let described = present("DescribeKey", answer.key_metadata)?;
        let made_here = made_for(&described) == Some(tenant.as_str());
        if made_here {
            self.schedule_deletion(key_id).await?;
        }
        Ok(made_here)
    }

    /// Whether a key is there for this tenant to use.
    ///
    /// # Errors
    /// [`PortError`] where KMS refuses or has no such key.
    pub async fn use_of(&self, tenant: &TenantId, key_id: &str) -> Outcome<Usable> {
        let described = self.described(key_id).await?;
        let of_another = made_for(&described).is_some_and(|whose| whose != tenant.as_str());
        Ok(match (of_another, described.enabled()) {
            (true, _) => Usable::ByAnother,
            (false, true) => Usable::Yes,
            (false, false) => Usable::NotNow,
        })
    }

    /// Whether a key is there to be used, by whomever: neither disabled nor about to be removed.
    ///
    /// # Errors
    /// [`PortError`] where KMS refuses or has no such key.
    pub async fn is_enabled(&self, key_id: &str) -> Outcome<bool> {
        Ok(self.described(key_id).await?.enabled())
    }

    async fn described(&self, key_id: &str) -> Outcome<KeyMetadata> {
        let answer = self.client.describe_key().key_id(key_id).send().await;
        let answer = answer.map_err(|error| port_error("DescribeKey", &error))?;
        present("DescribeKey", answer.key_metadata)
    }

    async fn create_key(
        &self,
        spec: KeySpec,
        usage: KeyUsageType,
        description: String,
    ) -> Outcome<String> {
        let request = self.client.create_key().description(description);
        let request = request.key_spec(spec).key_usage(usage);
        let request = request.tags(self.tag()?).customize();
        // An impatient second try would make, and leave behind, a second key.
        let answer = request.config_override(patient()).send().await;
        let answer = answer.map_err(|error| port_error("CreateKey", &error))?;
        let made = present("CreateKey", answer.key_metadata)?;
        Ok(made.key_id)
    }

    /// Which installation a key is of: the functions may use the keys with this tag (infra/template.yaml).
    fn tag(&self) -> Outcome<Tag> {
        let tag = Tag::builder().tag_key(TAG).tag_value(&self.envelope_key);
        tag.build()
            .map_err(|why| PortError::Corrupt(format!("tag of a key: {why}")))
    }

    /// The ARN of the key, which an alias moved to another key does not change, and its public half. A key of several regions
    /// that is named by its id keeps that name, which means its own replica in each.
    async fn public_half(&self, key_id: &str, usage: KeyUsageType) -> Outcome<(String, PublicKey)> {
        let answer = self.client.get_public_key().key_id(key_id).send().await;
        let answer = answer.map_err(|error| port_error("GetPublicKey", &error))?;
        if answer.key_usage.as_ref() != Some(&usage) {
            let text = format!("key {key_id}: not a key for {usage}");
            return Err(PortError::Corrupt(text));
        }
        let public = read(key_id, present("GetPublicKey", answer.public_key)?.as_ref())?;
        let arn = answer.key_id.filter(|_| !key_id.starts_with("mrk-"));
        Ok((arn.unwrap_or_else(|| key_id.to_owned()), public))
    }

    /// Makes a new key pair whose private half KMS hands out only sealed; it is not seen here.
    ///
    /// The sealed half is bound to a random name and not to the `kid`, which is known only once the pair is
    /// made.
    ///
    /// # Errors
    /// As [`Custody::create_direct`].
    pub async fn create_envelope(
        &self,
        tenant: &TenantId,
        algorithm: Algorithm,
    ) -> Outcome<SigningKey> {
        let name = alphanumeric(&System::default(), 22);
        let bound = context(tenant, Purpose::SigningKey(&name));
        let (public, sealed) = self.generate_pair(algorithm, bound).await?;
        described(public, Some(algorithm), Held::Envelope { name, sealed })
    }

    async fn generate_pair(
        &self,
        algorithm: Algorithm,
        bound: HashMap<String, String>,
    ) -> Outcome<(PublicKey, Sealed)> {
        const OP: &str = "GenerateDataKeyPairWithoutPlaintext";
        let spec = match algorithm {
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => DataKeyPairSpec::Rsa2048,
            Algorithm::Es256 => DataKeyPairSpec::EccNistP256,
            Algorithm::Es384 => DataKeyPairSpec::EccNistP384,
            Algorithm::Es512 => DataKeyPairSpec::EccNistP521,
            Algorithm::EdDsa => DataKeyPairSpec::EccNistEdwards25519,
            // KMS makes such pairs for itself only: this one is made here, and sealed at once.
            Algorithm::MlDsa44 => return self.seal_pair(AkpAlgorithm::MlDsa44, bound).await,
            Algorithm::MlDsa65 => return self.seal_pair(AkpAlgorithm::MlDsa65, bound).await,
            Algorithm::MlDsa87 => return self.seal_pair(AkpAlgorithm::MlDsa87, bound).await,
            Algorithm::Hs256 => return Err(of_no_pair()),
        };
        let answer = self
            .client
            .generate_data_key_pair_without_plaintext()
            .key_id(&self.envelope_key)
            .key_pair_spec(spec)
            .set_encryption_context(Some(bound))
            .customize()
            .config_override(patient())
            .send()
            .await
            .map_err(|error| port_error(OP, &error))?;
        let public = read("new pair", present(OP, answer.public_key)?.as_ref())?;
        let sealed = present(OP, answer.private_key_ciphertext_blob)?;
        Ok((public, Sealed(sealed.into_inner())))
    }

    async fn seal_pair(
        &self,
        alg: AkpAlgorithm,
        bound: HashMap<String, String>,
    ) -> Outcome<(PublicKey, Sealed)> {
        let failed = || PortError::Unavailable(format!("no new pair for {:?}", alg.algorithm()));
        let pair = Pair::ml_dsa(alg).ok_or_else(failed)?;
        let public = pair.public().ok_or_else(failed)?;
        let plain = pair.to_pkcs8().ok_or_else(failed)?;
        Ok((public, self.seal_bound(bound, &plain).await?))
    }
}

/// The id of the envelope key with this alias (`alias/…`), made if it is not there: for the laptop, the
/// emulation and tests. On AWS `infra/template.yaml` makes it.
///
/// # Errors
/// [`PortError`] where KMS refuses.
pub async fn envelope_key(client: &Client, alias: &str) -> Outcome<String> {
    match client.describe_key().key_id(alias).send().await {
        Ok(answer) => {
            return present("DescribeKey", answer.key_metadata).map(|key| key.key_id().to_owned());
        }
        Err(error) if error.code() == Some("NotFoundException") => {}
        Err(error) => return Err(port_error("DescribeKey", &error)),
    }
    let made = client
        .create_key()
        .description("Latchkey: seals secrets and signing keys");
    let answer = made
        .send()
        .await
        .map_err(|error| port_error("CreateKey", &error))?;
    let key_id = present("CreateKey", answer.key_metadata)?
        .key_id()
        .to_owned();
    let named = client
        .create_alias()
        .alias_name(alias)
        .target_key_id(&key_id)
        .send()
        .await;
    named.map_err(|error| port_error("CreateAlias", &error))?;
    Ok(key_id)
}

/// For which tenant a key was made here; `None`: for none, or elsewhere.
fn made_for(described: &KeyMetadata) -> Option<&str> {
    let said = described.description()?;
    [SIGNS, OPENS]
        .into_iter()
        .find_map(|what| said.strip_prefix(what))
}

/// What is said of a key at KMS.
fn purpose_of(tenant: &TenantId) -> String {
    format!("{SIGNS}{tenant}")
}

fn patient() -> aws_sdk_kms::config::Builder {
    let patience = TimeoutConfig::builder()
        .operation_attempt_timeout(PAIR_TIMEOUT)
        .operation_timeout(PAIR_TIMEOUT)
        .build();
    aws_sdk_kms::config::Builder::new().timeout_config(patience)
}

fn described(public: PublicKey, algorithm: Option<Algorithm>, held: Held) -> Outcome<SigningKey> {
    let kid = public.thumbprint();
    let algorithm = algorithm.unwrap_or(public.algorithm());
    if !public.serves(algorithm) {
        let (has, wanted) = (public.algorithm().as_str(), algorithm.as_str());
        let text = format!("signing key {kid}: a key for {has} and not for {wanted}");
        return Err(PortError::Corrupt(text));
    }
    Ok(SigningKey {
        kid,
        algorithm,
        public,
        held,
    })
}

fn of_no_pair() -> PortError {
    PortError::Corrupt("HS256 signs with the client secret, not with a key pair".to_owned())
}

fn read(key: &str, der: &[u8]) -> Outcome<PublicKey> {
    spki::public_key(der).map_err(|why| PortError::Corrupt(format!("key {key}: {why}")))
}

fn present<T>(op: &str, member: Option<T>) -> Outcome<T> {
    member.ok_or_else(|| PortError::Unavailable(format!("{op}: an answer without its members")))
}
