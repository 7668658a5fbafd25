//! The fence: limits that the kernel keeps, whatever the engine does. Each is set with its hard limit, so that
//! nothing in this process can lift it again.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// How much a worker may grow beyond what it has when it is warm. An allocation past it fails, and Rust then
/// ends the process.
const GROWTH_BYTES: u64 = 64 * 1024 * 1024;

/// What has grown by this much for good is replaced before a harmless script meets the limit.
const WORN_BYTES: u64 = 24 * 1024 * 1024;

/// Seconds of processor time for one request, where the parent is not there to end it earlier.
const CPU_SECONDS: u64 = 2;

/// Reads how large this process is.
pub(super) struct Meter {
    statm: Option<File>,
}

/// Sizes in bytes.
#[derive(Clone, Copy)]
struct Size {
    /// All address space.
    whole: u64,
    /// Private writable memory; untouched reserves of the allocator are none.
    data: u64,
}

impl Meter {
    /// Opens what it reads, as nothing can be opened behind the fence. (Linux; elsewhere there is no such file.)
    pub(super) fn open() -> Self {
        Self {
            statm: File::open("/proc/self/statm").ok(),
        }
    }

    /// `None` where this cannot be known.
    fn size(&mut self) -> Option<Size> {
        let statm = self.statm.as_mut()?;
        let mut text = [0; 256];
        statm.rewind().ok()?;
        let length = statm.read(&mut text).ok()?;
        parse(
            std::str::from_utf8(text.get(..length)?).ok()?,
            u64::try_from(rustix::param::page_size()).ok()?,
        )
    }
}

/// Fields 1 and 6 of `/proc/self/statm`, in pages (`proc_pid_statm(5)`).
fn parse(statm: &str, page: u64) -> Option<Size> {
    let mut fields = statm.split_ascii_whitespace();
    let whole: u64 = fields.next()?.parse().ok()?;
    let data: u64 = fields.nth(4)?.parse().ok()?;
    Some(Size {
        whole: whole * page,
        data: data * page,
    })
}

/// The limits are in force.
pub(super) struct Fence {
    meter: Meter,
    /// Private writable memory when it was raised.
    data: Option<u64>,
}

impl Fence {
    /// Sets what holds for the worker's whole life.
    ///
    /// # Errors
    /// When a limit cannot be set: then nothing must be run.
    pub(super) fn raise(mut meter: Meter) -> io::Result<Self> {
        // When memory runs out, this process goes first and not its parent. A wish, not a limit.
        let _ = fs::write("/proc/self/oom_score_adj", "1000");
        let size = meter.size();
        match size {
            Some(size) => {
                fix(Resource::As, size.whole + GROWTH_BYTES)?;
                // The allocator's reserves count as address space, and could be filled.
                fix(Resource::Data, size.data + GROWTH_BYTES)?;
            }
            None if cfg!(target_os = "linux") => return Err(io::ErrorKind::NotFound.into()),
            None => {} // macOS keeps neither limit
        }
        fix(Resource::Core, 0)?; // no user's facts on a disk,
        fix(Resource::Fsize, 0)?; // nothing written,
        fix(Resource::Nofile, 0)?; // neither file nor socket opened,
        fix(Resource::Nproc, 0)?; // nothing started.
        Ok(Self {
            meter,
            data: size.map(|size| size.data),
        })
    }

    /// Whether so much memory has not come back that the next script would have less than it may expect.
    pub(super) fn is_worn(&mut self) -> bool {
        match (self.data, self.meter.size()) {
            (Some(fresh), Some(size)) => size.data > fresh + WORN_BYTES,
            _ => false,
        }
    }
}

/// Allows for one more request's processor time.
///
/// # Errors
/// When the limit cannot be set.
pub(super) fn allow_one_request() -> io::Result<()> {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let soft = Rlimit {
        current: Some(used + CPU_SECONDS),
        maximum: getrlimit(Resource::Cpu).maximum,
    };
    Ok(setrlimit(Resource::Cpu, soft)?)
}

fn fix(resource: Resource, most: u64) -> io::Result<()> {
    let most = Some(match getrlimit(resource).maximum {
        Some(lower) => most.min(lower),
        None => most,
    });
    Ok(setrlimit(
        resource,
        Rlimit {
            current: most,
            maximum: most,
        },
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_the_first_and_the_sixth_field_in_pages() {
        let size = parse("100 20 3 4 0 50 0\n", 4096).unwrap();
        assert_eq!((size.whole, size.data), (409_600, 204_800));
        assert!(parse("100 20", 4096).is_none());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_meter_sees_what_is_taken() {
        let mut meter = Meter::open();
        let before = meter.size().unwrap().data;
        let taken = vec![1_u8; 32 * 1024 * 1024];
        let after = meter.size().unwrap().data;
        assert!(
            after > before + WORN_BYTES,
            "{before} {after} {}",
            taken.len()
        );
    }
}
