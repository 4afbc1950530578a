//! What a case takes: processor time and memory of this process.

use std::time::Duration;

/// What this process has had of the processor: other work on the machine, and a stop, do not count.
#[cfg(target_os = "linux")]
pub(super) fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The time on the wall, where no other clock is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn processor_time() -> Duration {
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    BEGAN.elapsed()
}

/// Memory of this process: what it had, and the most it has had since.
pub(super) struct Memory {
    before: u64,
}

impl Memory {
    pub(super) fn begin() -> Self {
        // Where the kernel does not let us, the peak is the whole process's: then a case is judged too kindly.
        drop(std::fs::write("/proc/self/clear_refs", "5"));
        Self { before: field("VmRSS:") }
    }

    /// Bytes at the peak beyond what there was before; nothing where there is no `/proc`.
    pub(super) fn grown(&self) -> u64 {
        field("VmHWM:").saturating_sub(self.before)
    }
}

fn field(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
