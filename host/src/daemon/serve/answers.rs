//! What the loop answers to those who serve browsers.

use std::sync::Arc;

use super::{Server, Settings};
use crate::daemon::asks::{Ask, Known, KnownSchool};
use crate::daemon::host::Package;
use crate::model::setup::TaskConfig;
use crate::model::{SchoolId, TaskRef};

impl<S: Settings> Server<S> {
    /// Says what there is, in the state that each school's last good file has it in, and does what is wanted. Whoever
    /// asked may have gone.
    pub(super) fn tell_known(&mut self, ask: Ask) {
        match ask {
            Ask::Task(task, answer) => drop(answer.send(self.known(&task))),
            Ask::School(school, answer) => drop(answer.send(self.known_school(&school))),
            Ask::Schools(answer) => drop(answer.send(self.planner.configs())),
            Ask::Read(answer) => {
                self.read(false);
                // Whoever asked may have gone.
                answer.send(()).unwrap_or_default();
            }
            Ask::Order(order, answer) => drop(answer.send(self.order(order))),
            Ask::UnderWay(task, answer) => drop(answer.send(self.under_way(&task))),
            Ask::Stop(task, answer) => drop(answer.send(self.stop_run(&task))),
        }
    }

    fn known(&mut self, task: &TaskRef) -> Option<Known> {
        let (school, config) = self.planner.find(task)?;
        let package = self.usable(task, &config.connector)?;
        Some(Known { host: Arc::clone(&self.host), school, task: config, package })
    }

    fn known_school(&mut self, school: &SchoolId) -> Option<KnownSchool> {
        let school = self.planner.school(school)?;
        let name = |task: &TaskConfig| TaskRef { school: school.id.clone(), task: task.id.clone() };
        let usable = |task: &TaskConfig| Some((task.id.clone(), self.usable(&name(task), &task.connector)?));
        let packages = school.tasks.iter().filter_map(usable).collect();
        Some(KnownSchool { host: Arc::clone(&self.host), school, packages })
    }

    pub(super) fn usable(&mut self, task: &TaskRef, connector: &str) -> Option<Arc<Package>> {
        let package = self.settings.package(task, connector);
        let package = package.inspect_err(|error| {
            let TaskRef { school, task } = task;
            tracing::error!(%school, %task, ?error, "a browser's page lacks it: its connector cannot be used");
        });
        package.ok()
    }
}
