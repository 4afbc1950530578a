//! Many people's browsers at once: each opens an address, presses what leads on, signs in and consents where that is asked,
//! and goes on to a page that asks nothing more. Who ended where, and how long each page took, is what comes of it.
//!
//! A person is one task and has one connection at a time; nobody waits for anybody else.

use std::io::{self, Error};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::{Url, form_urlencoded};

use crate::consent::{Jar, redirect};
use crate::html::{Form, Html, between, unescape};
use crate::http::{self, Answer};

/// More pages and redirects than any way has.
const MOST_STEPS: usize = 40;

/// How long somebody waits for a page.
const PATIENCE: Duration = Duration::from_secs(300);

/// Somebody.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Visitor {
    /// Where they begin.
    pub address: String,
    /// Login where one is asked for.
    pub login: String,
    /// Password there.
    pub password: String,
    /// What they choose where a choice is offered.
    pub choice: String,
    /// Whose request a proxy would say it is.
    pub client: IpAddr,
}

/// How people come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// The last one begins so long after the first.
    pub over: Duration,
    /// How long everybody looks at a page before they answer it.
    pub pause: Duration,
}

/// A person's way.
#[derive(Clone, Serialize)]
pub struct Walk {
    /// Whose.
    pub login: String,
    /// Status of the last page.
    pub status: u16,
    /// Its text, a block a line, from its heading on; or why there is none.
    pub said: String,
    /// From the first request to the last answer, pauses included.
    pub ms: u64,
    /// Each request: method and address without what is anybody's, and microseconds until the answer was whole.
    pub requests: Vec<(String, u64)>,
}

/// Sends all of them on their ways, and waits for the last.
///
/// # Errors
/// A task that broke off.
pub async fn walk_all(visitors: Vec<Visitor>, pace: Pace) -> io::Result<Vec<Walk>> {
    let count = u32::try_from(visitors.len()).unwrap_or(u32::MAX).max(1);
    let gap = pace.over / count;
    let begin = |(nth, visitor)| tokio::spawn(walk(visitor, gap * nth, pace.pause));
    let tasks: Vec<_> = (0..).zip(visitors).map(begin).collect();
    let mut walks = Vec::new();
    for task in tasks {
        walks.push(task.await.map_err(Error::other)?);
    }
    Ok(walks)
}

async fn walk(visitor: Visitor, after: Duration, pause: Duration) -> Walk {
    tokio::time::sleep(after).await;
    let (login, began) = (visitor.login.clone(), Instant::now());
    let mut browser = Browser { visitor, jar: Jar::default(), requests: Vec::new() };
    let (status, said) = match browser.walk(pause).await {
        Ok(last) => (last.status, Html(&last.body).text()),
        Err(error) => (0, error.to_string()),
    };
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Walk { login, status, said, ms, requests: browser.requests }
}

struct Browser {
    visitor: Visitor,
    jar: Jar,
    requests: Vec<(String, u64)>,
}

impl Browser {
    async fn walk(&mut self, pause: Duration) -> io::Result<Answer> {
        let mut url = http::local(&self.visitor.address)?;
        let mut answer = self.open("GET", &url, "").await?;
        let mut signed_in = false;
        for _ in 0..MOST_STEPS {
            if let Some(next) = onwards(&url, &answer)? {
                url = next;
                answer = self.open("GET", &url, "").await?;
                continue;
            }
            let Some(form) = Html(&answer.body).forms().into_iter().next() else { return Ok(answer) };
            if form.has("password") && std::mem::replace(&mut signed_in, true) {
                return Ok(answer);
            }
            tokio::time::sleep(pause).await;
            let body = self.filled(&form);
            url = url.join(&form.action).map_err(Error::other)?;
            answer = self.open("POST", &url, &body).await?;
        }
        Err(Error::other(format!("no end after {MOST_STEPS} pages")))
    }

    /// What the person enters and presses.
    fn filled(&self, form: &Form) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&form.hidden);
        let Visitor { login, password, choice, .. } = &self.visitor;
        let answers =
            [("login", login.as_str()), ("password", password), ("choice", choice), ("is_granted", "true")];
        body.extend_pairs(answers.into_iter().filter(|(name, _)| form.has(name)));
        body.finish()
    }

    async fn open(&mut self, method: &str, url: &Url, body: &str) -> io::Result<Answer> {
        let mut headers = self.jar.headers(method, url);
        headers.push(("X-Forwarded-For", self.visitor.client.to_string()));
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = http::request(method, url, &headers, body);
        let began = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, exchange(url, &request)).await;
        let answer = answer.map_err(|_| Error::other(format!("no answer from {}", url.path())))??;
        let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.requests.push((format!("{method} {}", &url[..url::Position::AfterPath]), took));
        self.jar.keep(url, &answer);
        Ok(answer)
    }
}

async fn exchange(url: &Url, request: &[u8]) -> io::Result<Answer> {
    let url = http::local(url.as_str())?;
    let address = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    http::parse(&bytes)
}

/// Where the browser goes by itself: by a redirect, or by a page that says so.
fn onwards(from: &Url, answer: &Answer) -> io::Result<Option<Url>> {
    if let Some(next) = redirect(from, answer)? {
        return Ok(Some(next));
    }
    let Some(refresh) = between(&answer.body, "http-equiv=\"refresh\" content=\"0;url=", "\"") else {
        return Ok(None);
    };
    let next = from.join(&unescape(refresh)).map_err(Error::other)?;
    http::local(next.as_str()).map(Some)
}
