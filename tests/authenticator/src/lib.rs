//! An authenticator and its browser in software (`WebAuthn` L3 §6.3).

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    missing_docs,
    reason = "it plays the other side in tests, where failing loudly is the point"
)]

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_cbor_2::Value as Cbor;

use serde_json::{Value, json};
use uuid::Uuid;

/// One authenticator with one credential. What it says can be set.
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are the flags of authenticator data, each set apart"
)]
pub struct Key {
    pub pair: Pair,
    pub id: Vec<u8>,
    pub aaguid: Uuid,
    /// `None`: it has no counter.
    pub counter: Option<u32>,
    pub present: bool,
    pub verifies: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    /// Whether it keeps the credential and the user's handle itself, and the browser's `credProps.rk`.
    pub resident: bool,
    pub handle: Option<Vec<u8>>,
    pub transports: Value,
    /// The COSE algorithm it says its key is for.
    pub algorithm: i128,
    pub origin: String,
    pub cross_origin: bool,
    pub rp_id: String,
    pub create_type: &'static str,
    pub get_type: &'static str,
}

/// The key pairs that are asked for.
pub enum Pair {
    Es256(EcdsaKeyPair),
    Es384(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl Key {
    /// A passkey of a telephone: synchronised, with biometrics, without a counter.
    pub fn passkey() -> Self {
        Self {
            pair: Pair::es256(),
            id: Uuid::from_u128(7).as_bytes().repeat(2),
            aaguid: Uuid::from_u128(0xaa),
            counter: None,
            present: true,
            verifies: true,
            backup_eligible: true,
            backed_up: true,
            resident: true,
            handle: None,
            transports: json!(["internal", "hybrid"]),
            algorithm: -7,
            origin: "https://id.example.com".to_owned(),
            cross_origin: false,
            rp_id: "id.example.com".to_owned(),
            create_type: "webauthn.create",
            get_type: "webauthn.get",
        }
    }

    /// A key of U2F's time: a touch and a counter, and nothing besides.
    pub fn touch_only() -> Self {
        Self {
            aaguid: Uuid::nil(),
            counter: Some(0),
            verifies: false,
            backup_eligible: false,
            backed_up: false,
            resident: false,
            transports: json!(["usb", "nfc"]),
            ..Self::passkey()
        }
    }

    /// As `(await navigator.credentials.create({publicKey: options})).toJSON()`.
    pub fn create(&mut self, options: &Value) -> Value {
        self.handle = self
            .resident
            .then(|| decode(options["user"]["id"].as_str().unwrap()));
        let mut data = self.data(0x40);
        data.extend(self.aaguid.as_bytes());
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(serde_cbor_2::to_vec(&self.public_key()).unwrap());
        let object = map([
            (text("fmt"), text("none")),
            (text("attStmt"), map([])),
            (text("authData"), Cbor::Bytes(data)),
        ]);
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": self.resident}},
            "response": {
                "clientDataJSON": encode(self.client(self.create_type, options).as_bytes()),
                "attestationObject": encode(&serde_cbor_2::to_vec(&object).unwrap()),
                "transports": self.transports,
            },
        })
    }

    /// As `(await navigator.credentials.get({publicKey: options})).toJSON()`.
    pub fn get(&mut self, options: &Value) -> Value {
        let data = self.data(0);
        let client = self.client(self.get_type, options);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client.as_bytes()).as_ref());
        let signature = self.pair.sign(&signed);
        let mut answer = json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(client.as_bytes()),
                "authenticatorData": encode(&data),
                "signature": encode(&signature),
            },
        });
        if let Some(handle) = &self.handle {
            answer["response"]["userHandle"] = encode(handle).into();
        }
        answer
    }

    /// §6.1, up to the counter.
    fn data(&mut self, more: u8) -> Vec<u8> {
        self.counter = self.counter.map(|count| count + 1);
        let flags = [
            (self.present, 0x01),
            (self.verifies, 0x04),
            (self.backup_eligible, 0x08),
            (self.backed_up, 0x10),
        ];
        let set = flags.into_iter().filter(|(is, _)| *is);
        let flags = set.fold(more, |flags, (_, bit)| flags | bit);
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.unwrap_or(0).to_be_bytes());
        data
    }

    /// §5.8.1.
    fn client(&self, type_: &str, options: &Value) -> String {
        let challenge = &options["challenge"];
        json!({"type": type_, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin})
            .to_string()
    }

    fn public_key(&self) -> Cbor {
        let mut key = self.pair.public_key();
        key.insert(Cbor::Integer(3), Cbor::Integer(self.algorithm));
        Cbor::Map(key)
    }
}

impl Pair {
    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    pub fn es384() -> Self {
        Self::Es384(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING).unwrap())
    }

    pub fn rs256() -> Self {
        Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) | Self::Es384(pair) => {
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature);
                signed.unwrap();
                signature
            }
        }
    }

    /// RFC 9053 §7.1.1 and RFC 8230 §4.
    fn public_key(&self) -> BTreeMap<Cbor, Cbor> {
        let (members, curve) = match self {
            Self::Es256(pair) => (pair.public_key().as_ref(), 1),
            Self::Es384(pair) => (pair.public_key().as_ref(), 2),
            Self::Rs256(pair) => {
                // A DER sequence of 2,048 bits and 65537.
                let modulus = pair.public_key().as_ref()[9..265].to_vec();
                return BTreeMap::from([
                    (Cbor::Integer(1), Cbor::Integer(3)),
                    (Cbor::Integer(-1), Cbor::Bytes(modulus)),
                    (Cbor::Integer(-2), Cbor::Bytes(vec![1, 0, 1])),
                ]);
            }
        };
        let (x, y) = members[1..].split_at(members.len() / 2);
        BTreeMap::from([
            (Cbor::Integer(1), Cbor::Integer(2)),
            (Cbor::Integer(-1), Cbor::Integer(curve)),
            (Cbor::Integer(-2), Cbor::Bytes(x.to_vec())),
            (Cbor::Integer(-3), Cbor::Bytes(y.to_vec())),
        ])
    }
}

fn map<const N: usize>(members: [(Cbor, Cbor); N]) -> Cbor {
    Cbor::Map(BTreeMap::from(members))
}

fn text(text: &str) -> Cbor {
    Cbor::Text(text.to_owned())
}

pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
