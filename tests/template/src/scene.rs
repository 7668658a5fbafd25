//! A deployment with everything the journeys need: a tenant, its applications and people, written as whoever runs an installation
//! writes them, over the table and the keys that the template made.

use std::sync::Arc;

use anyhow::Context as _;
use aws::Ports as _;
use expressions::{Sandbox, WorkerProgram};
use local::backend::Backend;
use local::clock::now;
use local::fixture::Fixture;
use local::seed::Seed;
use protocol::Timestamp;
use provider::config::{Change, Configuration, KeyPair, Rotation};
use serde_json::Value;
use xtask::workspace;

use crate::elsewhere::Elsewhere;
use crate::front::Front;
use crate::stack::Stack;
use crate::translate::{self, Parameters};
use crate::visitor::Visitor;

const FIXTURE: &str = include_str!("fixture.yaml");

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The address that letters come from.
pub(crate) const MAIL_FROM: &str = "no-reply@example.com";

/// The environment of production, with everything that can be switched on.
pub(crate) fn production() -> anyhow::Result<Parameters> {
    translate::parameters(
        "prod.yaml",
        &[
            ("DomainName", "id.example.com"),
            (
                "CertificateArn",
                "arn:aws:acm:us-east-1:000000000000:certificate/1",
            ),
            ("MtlsDomainName", "mtls.id.example.com"),
            (
                "MtlsCertificateArn",
                "arn:aws:acm:us-east-1:000000000000:certificate/2",
            ),
            ("MtlsTruststoreUri", "s3://truststore/clients.pem"),
            ("MailFrom", MAIL_FROM),
            ("MailConfigurationSet", "letters"),
            ("SigningKeySpec", "ECC_NIST_P256"),
            ("KeyOperatorArn", "arn:aws:iam::000000000000:role/local"),
            (
                "KeyAdministratorArn",
                "arn:aws:iam::000000000000:role/somebody-else",
            ),
            ("Tracing", "true"),
            ("HostedZoneId", "Z1"),
            ("AlarmEmail", "on-call@example.com"),
        ],
    )
}

/// A deployment.
pub(crate) struct Scene {
    pub(crate) front: Arc<Front>,
    /// The issuer's host.
    pub(crate) host: String,
    /// Whose assertions are taken.
    pub(crate) elsewhere: Elsewhere,
}

impl Scene {
    /// Deploys with these parameters, and seeds a tenant at this host.
    pub(crate) async fn new(
        parameters: &Parameters,
        change: impl FnOnce(&mut Value),
    ) -> anyhow::Result<Self> {
        let stack = Stack::deploy_changed(parameters, change).await?;
        let domain = stack.domains.iter().find(|(_, asks)| !**asks);
        let host = domain
            .map(|(host, _)| host.clone())
            .or_else(|| stack.api_host.clone());
        let host = host.context("a host")?;
        let elsewhere = Elsewhere::new();
        seed(&stack, &host, &elsewhere).await?;
        Ok(Self {
            front: Front::start(stack).await?,
            host,
            elsewhere,
        })
    }

    pub(crate) fn stack(&self) -> &Stack {
        &self.front.stack
    }

    /// A browser without cookies.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::new(&self.front, &self.host)
    }

    /// The browser of somebody who signs in where they are asked to, and agrees.
    pub(crate) fn person(&self, username: &str) -> Visitor {
        self.visitor().signing_in(username, PASSWORD)
    }

    /// The issuer of an application.
    pub(crate) fn issuer(&self, slug: &str) -> String {
        format!("https://{}/application/o/{slug}/", self.host)
    }
}

/// What was refused and what failed is the first that whoever reads a failed test wants to know.
impl Drop for Scene {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let refused = self.stack().ledger.take_refused();
            println!("{:#?}\n{refused:#?}", self.front.take_failures());
        }
    }
}

async fn seed(stack: &Stack, host: &str, elsewhere: &Elsewhere) -> anyhow::Result<()> {
    let [table] = stack.tables.as_slice() else {
        anyhow::bail!("one table is expected, not {:?}", stack.tables)
    };
    let emulators = &stack.emulators;
    let mut backend = Backend::connect(&emulators.dynamodb, &emulators.kms, table).await?;
    // By its ARN, as the functions name it: keys that are made have it as their tag.
    let envelope = stack
        .outputs
        .get("EnvelopeKeyArn")
        .context("no EnvelopeKeyArn")?;
    let clients = aws::Clients::local(&emulators.dynamodb, &emulators.kms)?;
    backend.keys = aws::Keys::new(clients.kms(), envelope);
    let worker = workspace::target().join("debug/expression-worker");
    backend.engine = Arc::new(Sandbox::new(WorkerProgram::at(worker, []), 2));
    let file = tempfile::NamedTempFile::new()?;
    let key = stack.outputs.get("SigningKeyArn");
    let text = FIXTURE.replace("SIGNING_KEY", key.context("no SigningKeyArn")?);
    let text = text.replace("KEYS", &elsewhere.jwk().to_string());
    std::fs::write(file.path(), text)?;
    let fixture = Fixture::read(file.path())?;
    let base = format!("https://{host}");
    let callback = format!("{base}/demo/callback");
    let seeded = Seed::new(&backend)?
        .run(&base, &[host.to_owned()], &callback, Some(&fixture))
        .await?;
    let scripts = backend.scripts(Arc::clone(&backend.engine));
    let configuration = Configuration::new(backend.stores.config(), scripts);
    let (_, config) = configuration.read(&seeded.tenant.id).await?;
    // The keys of two applications are due to be rotated.
    let mut changes = Vec::new();
    for name in ["web (signing)", "elliptic (signing)"] {
        let pair = config
            .keys()
            .find(|pair| pair.name == name)
            .context("its key pair")?;
        let every = pair.rotation.as_ref().and_then(|it| it.every.clone());
        let since = Rotation::since(Timestamp::from_unix(now().unix() - 7_200));
        let rotation = Some(Rotation { every, ..since });
        changes.push(Change::put(KeyPair {
            rotation,
            ..pair.clone()
        }));
    }
    let saved = configuration
        .save(&seeded.tenant, &changes, &[], now())
        .await;
    saved.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(())
}
