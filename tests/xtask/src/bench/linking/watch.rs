//! What a process takes, read from `/proc`.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::failure::{Context, Outcome};

/// Between two looks.
const STRIDE: Duration = Duration::from_millis(100);

/// The unit of `/proc`'s processor times on every Linux of today, in seconds.
const TICK: f64 = 0.01;

/// Looks at a process's memory until it is ended.
pub(super) struct Watch {
    over: Arc<AtomicBool>,
    looking: JoinHandle<u64>,
}

impl Watch {
    /// Begins.
    pub(super) fn over(process: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let looking = std::thread::spawn(move || {
            let mut most = 0;
            while !told.load(Ordering::Relaxed) {
                most = most.max(resident(process).unwrap_or_default());
                std::thread::sleep(STRIDE);
            }
            most
        });
        Self { over, looking }
    }

    /// Most memory that was seen, in bytes.
    pub(super) fn end(self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        self.looking.join().unwrap_or_default()
    }
}

/// Memory of a process that is in use now, in bytes (`VmRSS`).
///
/// # Errors
/// It has ended.
pub(super) fn resident(process: u32) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.context(|| "cannot look at the server".into())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kib.unwrap_or_default() << 10)
}

/// Processor seconds of a process and of the programs that it has waited for.
///
/// # Errors
/// It has ended.
pub(super) fn cpu_seconds(process: u32) -> Outcome<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"));
    let stat = stat.context(|| "cannot look at the server".into())?;
    // Behind the name, which may hold anything, in parentheses.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks = fields.skip(11).take(4).filter_map(|field| field.parse::<u32>().ok()).sum::<u32>();
    Ok(f64::from(ticks) * TICK)
}
