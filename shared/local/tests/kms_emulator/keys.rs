//! `CreateKey`, `DescribeKey`, `GetPublicKey`, `ListKeys` and the life of a key.

use aws_sdk_kms::types::{
    EncryptionAlgorithmSpec, KeyManagerType, KeySpec, KeyState, KeyUsageType, OriginType,
};

use crate::harness::{Kms, START, exception, refusal, signing_specs};

const DAY: u64 = 86_400;

#[tokio::test]
async fn a_symmetric_key_is_what_is_made_unless_told() {
    let kms = Kms::start().await;
    let made = kms
        .client
        .create_key()
        .description("sealing")
        .send()
        .await
        .unwrap();
    let made = made.key_metadata.unwrap();
    assert_eq!(made.key_spec, Some(KeySpec::SymmetricDefault));
    assert_eq!(made.key_usage, Some(KeyUsageType::EncryptDecrypt));
    assert_eq!(
        made.encryption_algorithms(),
        [EncryptionAlgorithmSpec::SymmetricDefault]
    );
    assert!(made.signing_algorithms().is_empty());
    assert_eq!(
        made.creation_date.unwrap().secs(),
        i64::try_from(START).unwrap()
    );
    assert_eq!(made.key_state, Some(KeyState::Enabled));
    assert_eq!(made.origin, Some(OriginType::AwsKms));
    assert_eq!(made.key_manager, Some(KeyManagerType::Customer));
    assert_eq!(made.description.as_deref(), Some("sealing"));
    assert_eq!(made.multi_region, Some(false));
    assert_eq!(made.aws_account_id.as_deref(), Some("000000000000"));
    assert!(made.enabled);
    let arn = format!("arn:aws:kms:us-east-1:000000000000:key/{}", made.key_id);
    assert_eq!(made.arn.as_deref(), Some(arn.as_str()));
    let described = kms
        .client
        .describe_key()
        .key_id(&made.key_id)
        .send()
        .await
        .unwrap();
    assert_eq!(described.key_metadata.unwrap(), made);
}

