//! A function's zip: one file, `bootstrap`, with nothing in it that differs from build to build.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Writes the zip of a binary: its time is the beginning of a zip's calendar (1980), everybody may run it.
///
/// # Errors
/// When a file cannot be read or written.
pub fn write(binary: &Path, zip: &Path) -> Result<()> {
    let mut from = File::open(binary).with_context(|| format!("no {}", binary.display()))?;
    let mut writer = ZipWriter::new(File::create(zip)?);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    writer.start_file("bootstrap", options)?;
    std::io::copy(&mut from, &mut writer)?;
    writer.finish()?;
    Ok(())
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub fn sha256(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("no {}", file.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn a_zip_knows_neither_when_nor_where_nor_by_whom_it_was_made() {
        let zips = [1, 2].map(|which| {
            let folder = tempfile::tempdir().unwrap();
            let binary = folder.path().join(format!("binary-{which}"));
            std::fs::write(&binary, vec![7; 10_000]).unwrap();
            let file = File::open(&binary).unwrap();
            let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 * which);
            file.set_modified(then).unwrap();
            let mode = u32::try_from(which).unwrap() * 0o100;
            let mode = std::fs::Permissions::from_mode(0o400 + mode);
            file.set_permissions(mode).unwrap();
            let zip = folder.path().join("a.zip");
            write(&binary, &zip).unwrap();
            (sha256(&zip).unwrap(), std::fs::read(&zip).unwrap())
        });
        assert_eq!(zips[0], zips[1]);
        assert!(zips[0].1.len() < 1_000, "compressed");
    }

    #[test]
    fn the_digest_is_sha_256() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("abc");
        std::fs::write(&file, "abc").unwrap();
        let digest = sha256(&file).unwrap();
        assert!(
            digest.starts_with("ba7816bf8f01cfea414140de5dae2223"),
            "{digest}"
        );
    }
}
