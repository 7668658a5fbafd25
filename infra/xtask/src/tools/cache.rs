//! `${LATCHKEY_TOOLS:-~/.cache/latchkey}/<name>-<version>`: a tool is fetched once for every clone.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use crate::step;

/// Written last: a folder without it is what an interrupted fetch left, and is thrown away.
/// (Fetching elsewhere and renaming would break Python's environments, which hold their own path.)
const COMPLETE: &str = ".complete";

/// The cache's folder.
///
/// # Errors
/// When neither `LATCHKEY_TOOLS` nor `HOME` is set.
pub fn folder() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("LATCHKEY_TOOLS").filter(|given| !given.is_empty()) {
        return Ok(std::path::absolute(given)?);
    }
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    let home =
        home.ok_or_else(|| anyhow!("set LATCHKEY_TOOLS to a folder for tools: HOME is not set"))?;
    Ok(PathBuf::from(home).join(".cache/latchkey"))
}

/// The folder of a tool, filled by `fetch` if it is not complete yet. Only one process fetches at a time.
///
/// # Errors
/// What `fetch` said, or the file system.
pub fn tool(cache: &Path, name: &str, fetch: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = cache.join(name);
    if folder.join(COMPLETE).exists() {
        return Ok(folder);
    }
    let _lock = lock(cache, name)?;
    if folder.join(COMPLETE).exists() {
        return Ok(folder); // another process was faster
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    step::say(format_args!(
        "    fetching {name} into {}",
        folder.display()
    ));
    fetch(&folder).with_context(|| format!("cannot fetch {name}"))?;
    File::create(folder.join(COMPLETE))?.sync_all()?;
    Ok(folder)
}

/// Waits until no other process holds the lock of this name; held until dropped.
///
/// # Errors
/// When the lock file cannot be made or locked.
pub fn lock(cache: &Path, name: &str) -> Result<File> {
    std::fs::create_dir_all(cache).with_context(|| format!("cannot make {}", cache.display()))?;
    let path = cache.join(format!("{name}.lock"));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use anyhow::bail;

    use super::*;

    #[test]
    fn a_tool_is_fetched_once() {
        let cache = tempfile::tempdir().unwrap();
        let times = AtomicU32::new(0);
        let fetch = |into: &Path| {
            times.fetch_add(1, Ordering::Relaxed);
            std::fs::write(into.join("it"), "works")?;
            Ok(())
        };
        let first = tool(cache.path(), "t-1", fetch).unwrap();
        assert_eq!(tool(cache.path(), "t-1", fetch).unwrap(), first);
        assert_eq!(times.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn an_interrupted_fetch_never_looks_complete() {
        let cache = tempfile::tempdir().unwrap();
        let failed = tool(cache.path(), "t-1", |into| {
            std::fs::write(into.join("half"), "")?;
            bail!("the line went dead")
        });
        assert!(format!("{:#}", failed.unwrap_err()).contains("line went dead"));
        let folder = tool(cache.path(), "t-1", |_| Ok(())).unwrap();
        assert!(
            !folder.join("half").exists(),
            "the rest of the first attempt is gone"
        );
    }

    #[test]
    fn two_at_once_fetch_once() {
        let cache = tempfile::tempdir().unwrap();
        let times = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    tool(cache.path(), "t-1", |_| {
                        times.fetch_add(1, Ordering::Relaxed);
                        std::thread::sleep(std::time::Duration::from_millis(50));
                        Ok(())
                    })
                    .unwrap()
                });
            }
        });
        assert_eq!(times.load(Ordering::Relaxed), 1);
    }
}
