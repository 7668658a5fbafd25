//! An issuer as a few instances of every function see it: each with caches and connections of its own, over one table and
//! one KMS behind the fault proxies.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use load::proxy::{Gate, Proxy};
use local::backend::Backend;
use local::fixture::Fixture;
use local::gateway::Gateway;
use local::seed::{Seed, Seeded};
use uuid::Uuid;

/// The issuer's host.
pub(crate) const HOST: &str = "id.example.com";
/// Where clients want people to be sent.
pub(crate) const CALLBACK: &str = "https://rp.example/cb";
/// The key of the superuser's API token.
pub(crate) const ROOT_KEY: &str = "the-key-of-the-superuser";
/// How many people there are from the start.
pub(crate) const PEOPLE: usize = 12;
/// How many applications share one mapping: more than one transaction takes.
pub(crate) const MANY: usize = 54;

const FIXTURE: &str = include_str!("world.yaml");

/// A seeded table and KMS.
pub(crate) struct World {
    /// Past the proxies.
    pub(crate) direct: Backend,
    /// Where DynamoDB Local answers.
    pub(crate) dynamodb_url: String,
    /// The table.
    pub(crate) table: String,
    /// What was seeded.
    pub(crate) seeded: Seeded,
    kms: Backend,
}

impl World {
    /// Starts and seeds it.
    pub(crate) async fn prepare() -> anyhow::Result<Self> {
        let dynamodb_url = tokio::task::spawn_blocking(xtask::dynamodb_local::endpoint).await??;
        let kms = Box::pin(Backend::memory()).await?;
        let table = format!("faults-{}", Uuid::new_v4());
        let direct = Box::pin(connect(&dynamodb_url, &kms.kms_url, &table)).await?;
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), fixture()?)?;
        let fixture = Fixture::read(file.path())?;
        let base = format!("https://{HOST}");
        let callback = format!("{base}/demo/callback");
        let hosts = [HOST.to_owned()];
        let seed = Seed::new(&direct)?;
        let seeded = Box::pin(seed.run(&base, &hosts, &callback, Some(&fixture))).await?;
        Ok(Self {
            direct,
            dynamodb_url,
            table,
            seeded,
            kms,
        })
    }

    /// Where the KMS emulator answers.
    pub(crate) fn kms_url(&self) -> &str {
        &self.kms.kms_url
    }

    /// Instances behind proxies with this gate.
    pub(crate) async fn instances(
        &self,
        count: usize,
        gate: &Arc<dyn Gate>,
    ) -> anyhow::Result<Vec<(Gateway, Backend)>> {
        let dynamodb = Proxy::start(&self.dynamodb_url, Arc::clone(gate)).await?;
        let kms = Proxy::start(self.kms_url(), Arc::clone(gate)).await?;
        let mut all = Vec::new();
        for _ in 0..count {
            let connected = Backend::connect(&dynamodb.url, &kms.url, &self.table);
            let mut backend = Box::pin(connected).await?;
            backend.mailer = Arc::clone(&backend.mailbox) as _; // at once
            all.push((Gateway::new(&backend), backend));
        }
        Ok(all)
    }

    /// The environment of a function over the emulators themselves.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let all = [
            ("LATCHKEY_TABLE", self.table.as_str()),
            ("LATCHKEY_ENVELOPE_KEY", &self.direct.envelope_key),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb_url),
            ("AWS_ENDPOINT_URL_KMS", self.kms_url()),
            ("AWS_ENDPOINT_URL_SESV2", &self.direct.ses_url),
            ("LATCHKEY_MAIL_FROM", local::mailbox::FROM),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_REGION", "us-east-1"),
        ];
        let all = all.into_iter();
        all.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The number of this application's provider.
    pub(crate) fn provider(&self, slug: &str) -> anyhow::Result<u64> {
        let mut all = self.seeded.fixture.iter();
        let found = all.find(|it| it.client.slug.as_str() == slug);
        Ok(found.context("a seeded application")?.client.provider_pk)
    }
}

/// A DynamoDB Local that has just begun may take longer for its first table than is waited for it.
async fn connect(dynamodb_url: &str, kms_url: &str, table: &str) -> anyhow::Result<Backend> {
    for _ in 0..3 {
        if let Ok(backend) = Box::pin(Backend::connect(dynamodb_url, kms_url, table)).await {
            return Ok(backend);
        }
    }
    Box::pin(Backend::connect(dynamodb_url, kms_url, table)).await
}

/// Somebody who was there from the start.
pub(crate) fn person(number: usize) -> (String, String) {
    let number = number % PEOPLE;
    (
        format!("p{number:02}"),
        format!("the password of p{number:02}"),
    )
}

fn fixture() -> anyhow::Result<String> {
    let mut text = FIXTURE.to_owned();
    for number in 0..MANY {
        write!(
            text,
            "  - slug: m{number:02}\n    provider: {{client_secret: s, redirect_uris: [\"{CALLBACK}\"], consent: implicit, \
             signing_key: none, property_mappings: [openid, Shared]}}\n"
        )?;
    }
    text += "users:\n";
    writeln!(
        text,
        "  - {{username: root, groups: [superusers], tokens: [{{identifier: root-api, key: {ROOT_KEY}}}]}}"
    )?;
    for number in 0..PEOPLE {
        let (name, password) = person(number);
        let group = number % 3;
        writeln!(
            text,
            "  - {{username: {name}, name: Person {number}, email: {name}@example.com, password: {password}, groups: [crew, team{group}]}}"
        )?;
    }
    Ok(text)
}
