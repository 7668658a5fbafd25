//! The emulators, each a process of its own, so that their CPU can be told from the functions' and from ours.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use load::proxy::{Call, Gate, Proxy, Verdict};
use local::kms::Emulator;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

/// How this executable is told to be the KMS emulator.
pub(crate) const KMS: &str = "kms-emulator";

/// Running emulators.
pub(crate) struct Store {
    /// Where DynamoDB Local answers.
    pub(crate) dynamodb_url: String,
    /// Where the KMS emulator answers.
    pub(crate) kms_url: String,
    /// Where an SQS answers that says yes to everything.
    pub(crate) sqs_url: String,
    processes: Vec<u32>,
    _kms: Child,
}

impl Store {
    /// Starts all of them, or uses the DynamoDB Local that the environment names.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let dynamodb_url = tokio::task::spawn_blocking(xtask::dynamodb_local::endpoint).await??;
        let mut kms = Command::new(std::env::current_exe()?)
            .arg(KMS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let said = kms.stdout.take().context("the KMS emulator's output")?;
        let kms_url = BufReader::new(said).lines().next_line().await?;
        let kms_url = kms_url.context("the KMS emulator ended at once")?;
        let sqs_url = Proxy::start(&dynamodb_url, Arc::new(Yes)).await?.url;
        let port = dynamodb_url
            .rsplit(':')
            .next()
            .and_then(|it| it.parse().ok());
        let dynamodb = listening(port.context("DynamoDB Local's port")?)?;
        let processes = dynamodb.into_iter().chain(kms.id()).collect();
        Ok(Self {
            dynamodb_url,
            kms_url,
            sqs_url,
            processes,
            _kms: kms,
        })
    }

    /// CPU that they have taken since they began.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        self.processes.iter().map(|id| cpu(*id)).sum()
    }
}

/// Is the KMS emulator, until its input ends: with whoever started it.
pub(crate) async fn serve_kms() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    xtask::step::say(format_args!("http://{}", listener.local_addr()?));
    let ended = async {
        let mut rest = Vec::new();
        let _ = tokio::io::stdin().read_to_end(&mut rest).await;
    };
    Arc::new(Emulator::memory()).serve(listener, ended).await
}

/// Answers everything without asking anybody.
struct Yes;

#[async_trait]
impl Gate for Yes {
    async fn before(&self, _: &Call) -> Verdict {
        Verdict::Answer(200, json!({}))
    }
}

/// User and system time of a process, those of its threads that have ended included (proc(5): fields 14 and 15 of `stat`).
fn cpu(process: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, behind_the_name) = stat.rsplit_once(") ").context("no stat")?;
    let fields: Vec<&str> = behind_the_name.split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<u64>().ok());
    let sum = ticks(11).context("no utime")? + ticks(12).context("no stime")?;
    let a_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_nanos(sum * 1_000_000_000 / a_second))
}

/// The process that listens on this port: `None` where it is somebody else's.
fn listening(port: u16) -> anyhow::Result<Option<u32>> {
    let mut sockets = Vec::new();
    for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let table = std::fs::read_to_string(file).unwrap_or_default();
        // sl local_address rem_address st … inode: the tenth.
        for line in table.lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let ours = format!(":{port:04X}");
            if let [_, local, _, "0A", _, _, _, _, _, inode, ..] = fields.as_slice()
                && local.ends_with(&ours)
            {
                sockets.push(PathBuf::from(format!("socket:[{inode}]")));
            }
        }
    }
    for process in std::fs::read_dir("/proc")? {
        let process = process?;
        let Ok(id) = process.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let open = std::fs::read_dir(process.path().join("fd")).into_iter();
        let open = open.flatten().flatten();
        if open
            .filter_map(|file| std::fs::read_link(file.path()).ok())
            .any(|target| sockets.contains(&target))
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}
