//! Keys that somebody else has as well: a tenant in two places, and a key that was there before.

use aws::kms::RsaLength;
use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use local::fixture::{Custody, Fixture, PairWanted};
use local::seed::{NewTenant, Seed};
use local::tenants::{self, Carried, Patience};
use protocol::Seconds;
use protocol::jose::Algorithm;
use provider::key::Held;

use super::{OTHER, id, install, wanted};
use crate::harness::Bench;

use aws::dynamodb::estate::Setting;

const KEYS: &str = "/application/o/es/jwks/";

/// The tenant of the bench in a file.
async fn carried(bench: &Bench) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let all = Carried {
        sessions: true,
        events: true,
    };
    let path = folder.path().join("tenant.jsonl");
    let tenant = &bench.seeded.tenant.id;
    let written = tenants::export(&bench.backend, tenant, &path, all, bench.now()).await;
    assert!(written.expect("exports") > 100);
    folder
}

fn kms(bench: &Bench) -> aws_sdk_kms::Client {
    let clients = aws::Clients::local(&bench.backend.dynamodb_url, &bench.backend.kms_url);
    clients.expect("loopback").kms()
}

async fn enabled_keys(bench: &Bench) -> usize {
    let kms = kms(bench);
    let mut enabled = 0;
    for key in kms.list_keys().send().await.expect("lists").keys() {
        let described = kms.describe_key().key_id(key.key_id().expect("an id"));
        let described = described.send().await.expect("describes");
        if let Some(metadata) = described.key_metadata() {
            enabled += usize::from(metadata.enabled());
        }
    }
    enabled
}

#[tokio::test]
async fn a_tenant_that_was_moved_signs_on_where_the_former_place_is_removed_with_its_keys_kept() {
    let bench = Box::pin(Bench::embedded()).await;
    let folder = carried(&bench).await;
    let before = enabled_keys(&bench).await;
    let tenant = &bench.seeded.tenant.id;
    let nobody = |_: String| {};
    tenants::delete_all_but_keys(&bench.backend, tenant, Patience::None, &nobody)
        .await
        .expect("removes");
    assert_eq!(enabled_keys(&bench).await, before);
    tenants::restore(&bench.backend, &folder.path().join("tenant.jsonl"))
        .await
        .expect("restores, and no key has to be taken back");
    bench.wait(Seconds(31));
    let tokens = bench.tokens("es", "openid").await;
    assert!(tokens["id_token"].is_string(), "{tokens}");
}

#[tokio::test]
async fn a_tenant_that_was_closed_when_it_was_carried_away_comes_back_closed() {
    let bench = Box::pin(Bench::embedded()).await;
    let tenant = &bench.seeded.tenant.id;
    let set = async |at| {
        let set = tenants::set(&bench.backend, tenant, Setting::Suspended(at), bench.now());
        set.await.expect("sets");
    };
    set(Some(bench.now())).await;
    let folder = carried(&bench).await;
    let nobody = |_: String| {};
    tenants::delete_all_but_keys(&bench.backend, tenant, Patience::None, &nobody)
        .await
        .expect("removes");
    tenants::restore(&bench.backend, &folder.path().join("tenant.jsonl"))
        .await
        .expect("restores");
    let hosted = tenants::hosts(&bench.backend, tenant).await;
    let hosted = hosted.expect("it is there");
    assert!(hosted.iter().all(|it| it.tenant.suspended.is_some()));
    bench.wait(Seconds(31));
    assert_eq!(bench.get(KEYS).await.status(), 403);
    set(None).await;
    bench.wait(Seconds(31));
    assert_eq!(bench.get(KEYS).await.status(), 200);
}

/// Another tenant, by this key in KMS.
fn signing_with(key_id: &str, algorithm: Algorithm) -> NewTenant {
    let mut new = wanted(OTHER.0, OTHER.1);
    new.key = PairWanted {
        algorithm,
        custody: Custody::Direct,
        kms_key: Some(key_id.to_owned()),
        rotate: None,
    };
    new
}

/// It would be gone when that one lets it go.
#[tokio::test]
async fn a_key_that_was_made_for_a_tenant_is_no_other_tenants() {
    let bench = Box::pin(Bench::embedded()).await;
    let custody = aws::Ports::keys(&bench.backend).custody().clone();
    let somebody = id("somebody");
    let made = custody.create_direct(&somebody, Algorithm::Es256);
    let Held::Direct { key_id } = made.await.expect("makes a key").held else {
        panic!("it is in KMS")
    };
    let new = signing_with(&key_id, Algorithm::Es256);
    let refused = install(&bench, &new).await.err().expect("it is another's");
    assert!(refused.contains("made for another tenant"), "{refused}");
    let new = wanted(OTHER.0, OTHER.1);
    install(&bench, &new)
        .await
        .expect("nothing stands in its way");
}

