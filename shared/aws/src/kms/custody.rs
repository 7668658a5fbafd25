//! Makes and describes keys: for seeding and, later, management.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::error::ProvideErrorMetadata as _;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeyPairSpec, KeySpec, KeyUsageType};
use protocol::TenantId;
use protocol::jose::{Algorithm, PublicKey};
use provider::client::{Held, SigningKey};
use provider::entropy::{System, alphanumeric};
use provider::ports::{Outcome, PortError};
use provider::tenant::{Purpose, Sealed};

use crate::failure::port_error;
use crate::kms::{context, spki};

/// KMS may think for seconds about two primes.
const PAIR_TIMEOUT: Duration = Duration::from_secs(20);

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
        let request = self
            .client
            .encrypt()
            .key_id(&self.envelope_key)
            .set_encryption_context(Some(context(tenant, purpose)))
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
    /// [`PortError`] where KMS refuses.
    pub async fn create_direct(
        &self,
        tenant: &TenantId,
        algorithm: Algorithm,
    ) -> Outcome<SigningKey> {
        let spec = match algorithm {
            Algorithm::Rs256 => KeySpec::Rsa2048,
            Algorithm::Es256 => KeySpec::EccNistP256,
        };
        let request = self
            .client
            .create_key()
            .key_spec(spec)
            .key_usage(KeyUsageType::SignVerify)
            .description(format!("Latchkey: signs tokens of {tenant}"));
        let answer = request
            .send()
            .await
            .map_err(|error| port_error("CreateKey", &error))?;
        let made = present("CreateKey", answer.key_metadata)?;
        self.direct(made.key_id()).await
    }

    /// Describes a signing key that is in KMS (id, ARN or alias).
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where it is none we can sign with: not for signatures, an RSA key under 2048
    /// bits, or a curve other than P-256.
    pub async fn direct(&self, key_id: &str) -> Outcome<SigningKey> {
        let answer = self.client.get_public_key().key_id(key_id).send().await;
        let answer = answer.map_err(|error| port_error("GetPublicKey", &error))?;
        if answer.key_usage != Some(KeyUsageType::SignVerify) {
            return Err(PortError::Corrupt(format!(
                "key {key_id}: not for signatures"
            )));
        }
        let public = read(key_id, present("GetPublicKey", answer.public_key)?.as_ref())?;
        // The answer names the key by its ARN, which an alias moved to another key does not change.
        let key_id = answer.key_id.unwrap_or_else(|| key_id.to_owned());
        Ok(described(public, Held::Direct { key_id }))
    }

    /// Makes a new key pair whose private half KMS hands out only sealed; it is not seen here.
    ///
    /// The sealed half is bound to a random name and not to the `kid`, which is known only once the pair is
    /// made.
    ///
    /// # Errors
    /// [`PortError`] where KMS refuses.
    pub async fn create_envelope(
        &self,
        tenant: &TenantId,
        algorithm: Algorithm,
    ) -> Outcome<SigningKey> {
        let name = alphanumeric(&System::default(), 22);
        let bound = context(tenant, Purpose::SigningKey(&name));
        let (public, sealed) = self.generate_pair(algorithm, bound).await?;
        Ok(described(public, Held::Envelope { name, sealed }))
    }

    async fn generate_pair(
        &self,
        algorithm: Algorithm,
        bound: HashMap<String, String>,
    ) -> Outcome<(PublicKey, Sealed)> {
        const OP: &str = "GenerateDataKeyPairWithoutPlaintext";
        let spec = match algorithm {
            Algorithm::Rs256 => DataKeyPairSpec::Rsa2048,
            Algorithm::Es256 => DataKeyPairSpec::EccNistP256,
        };
        let patience = TimeoutConfig::builder()
            .operation_attempt_timeout(PAIR_TIMEOUT)
            .operation_timeout(PAIR_TIMEOUT)
            .build();
        let answer = self
            .client
            .generate_data_key_pair_without_plaintext()
            .key_id(&self.envelope_key)
            .key_pair_spec(spec)
            .set_encryption_context(Some(bound))
            .customize()
            .config_override(aws_sdk_kms::config::Builder::new().timeout_config(patience))
            .send()
            .await
            .map_err(|error| port_error(OP, &error))?;
        let public = read("new pair", present(OP, answer.public_key)?.as_ref())?;
        let sealed = present(OP, answer.private_key_ciphertext_blob)?;
        Ok((public, Sealed(sealed.into_inner())))
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

fn described(public: PublicKey, held: Held) -> SigningKey {
    SigningKey {
        kid: public.thumbprint(),
        public,
        held,
    }
}

fn read(key: &str, der: &[u8]) -> Outcome<PublicKey> {
    spki::public_key(der).map_err(|why| PortError::Corrupt(format!("key {key}: {why}")))
}

fn present<T>(op: &str, member: Option<T>) -> Outcome<T> {
    member.ok_or_else(|| PortError::Unavailable(format!("{op}: an answer without its members")))
}