#[tokio::test]
async fn each_signing_spec_offers_its_algorithms_and_its_public_key() {
    let kms = Kms::start().await;
    for (spec, algorithms) in signing_specs() {
        let key = kms.key(spec.clone(), KeyUsageType::SignVerify).await;
        let described = kms.client.describe_key().key_id(&key).send().await.unwrap();
        let described = described.key_metadata.unwrap();
        assert_eq!(described.signing_algorithms(), algorithms, "{spec}");
        assert!(described.encryption_algorithms().is_empty(), "{spec}");
        let public = kms
            .client
            .get_public_key()
            .key_id(&key)
            .send()
            .await
            .unwrap();
        assert_eq!(public.signing_algorithms(), algorithms, "{spec}");
        assert_eq!(public.key_spec, Some(spec.clone()));
        assert_eq!(public.key_usage, Some(KeyUsageType::SignVerify));
        assert_eq!(
            public.key_id, described.arn,
            "{spec}: GetPublicKey answers with the ARN"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_made_is_refused() {
    let kms = Kms::start().await;
    let create = || kms.client.create_key();
    let unknown = create().key_spec(KeySpec::from("RSA_1024")).send().await;
    assert!(refusal(unknown).starts_with(
        "ValidationException: 1 validation error detected: Value 'RSA_1024' at 'keySpec' failed \
         to satisfy constraint: Member must satisfy enum value set: [SYMMETRIC_DEFAULT,"
    ));
    let elsewhere = create().key_spec(KeySpec::Hmac256).send().await;
    assert_eq!(exception(elsewhere), "UnsupportedOperationException");
    let no_usage = create().key_spec(KeySpec::EccNistP256).send().await;
    assert_eq!(exception(no_usage), "ValidationException");
    for (spec, usage) in [
        (KeySpec::SymmetricDefault, KeyUsageType::SignVerify),
        (KeySpec::EccNistP256, KeyUsageType::EncryptDecrypt),
        (KeySpec::EccNistEdwards25519, KeyUsageType::EncryptDecrypt),
    ] {
        let unfit = create()
            .key_spec(spec.clone())
            .key_usage(usage)
            .send()
            .await;
        assert_eq!(exception(unfit), "ValidationException", "{spec}");
    }
    let imported = create().origin(OriginType::External).send().await;
    assert_eq!(exception(imported), "UnsupportedOperationException");
    let everywhere = create().multi_region(true).send().await;
    assert_eq!(exception(everywhere), "UnsupportedOperationException");
    let long = create().description("d".repeat(8193)).send().await;
    assert_eq!(exception(long), "ValidationException");
    assert!(
        kms.client
            .list_keys()
            .send()
            .await
            .unwrap()
            .keys()
            .is_empty()
    );
}

#[tokio::test]
async fn a_key_is_found_by_its_id_and_its_arn_only_in_the_form_that_kms_writes() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let arn = format!("arn:aws:kms:us-east-1:000000000000:key/{key}");
    for name in [&key, &arn] {
        let found = kms.client.describe_key().key_id(name).send().await.unwrap();
        assert_eq!(found.key_metadata.unwrap().key_id, key);
    }
    let upper = key.to_uppercase();
    let elsewhere = arn.replace("us-east-1", "eu-west-1");
    let foreign = arn.replace("000000000000", "111122223333");
    let slash = format!("key/{key}");
    let absent = "12345678-1234-1234-1234-123456789012";
    for name in [
        "nonsense",
        "arn:aws:kms",
        absent,
        &upper,
        &elsewhere,
        &foreign,
        &slash,
    ] {
        let error = kms
            .client
            .describe_key()
            .key_id(name)
            .send()
            .await
            .unwrap_err();
        assert!(
            error.into_service_error().is_not_found_exception(),
            "{name}"
        );
    }
    for missing in [
        kms.client.describe_key(),
        kms.client.describe_key().key_id(""),
    ] {
        assert_eq!(exception(missing.send().await), "ValidationException");
    }
}

#[tokio::test]
async fn a_symmetric_key_has_no_public_key() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let answer = kms.client.get_public_key().key_id(key).send().await;
    assert_eq!(exception(answer), "UnsupportedOperationException");
}

#[tokio::test]
async fn listing_pages_through_every_key_once() {
    let kms = Kms::start().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(kms.symmetric().await);
    }
    made.sort();
    let pages = kms
        .client
        .list_keys()
        .limit(2)
        .into_paginator()
        .items()
        .send();
    let listed: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let listed: Vec<_> = listed
        .into_iter()
        .map(|entry| entry.key_id.unwrap())
        .collect();
    assert_eq!(listed, made);
    let page = kms.client.list_keys().limit(5).send().await.unwrap();
    assert!(
        !page.truncated && page.next_marker.is_none(),
        "a full last page has no successor"
    );
    for limit in [0, 1001, -1] {
        let answer = kms.client.list_keys().limit(limit).send().await;
        assert_eq!(exception(answer), "ValidationException", "{limit}");
    }
    let forged = kms.client.list_keys().marker("forged").send().await;
    assert_eq!(exception(forged), "InvalidMarkerException");
}

#[tokio::test]
async fn a_disabled_key_does_nothing_until_it_is_enabled() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let encrypt = || {
        kms.client
            .encrypt()
            .key_id(&key)
            .plaintext(b"x".to_vec().into())
            .send()
    };
    let sealed = encrypt().await.unwrap().ciphertext_blob.unwrap();
    kms.client.disable_key().key_id(&key).send().await.unwrap();
    let state = kms
        .client
        .describe_key()
        .key_id(&key)
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap();
    assert_eq!(
        (state.enabled, state.key_state),
        (false, Some(KeyState::Disabled))
    );
    assert_eq!(
        refusal(encrypt().await),
        format!("DisabledException: arn:aws:kms:us-east-1:000000000000:key/{key} is disabled.")
    );
    let opened = kms
        .client
        .decrypt()
        .ciphertext_blob(sealed.clone())
        .send()
        .await;
    assert!(
        opened
            .unwrap_err()
            .into_service_error()
            .is_disabled_exception()
    );
    kms.client.enable_key().key_id(&key).send().await.unwrap();
    let opened = kms
        .client
        .decrypt()
        .ciphertext_blob(sealed)
        .send()
        .await
        .unwrap();
    assert_eq!(opened.plaintext.unwrap().as_ref(), b"x");
}

