//! `Encrypter`, and keys that open what it made.

use std::borrow::Cow;

use aws::kms::{RsaLength, encryption_key_from_public};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jwe::{
    JweAlgorithm, JweContentEncryption, JweDecrypter, JweHeader, RSA_OAEP_256, deserialize_compact,
};
use josekit::jwk::alg::rsa::RsaKeyPair;
use provider::key::{EncryptionKey, Inside, Recipient};
use provider::ports::Encrypter as _;

use super::*;

/// Opens a JWE with the content key that KMS made of the encrypted one.
#[derive(Clone, Debug)]
struct ByKms(Vec<u8>);

impl JweDecrypter for ByKms {
    fn algorithm(&self) -> &dyn JweAlgorithm {
        &RSA_OAEP_256
    }

    fn key_id(&self) -> Option<&str> {
        None
    }

    fn decrypt(
        &self,
        _: Option<&[u8]>,
        _: &dyn JweContentEncryption,
        _: &JweHeader,
    ) -> Result<Cow<'_, [u8]>, JoseError> {
        Ok(Cow::Borrowed(&self.0))
    }

    fn box_clone(&self) -> Box<dyn JweDecrypter> {
        Box::new(self.clone())
    }
}

/// What is in a JWE to a key that KMS holds, and its `kid`.
async fn opened(vaults: &Vaults, key: &EncryptionKey, jwe: &str) -> (String, String) {
    let encrypted = jwe.split('.').nth(1).expect("five parts");
    let encrypted = URL_SAFE_NO_PAD.decode(encrypted).expect("base64url");
    let kms = vaults.aws.kms();
    let request = kms.decrypt().set_key_id(key.kms_key.clone());
    let request = request.encryption_algorithm("RSAES_OAEP_SHA_256".into());
    let answer = request.ciphertext_blob(encrypted.into()).send().await;
    let content_key = answer.expect("decrypts").plaintext.expect("bytes");
    let by_kms = ByKms(content_key.into_inner());
    let (inside, header) = deserialize_compact(jwe, &by_kms).expect("a JWE");
    let kid = header.key_id().expect("a kid").to_owned();
    (String::from_utf8(inside).expect("a JWT"), kid)
}

#[tokio::test]
async fn what_is_encrypted_to_a_key_in_kms_is_opened_there() {
    let vaults = Vaults::new().await;
    let custody = vaults.keys.custody();
    let signing = Signing::Key(vaults.key(Algorithm::Es256, false).await);
    let jws = vaults.jwt(&signing, &signing::claims()).await;
    for (length, bytes) in [(RsaLength::Bits2048, 256), (RsaLength::Bits4096, 512)] {
        vaults.calls();
        let made = custody.create_encryption_key(&vaults.tenant, length).await;
        let key = made.expect("makes a key");
        assert_eq!(vaults.calls(), ["CreateKey", "GetPublicKey"]);
        assert_eq!(key.kid, key.public.thumbprint());
        let jwe = aws::Jwe
            .encrypt(&Recipient::from(&key), Inside::Jwt(&jws))
            .unwrap();
        assert_eq!(
            vaults.calls(),
            [""; 0],
            "encrypting takes the public half only"
        );
        let encrypted = URL_SAFE_NO_PAD.decode(jwe.split('.').nth(1).unwrap());
        assert_eq!(encrypted.unwrap().len(), bytes);
        let (inside, kid) = opened(&vaults, &key, &jwe).await;
        assert_eq!((inside, kid), (jws.clone(), key.kid));
    }
}

#[tokio::test]
async fn a_client_opens_what_is_encrypted_to_the_key_it_gave() {
    let pair = RsaKeyPair::generate(2048).unwrap();
    let mut jwk = pair.to_jwk_public_key();
    jwk.set_key_id("mine");
    let pem = String::from_utf8(pair.to_pem_public_key()).unwrap();
    let decrypter = RSA_OAEP_256.decrypter_from_pem(pair.to_pem_private_key());
    let decrypter = decrypter.unwrap();
    let named = encryption_key_from_public(&jwk.to_string()).unwrap();
    let unnamed = encryption_key_from_public(&pem).unwrap();
    assert_eq!(
        (named.kid.as_str(), &named.public),
        ("mine", &unnamed.public)
    );
    assert_eq!(unnamed.kid, unnamed.public.thumbprint());
    for key in [named, unnamed] {
        assert_eq!(key.kms_key, None);
        let jwe = aws::Jwe
            .encrypt(&Recipient::from(&key), Inside::Jwt("a.b.c"))
            .unwrap();
        let (inside, header) = deserialize_compact(&jwe, &decrypter).unwrap();
        assert_eq!(
            (inside.as_slice(), header.key_id()),
            (&b"a.b.c"[..], Some(&*key.kid))
        );
    }
    let private = String::from_utf8(pair.to_pem_private_key()).unwrap();
    let refused = encryption_key_from_public(&private).unwrap_err();
    assert_eq!(refused, aws::kms::Unfit::Private);
}
