//! `exchange.toml`: where things lie, the remote systems, the limits.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use url::{Host, Url};

use super::keys::HOST;
use super::report::{ConfigErrors, Problem};
use super::view::{View, Word, read_document, read_text};
use super::{calendar, notify, schedule, signing, web};
use crate::model::setup::{
    HostConfig, Keep, KeySource, Limits, Placement, Quota, Region, Serve, Telemetry, Upstream,
};
use crate::model::timetable::Calendar;

/// Headers that the host itself sets on every request.
const OWN_HEADERS: [&str; 7] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "cookie", "user-agent"];

/// Reads and checks `exchange.toml`. Relative paths count from its folder.
///
/// # Errors
/// Everything that is wrong with the file, with places.
pub fn load_host(path: &Path) -> Result<HostConfig, ConfigErrors> {
    let text = read_text(path)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    read_document(&path.display().to_string(), &text, &HOST, |view, problems| {
        Some(host(view, folder, problems))
    })
}

fn host(view: View<'_>, folder: &Path, problems: &mut Vec<Problem>) -> HostConfig {
    let default = HostConfig::default();
    let path = |key, default: &Path| view.path(key, folder).unwrap_or_else(|| folder.join(default));
    let upstreams = view.each("upstream").into_iter().map(|(name, view)| {
        name_fits("upstream", &name, problems);
        (name.text, upstream(view, folder, problems))
    });
    let upstreams: BTreeMap<String, Upstream> = upstreams.collect();
    let regions = view.each("region").into_iter().map(|(name, view)| {
        name_fits("region", &name, problems);
        (name.text, region(view, problems))
    });
    let regions: BTreeMap<String, Region> = regions.collect();
    let told = view.table("notify").map(|view| notify::host(view, folder, (&upstreams, &regions), problems));
    let serve = view.table("serve").map(|view| serve(view, problems)).unwrap_or_default();
    HostConfig {
        web: view.table("web").and_then(|view| web::web(view, serve.listen, problems)),
        notify: told.unwrap_or_default(),
        upstreams,
        regions,
        data: path("data", &default.data),
        schools: path("schools", &default.schools),
        connectors: path("connectors", &default.connectors),
        key: view
            .table("key")
            .map_or_else(|| relative(KeySource::default(), folder), |view| key(view, folder, problems)),
        previous_key: view
            .table("key")
            .and_then(|view| view.table("previous"))
            .map(|view| key(view, folder, problems)),
        limits: view.table("limits").map(limits).unwrap_or_default(),
        serve,
        keep: view.table("keep").map(|view| keep(view, problems)).unwrap_or_default(),
        telemetry: view.table("telemetry").map(|view| telemetry(view, problems)).unwrap_or_default(),
        signing: signing::signing(view, folder, problems),
        verification: signing::verification(view, folder, problems),
    }
}

fn serve(view: View<'_>, problems: &mut Vec<Problem>) -> Serve {
    let default = Serve::default();
    Serve {
        runs_at_once: view.count("runs-at-once").unwrap_or(default.runs_at_once),
        stop_within_ms: view.duration("stop-within").unwrap_or(default.stop_within_ms),
        listen: view.word("listen").and_then(|address| listen(&address, problems)),
    }
}

fn keep(view: View<'_>, problems: &mut Vec<Problem>) -> Keep {
    let default = Keep::default();
    let mut age = |key, default| at_least_a_day(view, key, problems).unwrap_or(default);
    Keep {
        requests_ms: age("requests", default.requests_ms),
        log_ms: age("log", default.log_ms),
        outcomes_ms: age("outcomes", default.outcomes_ms),
        before_ms: age("before", default.before_ms),
        writes_ms: age("writes", default.writes_ms),
        runs_ms: age("runs", default.runs_ms),
        notifications_ms: age("notifications", default.notifications_ms),
        at: view.word("at").and_then(|time| minute(&time, problems)).unwrap_or(default.at),
    }
}

/// Thresholds and people look back a day: nothing goes before.
fn at_least_a_day(view: View<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<u64> {
    let age = view.duration(key)?;
    if age < 86_400_000 {
        let problem = Problem::at(view.value_span(key), format!("`{key}` must be kept for a day at least"));
        problems.push(problem.hint("such as `90d`"));
    }
    Some(age)
}

fn minute(time: &Word, problems: &mut Vec<Problem>) -> Option<u16> {
    let parsed = time.text.parse::<jiff::civil::Time>().ok();
    if parsed.is_none() {
        problems
            .push(Problem::at(time.span.clone(), "`at` must be a time of the day").hint("such as `03:40`"));
    }
    parsed.map(|time| u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs()))
}

pub(super) fn listen(address: &Word, problems: &mut Vec<Problem>) -> Option<SocketAddr> {
    let parsed = address.text.parse();
    if parsed.is_err() {
        let problem = Problem::at(address.span.clone(), "`listen` must be an IP address with a port");
        problems.push(problem.hint("such as `127.0.0.1:8080` or `[::1]:8080`"));
    }
    parsed.ok()
}