#[tokio::test]
async fn a_key_pending_deletion_is_useless_and_comes_back_disabled() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let kill = || kms.client.schedule_key_deletion().key_id(&key);
    let scheduled = kill().pending_window_in_days(7).send().await.unwrap();
    let at = i64::try_from(START + 7 * DAY).unwrap();
    assert_eq!(scheduled.deletion_date.unwrap().secs(), at);
    assert_eq!(scheduled.key_state, Some(KeyState::PendingDeletion));
    assert_eq!(scheduled.pending_window_in_days, Some(7));
    let encrypt = kms
        .client
        .encrypt()
        .key_id(&key)
        .plaintext(b"x".to_vec().into())
        .send()
        .await;
    assert!(
        encrypt
            .unwrap_err()
            .into_service_error()
            .is_kms_invalid_state_exception()
    );
    for refused in [
        refusal(kill().send().await),
        refusal(kms.client.enable_key().key_id(&key).send().await),
        refusal(kms.client.disable_key().key_id(&key).send().await),
    ] {
        assert!(
            refused.starts_with("KMSInvalidStateException: arn:aws:kms:"),
            "{refused}"
        );
        assert!(refused.ends_with("is pending deletion."), "{refused}");
    }
    let described = kms.client.describe_key().key_id(&key).send().await.unwrap();
    assert_eq!(
        described
            .key_metadata
            .unwrap()
            .deletion_date
            .unwrap()
            .secs(),
        at
    );
    kms.client
        .cancel_key_deletion()
        .key_id(&key)
        .send()
        .await
        .unwrap();
    let described = kms.client.describe_key().key_id(&key).send().await.unwrap();
    assert_eq!(
        described.key_metadata.unwrap().key_state,
        Some(KeyState::Disabled)
    );
    let again = kms.client.cancel_key_deletion().key_id(&key).send().await;
    assert!(
        again
            .unwrap_err()
            .into_service_error()
            .is_kms_invalid_state_exception()
    );
    for days in [6, 31] {
        let answer = kill().pending_window_in_days(days).send().await;
        assert_eq!(exception(answer), "ValidationException", "{days} days");
    }
}

#[tokio::test]
async fn a_key_is_gone_the_second_its_window_ends_and_its_aliases_with_it() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    kms.client
        .create_alias()
        .alias_name("alias/a")
        .target_key_id(&key)
        .send()
        .await
        .unwrap();
    kms.client
        .schedule_key_deletion()
        .key_id(&key)
        .send()
        .await
        .unwrap();
    kms.pass(30 * DAY - 1);
    kms.client
        .describe_key()
        .key_id("alias/a")
        .send()
        .await
        .unwrap();
    kms.pass(1);
    for name in [key.as_str(), "alias/a"] {
        let answer = kms.client.describe_key().key_id(name).send().await;
        assert_eq!(exception(answer), "NotFoundException", "{name}");
    }
    let cancel = kms.client.cancel_key_deletion().key_id(&key).send().await;
    assert_eq!(exception(cancel), "NotFoundException");
    assert!(
        kms.client
            .list_keys()
            .send()
            .await
            .unwrap()
            .keys()
            .is_empty()
    );
    assert!(
        kms.client
            .list_aliases()
            .send()
            .await
            .unwrap()
            .aliases()
            .is_empty()
    );
}
