//! The contract's imports: counted, converted and handed to the ports.

use std::sync::Arc;

use wasmtime::component::Resource;

use super::bindings::exchange::connector::{
    clock, context, http, log, random, records, secrets, signing, types,
};
use super::convert::{RecordPage, filter};
use super::pending::{Answer, PendingRequest};
use super::ports::{Phase, Records, RecordsRead};
use super::state::CallState;
use crate::model::records::{Dependency, Filter, RecordType};
use crate::model::{Param, Verdict};

type Trapping<T> = wasmtime::Result<T>;

/// Requests under way at once in one call.
const MAX_PENDING: usize = 64;
/// Bytes of randomness in one answer.
const MAX_RANDOM: u32 = 1024;

impl types::Host for CallState {}

impl context::Host for CallState {
    fn settings(&mut self) -> Trapping<String> {
        Ok(self.ports.context.settings())
    }

    fn school(&mut self) -> Trapping<context::SchoolInfo> {
        Ok(self.ports.context.school().into())
    }

    fn binding(&mut self) -> Trapping<Vec<types::Param>> {
        Ok(self.ports.context.binding().into_iter().map(Into::into).collect())
    }

    fn study_year(&mut self) -> Trapping<u16> {
        Ok(self.ports.context.study_year(self.ports.clock.now()))
    }

    fn dialogue_round_trip(&mut self) -> Trapping<Option<types::RoundTrip>> {
        Ok(self.call.round_trip.clone().map(Into::into))
    }
}

impl clock::Host for CallState {
    fn now(&mut self) -> Trapping<i64> {
        Ok(self.ports.clock.now())
    }

    fn today(&mut self) -> Trapping<String> {
        Ok(self.ports.context.today(self.ports.clock.now()))
    }
}

impl random::Host for CallState {
    fn bytes(&mut self, n: u32) -> Trapping<Vec<u8>> {
        if n > MAX_RANDOM {
            return Err(
                self.stop(Verdict::Contract, format!("asked for {n} random bytes, {MAX_RANDOM} at most"))
            );
        }
        let mut bytes = vec![0; n as usize];
        self.ports.random.fill(&mut bytes);
        Ok(bytes)
    }
}

impl log::Host for CallState {
    fn write(&mut self, level: log::Level, text: String) -> Trapping<()> {
        self.ports.log.write(&self.call, level.into(), text);
        Ok(())
    }
}

impl CallState {
    fn start_request(&mut self, request: http::Request) -> Trapping<u64> {
        if !self.call.meter.request() {
            let most = self.limits.requests;
            return Err(self.stop(Verdict::Requests, format!("made more than {most} requests")));
        }
        let http = Arc::clone(&self.ports.http);
        Ok(self.requests.start(http.send(Arc::clone(&self.call), request.into())))
    }

    async fn wait_request(&mut self, id: u64) -> Trapping<Answer> {
        self.pause();
        let answer = self.requests.wait(id).await;
        self.resume();
        self.check_bytes()?;
        match answer {
            Some(answer) => Ok(answer),
            None => Err(self.stop(Verdict::Contract, "waited twice for one request")),
        }
    }
}

fn answered(answer: Answer) -> Result<http::Response, http::HttpError> {
    answer.map(Into::into).map_err(Into::into)
}

impl http::Host for CallState {
    async fn send(&mut self, request: http::Request) -> Trapping<Result<http::Response, http::HttpError>> {
        let id = self.start_request(request)?;
        Ok(answered(self.wait_request(id).await?))
    }

    async fn send_all(
        &mut self,
        requests: Vec<http::Request>,
    ) -> Trapping<Vec<Result<http::Response, http::HttpError>>> {
        let ids =
            requests.into_iter().map(|request| self.start_request(request)).collect::<Trapping<Vec<_>>>()?;
        let mut answers = Vec::with_capacity(ids.len());
        for id in ids {
            answers.push(answered(self.wait_request(id).await?));
        }
        Ok(answers)
    }

    async fn start(&mut self, request: http::Request) -> Trapping<Resource<PendingRequest>> {
        if self.requests.len() >= MAX_PENDING {
            return Err(self.stop(Verdict::Requests, format!("more than {MAX_PENDING} requests under way")));
        }
        let id = self.start_request(request)?;
        Ok(self.table.push(PendingRequest(id))?)
    }