fn telemetry(view: View<'_>, problems: &mut Vec<Problem>) -> Telemetry {
    Telemetry { otlp: view.word("otlp").and_then(|address| collector(address, problems)) }
}

fn collector(address: Word, problems: &mut Vec<Problem>) -> Option<String> {
    let parsed = Url::parse(&address.text).ok();
    let fits = parsed.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    if !fits {
        let problem =
            Problem::at(address.span, "`otlp` must be an address of http or https, without a query");
        problems.push(problem.hint("such as `http://127.0.0.1:4318`"));
    }
    fits.then_some(address.text)
}

fn region(view: View<'_>, problems: &mut Vec<Problem>) -> Region {
    Region {
        time_zone: schedule::zone(view, problems),
        calendar: calendar::read(view, &Calendar::default(), problems),
        schedule: schedule::read(view, None, problems),
    }
}

/// Names chosen by the writer go into commands and grants.
pub(super) fn name_fits(what: &str, name: &Word, problems: &mut Vec<Problem>) {
    if !super::check::is_name(&name.text) {
        let text = format!("the name of the {what} must be of letters, digits, `-` and `_`");
        problems.push(Problem::at(name.span.clone(), text).hint("such as `dnevnik` or `rows-2`"));
    }
}

/// The only one of these keys, or a complaint about none or several.
pub(super) fn only_one<'k>(view: View<'_>, keys: &[&'k str], problems: &mut Vec<Problem>) -> Option<&'k str> {
    let given: Vec<&str> = keys.iter().copied().filter(|key| view.has(key)).collect();
    let choice = super::report::quoted(keys);
    match given.as_slice() {
        [one] => return Some(one),
        [] => problems.push(
            Problem::at(view.span(), format!("one of {choice} is needed"))
                .hint(format!("add `{} = …`", keys[0])),
        ),
        [_, second, ..] => problems.push(
            Problem::at(view.key_span(second), format!("only one of {choice} can hold"))
                .label("a second one"),
        ),
    }
    None
}

fn key(view: View<'_>, folder: &Path, problems: &mut Vec<Problem>) -> KeySource {
    let source = match only_one(view, &["file", "env", "command"], problems) {
        Some("file") => view.path("file", folder).map(KeySource::File),
        Some("env") => view.text("env").map(KeySource::Env),
        Some("command") => key_command(view, problems),
        _ => None,
    };
    source.unwrap_or_default()
}

fn relative(source: KeySource, folder: &Path) -> KeySource {
    match source {
        KeySource::File(path) => KeySource::File(folder.join(path)),
        other => other,
    }
}

fn key_command(view: View<'_>, problems: &mut Vec<Problem>) -> Option<KeySource> {
    let command = view.texts("command")?;
    if command.is_empty() {
        problems.push(
            Problem::at(view.value_span("command"), "the command names no program")
                .hint("such as `[\"pass\", \"exchange\"]`"),
        );
    }
    Some(KeySource::Command(command))
}

fn upstream(view: View<'_>, folder: &Path, problems: &mut Vec<Problem>) -> Upstream {
    let default = Upstream::default();
    let private = view.flag("private").unwrap_or(default.private);
    let breaker = view.table("breaker");
    Upstream {
        base: bases(view, private, problems),
        private,
        ca: certificates(view, folder, problems),
        proxy: proxy(view, problems),
        credential: view.table("credential").and_then(|view| credential(view, problems)),
        rate: view.number("rate").unwrap_or(default.rate),
        rate_per_school: view.number("rate-per-school").unwrap_or(default.rate_per_school),
        parallel: view.count("parallel").unwrap_or(default.parallel),
        quota: view.table("quota").and_then(|view| quota(view, problems)),
        connect_timeout_ms: positive(view, "connect-timeout", problems).unwrap_or(default.connect_timeout_ms),
        timeout_ms: timeout(view, &default, problems),
        max_response: view.size("max-response").unwrap_or(default.max_response),
        not_processed: view.counts("not-processed").unwrap_or(default.not_processed),
        attempts: view.count("attempts").unwrap_or(default.attempts),
        patience_ms: view.duration("patience").unwrap_or(default.patience_ms),
        breaker_failures: breaker.and_then(|b| b.count("failures")).unwrap_or(default.breaker_failures),
        breaker_pause_ms: breaker.and_then(|b| b.duration("pause")).unwrap_or(default.breaker_pause_ms),
        redirects: view.count("redirects").unwrap_or(default.redirects),
    }
}

fn quota(view: View<'_>, problems: &mut Vec<Problem>) -> Option<Quota> {
    let time_zone = schedule::zone(view, problems);
    Some(Quota { per_day: view.count("per-day")?, time_zone: time_zone? })
}

pub(super) fn positive(view: View<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<u64> {
    let duration = view.duration(key)?;
    if duration == 0 {
        let problem = Problem::at(view.value_span(key), format!("`{key}` must be longer than nothing"));
        problems.push(problem.hint("such as `30s`"));
    }
    Some(duration)
}

fn timeout(view: View<'_>, default: &Upstream, problems: &mut Vec<Problem>) -> u64 {
    let whole = positive(view, "timeout", problems).unwrap_or(default.timeout_ms);
    let connect = view.duration("connect-timeout").unwrap_or(default.connect_timeout_ms);
    if whole < connect {
        let key = if view.has("timeout") { "timeout" } else { "connect-timeout" };
        let problem = Problem::at(view.value_span(key), "`timeout` is shorter than `connect-timeout`");
        problems.push(problem.hint("`timeout` covers the connection and the whole answer"));
    }
    whole
}

pub(super) fn certificates(
    view: View<'_>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Option<std::path::PathBuf> {
    let path = view.path("ca", folder)?;
    if !path.is_file() {
        let problem = Problem::at(view.value_span("ca"), "there is no such file");
        problems.push(problem.hint("a relative path counts from the folder of this file"));
    }
    Some(path)
}

fn proxy(view: View<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let address = view.word("proxy")?;
    let fits = Url::parse(&address.text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") && url.has_host());
    if !fits {
        let problem = Problem::at(address.span, "`proxy` must be an address");
        problems.push(problem.hint("write `http://host:port`, `https://…`, `socks5://…` or `socks5h://…`"));
    }
    Some(address.text)
}

fn bases(view: View<'_>, private: bool, problems: &mut Vec<Problem>) -> Vec<String> {
    let Some(bases) = view.words("base") else { return Vec::new() };
    if bases.is_empty() {
        let problem = Problem::at(view.value_span("base"), "`base` names no address");
        problems.push(problem.hint("write `base = [\"https://host\"]`"));
    }
    problems.extend(bases.iter().filter_map(|base| wrong_base(base, private)));
    bases.into_iter().map(|base| base.text.trim_end_matches('/').to_owned()).collect()
}

fn wrong_base(base: &Word, private: bool) -> Option<Problem> {
    let at = |what: String| Problem::at(base.span.clone(), what);
    let url = match Url::parse(&base.text) {
        Ok(url) => url,
        Err(cause) => {
            return Some(at(format!("not an address: {cause}")).hint("write `https://host[:port][/prefix]`"));
        }
    };
    match url.scheme() {
        "https" => {}
        "http" if private => {}
        "http" => {
            let problem = at("an upstream outside is reached over https only".to_owned()).label("http");
            return Some(
                problem.hint("write `https://`; if it lies in a private network, say `private = true`"),
            );
        }
        other => {
            return Some(at(format!("`{other}` is no scheme for an upstream")).hint("write `https://…`"));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some(
            at("an address carries no credentials".to_owned()).hint("store them with `exchange secret set`"),
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Some(at("a base address ends with its path".to_owned()).label("has a query or fragment"));
    }
    (!private && is_private(&url)).then(|| {
        at("this address lies in a private network".to_owned()).hint("if that is meant, say `private = true`")
    })
}

/// Addresses that can be told from outside ones without asking DNS; the HTTP client looks at the rest.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => {
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()
        }
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local() || {
                ip.to_ipv4_mapped().is_some_and(|ip| IpAddr::V4(ip).is_loopback() || ip.is_private())
            }
        }
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        None => false,
    }
}

fn credential(view: View<'_>, problems: &mut Vec<Problem>) -> Option<Placement> {
    let place = only_one(view, &["header", "query", "form"], problems)?;
    if place != "header" && view.has("prefix") {
        let problem = Problem::at(view.key_span("prefix"), "`prefix` goes with `header` only");
        problems.push(problem.hint("take it out"));
    }
    match place {
        "header" => header(view, problems),
        "query" => view.text("query").map(Placement::Query),
        _ => view.text("form").map(Placement::Form),
    }
}

fn header(view: View<'_>, problems: &mut Vec<Problem>) -> Option<Placement> {
    let name = view.word("header")?;
    if !is_token(&name.text) {
        problems
            .push(Problem::at(name.span.clone(), "not the name of a header").hint("such as `Authorization`"));
    } else if OWN_HEADERS.contains(&name.text.to_ascii_lowercase().as_str()) {
        problems.push(
            Problem::at(name.span.clone(), "this header is the host's own")
                .label("cannot carry a credential"),
        );
    }
    Some(Placement::Header { name: name.text, prefix: view.text("prefix").unwrap_or_default() })
}

/// A token in the sense of HTTP.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn limits(view: View<'_>) -> Limits {
    let default = Limits::default();
    Limits {
        memory: view.size("memory").unwrap_or(default.memory),
        table: view.count("table").unwrap_or(default.table),
        cpu_ms: view.duration("cpu").unwrap_or(default.cpu_ms),
        wall_ms: view.duration("wall").unwrap_or(default.wall_ms),
        requests: view.count("requests").unwrap_or(default.requests),
        bytes: view.size("bytes").unwrap_or(default.bytes),
        log_lines: view.count("log-lines").unwrap_or(default.log_lines),
        page_items: view.count("page-items").unwrap_or(default.page_items),
        scope_items: view.count("scope-items").unwrap_or(default.scope_items),
        text: view.size("text").and_then(|size| u32::try_from(size).ok()).unwrap_or(default.text),
    }
}
