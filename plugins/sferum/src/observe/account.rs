//! Is a person's account known? The records tell; nobody is asked.

use exchange_sdk::{Basis, Observation, Probe};

pub(super) fn observe(probe: &Probe) -> Observation {
    match probe.item.integer("vk-id") {
        Some(number) => Observation::there(format!("vk:{number}")),
        None => Observation::Absent(Basis::Lookup),
    }
}