    fn decode(&mut self, body: Vec<u8>, charset: Option<String>) -> Trapping<String> {
        let named = charset.and_then(|name| encoding_rs::Encoding::for_label(name.as_bytes()));
        Ok(named.unwrap_or(encoding_rs::UTF_8).decode(&body).0.into_owned())
    }
}

impl http::HostPending for CallState {
    async fn wait(
        &mut self,
        pending: Resource<PendingRequest>,
    ) -> Trapping<Result<http::Response, http::HttpError>> {
        let id = self.table.get(&pending)?.0;
        Ok(answered(self.wait_request(id).await?))
    }

    async fn drop(&mut self, pending: Resource<PendingRequest>) -> Trapping<()> {
        let PendingRequest(id) = self.table.delete(pending)?;
        self.requests.forget(id);
        Ok(())
    }
}

impl secrets::Host for CallState {
    fn fingerprint(&mut self, purpose: String, value: String) -> Trapping<Result<String, String>> {
        Ok(self.ports.secrets.fingerprint(&purpose, &value))
    }
}

impl signing::Host for CallState {
    async fn sign(
        &mut self,
        template: String,
        fields: Vec<types::Param>,
    ) -> Trapping<Result<signing::Signature, String>> {
        let fields = fields.into_iter().map(Param::from).collect();
        self.pause();
        let signature = Arc::clone(&self.ports.signer).sign(template, fields).await;
        self.resume();
        Ok(signature.map(Into::into))
    }

    async fn verify_token(&mut self, key: String, token: String) -> Trapping<Result<String, String>> {
        self.pause();
        let claims = Arc::clone(&self.ports.signer).verify_token(key, token).await;
        self.resume();
        Ok(claims)
    }
}

impl CallState {
    /// Reads a page off the async threads, and remembers what was asked.
    async fn read<P: RecordPage>(
        &mut self,
        of: RecordType,
        asked: records::Filter,
        cursor: Option<String>,
    ) -> Trapping<Result<P, String>> {
        let filter = match filter(asked) {
            Ok(filter) => filter,
            Err(refused) => return Ok(Err(refused)),
        };
        let records = Arc::clone(&self.ports.records);
        let trace = self.untraced(of, &filter);
        self.pause();
        let read = tokio::task::spawn_blocking(move || ask(&*records, of, filter, cursor, trace)).await;
        self.resume();
        let (page, dependency) = match read? {
            Ok(read) => read,
            Err(refused) => return Ok(Err(refused)),
        };
        self.dependencies.extend(dependency);
        let page = P::make(page.0, page.1);
        page.map(Ok).ok_or_else(|| wasmtime::Error::msg("a page holds records of another type"))
    }

    /// Whether this question has to be remembered: the first time it is put, by a function that is asked again
    /// only when an answer changes.
    fn untraced(&self, of: RecordType, filter: &Filter) -> bool {
        matches!(self.call.phase, Phase::Scopes | Phase::Desired { .. })
            && !self.dependencies.iter().any(|known| known.record_type == of && known.filter == *filter)
    }
}

/// Reads a page; the digest comes first, so that a change between the two is noticed later.
fn ask(
    records: &dyn Records,
    record_type: RecordType,
    filter: Filter,
    cursor: Option<String>,
    trace: bool,
) -> Result<(RecordsRead, Option<Dependency>), String> {
    let digest = trace.then(|| records.digest(record_type, &filter)).transpose()?;
    let page = records.page(record_type, &filter, cursor.as_deref())?;
    Ok((page, digest.map(|digest| Dependency { record_type, filter, digest })))
}

/// The functions of `records`: one per type.
macro_rules! readers {
    ($($function:ident, $page:ident, $of:ident);* $(;)?) => {
        impl records::Host for CallState {$(
            async fn $function(
                &mut self,
                filter: records::Filter,
                cursor: Option<String>,
            ) -> Trapping<Result<records::$page, String>> {
                self.read(RecordType::$of, filter, cursor).await
            }
        )*}
    };
}

readers! {
    school_classes, SchoolClassesPage, SchoolClass;
    pupils, PupilsPage, Pupil;
    guardians, GuardiansPage, Guardian;
    applications, ApplicationsPage, Application;
    orders, OrdersPage, Order;
    staff_members, StaffPage, Staff;
    journals, JournalsPage, Journal;
    lessons, LessonsPage, Lesson;
    marks, MarksPage, Mark;
    attendance_entries, AttendancePage, Attendance;
    accounts, AccountsPage, Account;
    identifiers, IdentifiersPage, Identifier;
}