/// Those who run an installation may do what its functions may not.
#[tokio::test]
async fn a_key_that_tenants_share_stays_when_one_of_them_lets_it_go() {
    let bench = Box::pin(Bench::embedded()).await;
    let keys = aws::Ports::keys(&bench.backend);
    let (custody, keyring) = (keys.custody(), keys.keyring());
    let made = kms(&bench)
        .create_key()
        .key_spec(KeySpec::EccNistP256)
        .key_usage(KeyUsageType::SignVerify);
    let made = made.send().await.expect("makes a key");
    let shared = made.key_metadata().expect("a key").key_id();
    let shared = custody.direct(shared, None).await.expect("describes it");
    let its_own = custody.create_direct(&id(OTHER.0), Algorithm::Es256).await;
    let its_own = its_own.expect("makes another");
    let before = enabled_keys(&bench).await;
    assert_eq!(keyring.retire(&id(OTHER.0), &shared).await, Ok(false));
    assert_eq!(keyring.retire(&id("a"), &its_own).await, Ok(false));
    assert_eq!(enabled_keys(&bench).await, before);
    assert_eq!(keyring.retire(&id(OTHER.0), &its_own).await, Ok(true));
    assert_eq!(enabled_keys(&bench).await, before - 1);
}

#[tokio::test]
async fn keys_that_open_are_removed_with_a_tenant_as_those_that_sign() {
    let bench = Box::pin(Bench::embedded()).await;
    let custody = aws::Ports::keys(&bench.backend).custody().clone();
    let (own, another) = (id(OTHER.0), id("a"));
    let made = custody.create_encryption_key(&own, RsaLength::Bits2048);
    let key_id = made.await.expect("makes a key").kms_key.expect("its id");
    assert_eq!(custody.remove_made_for(&another, &key_id).await, Ok(false));
    assert_eq!(custody.remove_made_for(&own, &key_id).await, Ok(true));
}

#[tokio::test]
async fn a_tenant_signs_with_a_key_that_was_there_and_leaves_it_there() {
    let bench = Box::pin(Bench::embedded()).await;
    let custody = aws::Ports::keys(&bench.backend).custody().clone();
    let made = kms(&bench)
        .create_key()
        .key_spec(KeySpec::EccNistP256)
        .key_usage(KeyUsageType::SignVerify)
        .description("Latchkey dev, the default direct signer"); // as that of the template
    let made = made.send().await.expect("makes a key");
    let key_id = made.key_metadata().expect("a key").key_id();
    let made = custody.direct(key_id, None).await.expect("describes it");
    let mut new = signing_with(key_id, Algorithm::Rs256);
    let refused = install(&bench, &new).await.err().expect("it is for ES256");
    assert!(refused.contains("cannot be taken"), "{refused}");
    new.key.algorithm = Algorithm::Es256;
    let before = enabled_keys(&bench).await;
    install(&bench, &new).await.expect("makes the tenant");
    assert_eq!(enabled_keys(&bench).await, before, "none was made");
    let configuration = provider::config::Configuration::new(
        bench.backend.stores.config(),
        aws::Ports::scripts(&bench.backend, std::sync::Arc::clone(&bench.backend.engine)),
    );
    let (_, config) = configuration.read(&id(OTHER.0)).await.expect("reads");
    let pair = config.keys().next().expect("its pair");
    assert_eq!(pair.signing().map(|key| &key.kid), Some(&made.kid));
    assert!(pair.certificate.is_some());
    tenants::delete(&bench.backend, &id(OTHER.0), Patience::None, &|_| {})
        .await
        .expect("removes");
    assert_eq!(enabled_keys(&bench).await, before, "it was not made for it");
}

#[test]
fn a_key_that_is_one_in_kms_is_neither_sealed_nor_rotated() {
    let read = |pair: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("fixture.yaml");
        let text = format!(
            "applications: [{{slug: a, provider: {{redirect_uris: [], signing_key: {pair}}}}}]"
        );
        std::fs::write(&file, text).expect("writes");
        Fixture::read(&file)
            .map(drop)
            .map_err(|why| format!("{why:#}"))
    };
    assert_eq!(read("{algorithm: ES256, kms_key: arn}"), Ok(()));
    for wrong in [
        "{kms_key: arn, custody: envelope}",
        "{kms_key: arn, rotate: days=90}",
    ] {
        let why = read(wrong).expect_err("it is one key");
        assert!(why.contains("kms_key is one key"), "{why}");
    }
}

#[tokio::test]
async fn a_start_on_a_host_that_is_another_tenants_says_so() {
    let bench = Box::pin(Bench::embedded()).await;
    install(&bench, &wanted(OTHER.0, OTHER.1))
        .await
        .expect("makes the tenant");
    let seed = Seed::new(&bench.backend).expect("a name");
    let (base, callback) = (format!("http://{}", OTHER.1), "http://localhost/cb");
    let hosts = [OTHER.1.to_owned()];
    let run = Box::pin(seed.run(&base, &hosts, callback, None)).await;
    let why = format!("{:#}", run.err().expect("it is taken"));
    assert!(
        why.contains("another tenant has one of these hosts"),
        "{why}"
    );
}
