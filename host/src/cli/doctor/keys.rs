//! The keys that sign and verify, and their certificates.

use super::Findings;
use crate::daemon::certificates;

pub(super) fn look(findings: &mut Findings<'_>) {
    certificates::of_host(&findings.app.host).into_iter().for_each(|told| findings.certificate(told));
}
