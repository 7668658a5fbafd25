//! The file that a tenant is carried away in: lines of JSON. First says what it is, then one item a line in DynamoDB's own
//! JSON, last how many and the SHA-256 of all before.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Seek as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use aws::dynamodb::estate::Record;
use aws_lc_rs::digest::{Context, SHA256};
use protocol::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};

/// The only form of the file there is.
const FORM: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// The form of the file.
    pub(super) latchkey_tenant: u32,
    /// The version that wrote it.
    pub(super) version: String,
    /// Whose it is.
    pub(super) tenant: TenantId,
    /// When it was written.
    pub(super) written: Timestamp,
    /// The key that what is sealed in it is sealed under.
    pub(super) envelope_key: String,
    /// Whether sessions and tokens are in it.
    pub(super) sessions: bool,
    /// Whether events are in it.
    pub(super) events: bool,
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    records: u64,
    sha256: String,
}

impl Header {
    pub(super) fn new(
        tenant: &TenantId,
        envelope_key: &str,
        (sessions, events): (bool, bool),
        written: Timestamp,
    ) -> Self {
        Self {
            latchkey_tenant: FORM,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            tenant: tenant.clone(),
            written,
            envelope_key: envelope_key.to_owned(),
            sessions,
            events,
        }
    }
}

/// Writes such a file.
pub(super) struct Writer {
    to: BufWriter<File>,
    digest: Context,
    records: u64,
}

impl Writer {
    /// A new file, that nobody else on the machine reads.
    pub(super) fn create(path: &Path, header: &Header) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let shown = path.display();
        let file = options.open(path);
        let file = file.with_context(|| format!("cannot make the file {shown}"))?;
        let mut writer = Self {
            to: BufWriter::new(file),
            digest: Context::new(&SHA256),
            records: 0,
        };
        writer.line(&serde_json::to_string(header)?)?;
        Ok(writer)
    }

    pub(super) fn write(&mut self, record: &Record) -> anyhow::Result<()> {
        self.records += 1;
        self.line(&record.to_line()?)
    }

    /// The last line; answers with how many items were written.
    pub(super) fn finish(mut self) -> anyhow::Result<u64> {
        let footer = Footer {
            records: self.records,
            sha256: hex(self.digest.clone()),
        };
        self.line(&serde_json::to_string(&footer)?)?;
        let file = self.to.into_inner()?;
        file.sync_all()?;
        Ok(footer.records)
    }

    fn line(&mut self, line: &str) -> anyhow::Result<()> {
        for bytes in [line.as_bytes(), b"\n"] {
            self.digest.update(bytes);
            self.to.write_all(bytes)?;
        }
        Ok(())
    }
}

/// A file that is whole: read once to find that out, and again for what is in it.
pub(super) struct Checked {
    pub(super) header: Header,
    pub(super) checksum: String,
    from: BufReader<File>,
}

impl Checked {
    /// Reads all of it.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
        let mut from = BufReader::new(file);
        let mut digest = Context::new(&SHA256);
        let first = line(&mut from)?.with_context(|| format!("{shown} is empty"))?;
        let header: Header = serde_json::from_str(first.trim_end())
            .with_context(|| format!("{shown} is no export of a tenant"))?;
        if header.latchkey_tenant != FORM {
            let its = header.latchkey_tenant;
            bail!("{shown} is of form {its}; this version reads {FORM}");
        }
        digest.update(first.as_bytes());
        let (mut records, mut last) = (0, None);
        while let Some(next) = line(&mut from)? {
            if let Some(former) = last.replace(next) {
                digest.update(String::as_bytes(&former));
                records += 1;
            }
        }
        let footer = last.and_then(|last| serde_json::from_str::<Footer>(last.trim_end()).ok());
        let footer = footer.with_context(|| format!("{shown} is cut off: its end is missing"))?;
        let checksum = hex(digest);
        ensure!(
            (footer.records, &footer.sha256) == (records, &checksum),
            "{shown} is damaged: its checksum is another"
        );
        let mut checked = Self {
            header,
            checksum,
            from,
        };
        checked.begin()?;
        Ok(checked)
    }

    /// Back to the first item.
    pub(super) fn begin(&mut self) -> anyhow::Result<()> {
        self.from.rewind()?;
        line(&mut self.from)?;
        Ok(())
    }

    /// The next item; `None` after the last.
    pub(super) fn record(&mut self) -> anyhow::Result<Option<Record>> {
        let Some(next) = line(&mut self.from)? else {
            return Ok(None);
        };
        if let Some(record) = Record::from_line(next.trim_end()) {
            return Ok(Some(record));
        }
        ensure!(
            serde_json::from_str::<Footer>(next.trim_end()).is_ok(),
            "a line of the file is no item"
        );
        Ok(None)
    }
}

fn line(from: &mut BufReader<File>) -> anyhow::Result<Option<String>> {
    let mut line = String::new();
    let read = from.read_line(&mut line)?;
    Ok((read > 0).then_some(line))
}

fn hex(digest: Context) -> String {
    use std::fmt::Write as _;
    let digest = digest.finish();
    digest
        .as_ref()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(pk: &str) -> Record {
        let line = format!(r#"{{"pk":{{"S":"{pk}"}},"sk":{{"S":"x"}},"n":{{"N":"1"}}}}"#);
        Record::from_line(&line).unwrap()
    }

    fn written(path: &Path) {
        let tenant = TenantId::parse("a").unwrap();
        let header = Header::new(&tenant, "key", (false, true), Timestamp::from_unix(9));
        let mut writer = Writer::create(path, &header).unwrap();
        for pk in ["T#a#ONE", "T#a#TWO"] {
            writer.write(&record(pk)).unwrap();
        }
        assert_eq!(writer.finish().unwrap(), 2);
    }

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        written(&path);
        let mut file = Checked::open(&path).unwrap();
        assert_eq!(file.header.tenant.as_str(), "a");
        let read: Vec<Record> = std::iter::from_fn(|| file.record().unwrap()).collect();
        assert_eq!(read, [record("T#a#ONE"), record("T#a#TWO")]);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_for_its_owner_alone_and_in_nothings_place() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        written(&path);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let tenant = TenantId::parse("a").unwrap();
        let header = Header::new(&tenant, "key", (false, true), Timestamp::from_unix(9));
        assert!(
            Writer::create(&path, &header).is_err(),
            "an export is there"
        );
    }

    #[test]
    fn what_is_cut_off_changed_or_of_another_form_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        written(&path);
        let whole = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let refused = |text: String| {
            std::fs::write(&path, text).unwrap();
            Checked::open(&path).err().unwrap().to_string()
        };
        let cut = refused(lines[..lines.len() - 1].join("\n"));
        assert!(cut.contains("cut off"), "{cut}");
        let changed = refused(whole.replace("T#a#TWO", "T#a#TOO"));
        assert!(changed.contains("damaged"), "{changed}");
        let missing = refused([lines[0], lines[1], lines[3], ""].join("\n"));
        assert!(missing.contains("damaged"), "{missing}");
        let form = whole.replace(r#""latchkey_tenant":1"#, r#""latchkey_tenant":2"#);
        assert!(refused(form).contains("form 2"));
        assert!(refused("{}\n".to_owned()).contains("no export"));
        assert!(refused(String::new()).contains("empty"));
    }
}
