//! `hint::subject`: ID tokens of every algorithm, and what only looks like one.

use provider::client::Client;
use provider::hint;
use provider::key::{Inside, Recipient};
use provider::ports::Encrypter as _;

use super::*;

/// The claims of an ID token of the client `c` of the tenant `a`, long expired.
fn id_token() -> Value {
    let issuer = "https://a.example.com/application/o/app/";
    json!({"iss": issuer, "sub": "ada", "aud": "c", "exp": 1})
}

fn changed(member: &str, value: Value) -> Value {
    let mut claims = id_token();
    claims[member] = value;
    claims
}

fn client(signing: &Signing) -> Client {
    let mut client = stage::client("c", "app");
    client.signing = signing.clone();
    client
}

async fn subject(vaults: &Vaults, client: &Client, hint: &str) -> Option<String> {
    let tenant = stage::tenant("a");
    let (hint, vault) = (protocol::Secret::new(hint), vaults.keys.vault());
    let subject = hint::subject(&tenant, client, &hint, &*vault).await;
    subject.expect("the vault opens")
}

#[tokio::test]
async fn an_id_token_of_any_algorithm_says_who_is_meant() {
    let vaults = Vaults::new().await;
    let mut all = vec![vaults.secret("secret").await];
    for algorithm in Algorithm::OF_PAIRS {
        all.push(Signing::Key(vaults.key(algorithm, false).await));
    }
    let jwts = futures_util::future::join_all(
        all.iter()
            .map(async |signing| vaults.jwt(signing, &id_token()).await),
    );
    let jwts = jwts.await;
    for (own, signing) in all.iter().enumerate() {
        let client = client(signing);
        for (signed, jwt) in jwts.iter().enumerate() {
            let found = subject(&vaults, &client, jwt).await;
            let want = (own == signed).then(|| "ada".to_owned());
            assert_eq!(found, want, "{:?}: {jwt}", signing.algorithm());
        }
    }
}

#[tokio::test]
async fn only_what_was_issued_to_this_client_by_this_issuer_is_a_hint() {
    let vaults = Vaults::new().await;
    let signing = Signing::Key(vaults.key(Algorithm::Es256, false).await);
    let client = client(&signing);
    let access_token = {
        let mut claims = changed("azp", "c".into());
        claims["uid"] = "x".repeat(40).into();
        claims
    };
    for (claims, want) in [
        (id_token(), Some("ada")),
        (changed("aud", json!(["other", "c"])), Some("ada")),
        (changed("uid", "a mapping's".into()), Some("ada")),
        (access_token, None),
        (changed("aud", "other".into()), None),
        (changed("aud", json!([])), None),
        (changed("aud", Value::Null), None),
        (changed("iss", "https://a.example.com/".into()), None),
        (changed("sub", 7.into()), None),
        (json!({"sub": "ada"}), None),
    ] {
        let jwt = vaults.jwt(&signing, &claims).await;
        let found = subject(&vaults, &client, &jwt).await;
        assert_eq!(found.as_deref(), want, "{claims}");
    }
}

#[tokio::test]
async fn rfc8725_2_1_a_token_signed_with_the_public_key_as_a_secret_is_no_hint() {
    let vaults = Vaults::new().await;
    let key = vaults.key(Algorithm::Rs256, true).await;
    let client = client(&Signing::Key(key.clone()));
    let Held::Direct { key_id } = &key.held else {
        panic!("direct")
    };
    let kms = vaults.aws.kms();
    let answer = kms.get_public_key().key_id(key_id).send().await.unwrap();
    let der = answer.public_key.unwrap().into_inner();
    let jwk = serde_json::to_string(&key.public).unwrap();
    let header = jsonwebtoken::Header {
        kid: Some(key.kid.clone()),
        ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256)
    };
    for known in [der.as_slice(), jwk.as_bytes()] {
        let secret = jsonwebtoken::EncodingKey::from_secret(known);
        let forged = jsonwebtoken::encode(&header, &id_token(), &secret).unwrap();
        assert_eq!(subject(&vaults, &client, &forged).await, None);
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_1_an_encrypted_token_is_no_hint() {
    let vaults = Vaults::new().await;
    let signing = Signing::Key(vaults.key(Algorithm::Es256, false).await);
    let custody = vaults.keys.custody();
    let length = aws::kms::RsaLength::Bits2048;
    let made = custody.create_encryption_key(&vaults.tenant, length).await;
    let key = made.unwrap();
    let jws = vaults.jwt(&signing, &id_token()).await;
    let jwe = aws::Jwe
        .encrypt(&Recipient::from(&key), Inside::Jwt(&jws))
        .unwrap();
    let mut client = client(&signing);
    client.encryption_key = Some(key);
    assert_eq!(subject(&vaults, &client, &jwe).await, None);
    let decrypted = subject(&vaults, &client, &jws).await;
    assert_eq!(decrypted.as_deref(), Some("ada"));
}
