//! Keys, and the providers that use them.

use super::Checker;
use crate::config::keys::{KeyMaterial, KeyPair};
use crate::config::objects::Provider;
use crate::config::rotation::SHORTEST;

/// Where there is no key of this id.
fn unknown(id: uuid::Uuid) -> String {
    format!("there is no key {id}")
}

impl Checker<'_> {
    pub(super) fn key(&mut self, key: &KeyPair) {
        self.filled("name", &key.name);
        if let Some(signing) = key.signing() {
            let algorithm = signing.algorithm;
            let message = format!("this key does not sign with {}", algorithm.as_str());
            self.unless(signing.public.serves(algorithm), "algorithm", &message);
        }
        self.rotation(key);
        let config = self.config;
        for provider in config.providers() {
            let name = &provider.name;
            if provider.signing_key == Some(key.id) && key.signing().is_none() {
                self.wrong("key_data", format!("provider {name} signs with this key"));
            }
            if provider.encryption_key == Some(key.id) && key.encryption().is_none() {
                let message =
                    format!("provider {name} encrypts tokens to this key, which takes an RSA key");
                self.wrong("certificate_data", message);
            }
        }
    }

    fn rotation(&mut self, key: &KeyPair) {
        let every = key.rotation.as_ref().and_then(|it| it.every.as_ref());
        let Some(every) = every else { return };
        let message = "only a key that was made here rotates";
        self.unless(key.can_rotate(), "rotation", message);
        let message = format!("{every} is less than an hour");
        self.unless(every.seconds() >= SHORTEST, "rotation", &message);
    }

    /// The keys that a provider uses.
    pub(super) fn keys(&mut self, provider: &Provider) {
        let config = self.config;
        if let Some(id) = provider.signing_key {
            match config.key(id).map(|key| &key.material) {
                Some(KeyMaterial::Signing(_)) => {}
                Some(KeyMaterial::Encryption(_)) => {
                    self.wrong("signing_key", "this key is for encryption");
                }
                Some(KeyMaterial::Certificate(_)) => {
                    self.wrong("signing_key", "this certificate has no private key here");
                }
                None => self.wrong("signing_key", unknown(id)),
            }
        }
        let Some(id) = provider.encryption_key else {
            return;
        };
        let Some(key) = config.key(id) else {
            return self.wrong("encryption_key", unknown(id));
        };
        if key.encryption().is_none() {
            let message = match &key.material {
                KeyMaterial::Signing(_) => "this key is for signatures",
                KeyMaterial::Encryption(_) | KeyMaterial::Certificate(_) => {
                    "tokens are encrypted to RSA keys only"
                }
            };
            self.wrong("encryption_key", message);
        }
    }
}
