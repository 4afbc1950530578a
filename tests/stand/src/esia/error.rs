//! Refusals in the system's words: a code, an OAuth error, a sentence.
//!
//! Codes and their meanings come from clients' code (reference §6). The sentences are ours but for the few enum names
//! that were seen; clients act on the code. Which OAuth error goes with which code is known for a few only.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::pages;
use crate::serving::answer::json_with;
use crate::serving::redirect::with_query;

/// What went wrong on the way to a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    /// The parameter, or the word, at fault.
    about: Option<String>,
}

macro_rules! codes {
    ($($name:ident = $number:literal, $error:literal, $text:literal;)*) => {
        /// Codes after `ESIA-`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code { $($name),* }

        impl Code {
            const ALL: &'static [Code] = &[$(Code::$name),*];

            /// Six digits.
            pub(crate) fn number(self) -> &'static str {
                match self { $(Code::$name => $number),* }
            }

            /// The word of OAuth beside it.
            pub(crate) fn error(self) -> &'static str {
                match self { $(Code::$name => $error),* }
            }

            fn text(self) -> &'static str {
                match self { $(Code::$name => $text),* }
            }
        }
    };
}

codes! {
    NoCertificate = "007002", "invalid_request", "The certificate does not belong to this system";
    Malformed = "007003", "invalid_request", "The request has a wrong or a repeated parameter";
    Denied = "007004", "access_denied", "The resource owner or authorization server denied the request";
    Unauthorized = "007005", "unauthorized_client", "The client is not authorized to use this method";
    UnknownScope = "007006", "invalid_scope", "The requested scope is invalid, unknown, or malformed";
    ServerFault = "007007", "server_error", "The authorization server met an unexpected condition";
    Overloaded = "007008", "temporarily_unavailable", "The authorization server is overloaded or under maintenance";
    GrantType = "007009", "unsupported_grant_type", "This method of getting a token is not supported";
    BadGrant = "007011", "invalid_grant", "The code or refresh token is invalid, expired, revoked or was given to another client or address";
    ResponseType = "007012", "unsupported_response_type", "This type of code is not supported";
    NoScope = "007013", "invalid_scope", "The request has no scope";
    Missing = "007014", "invalid_request", "The request doesn't contain the mandatory parameter";
    Time = "007015", "invalid_request", "The request has a wrong time";
    NotGranted = "007019", "access_denied", "OAuthErrorEnum.noGrants";
    RedirectUri = "007023", "invalid_request", "The redirect_uri is not among the allowed ones";
    Unreadable = "007038", "invalid_request", "The parameters of the request cannot be read";
    NoChallenge = "007039", "invalid_request", "No code_challenge was given";
    WrongVerifier = "007040", "invalid_request", "The code_verifier does not match";
    WrongSecret = "007053", "access_denied", "OAuthErrorEnum.clientSecretWrong";
    Unconfirmed = "007055", "access_denied", "The account is not of the kind that this system lets in";
    ForeignOrganization = "007194", "access_denied", "The person does not belong to the organization";
    Permissions = "036700", "invalid_request", "The permissions cannot be read";
}

impl Code {
    /// By its six digits, with or without `ESIA-` before them.
    pub(crate) fn find(number: &str) -> Option<Code> {
        let digits = number.strip_prefix("ESIA-").unwrap_or(number);
        Code::ALL.iter().copied().find(|code| code.number() == digits)
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Refusal {
        Refusal { code, about: None }
    }
}

impl Refusal {
    pub(crate) fn about(code: Code, about: &str) -> Refusal {
        Refusal { code, about: Some(about.to_owned()) }
    }

    /// Our own trouble, told to the operator; the client learns that there is one.
    pub(crate) fn fault(trouble: &str) -> Refusal {
        eprintln!("exchange-stand: {trouble}");
        Refusal::about(Code::ServerFault, trouble)
    }

    /// `ESIA-007014: The request doesn't contain the mandatory parameter [timestamp]`.
    pub(crate) fn description(&self) -> String {
        let about = self.about.as_ref().map(|about| format!(" [{about}]")).unwrap_or_default();
        format!("ESIA-{}: {}{about}", self.code.number(), self.code.text())
    }

    /// As the token endpoint says it.
    pub(crate) fn as_json(&self, state: Option<&str>) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a str,
            error_description: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            state: Option<&'a str>,
        }
        let status = match self.code {
            Code::ServerFault => StatusCode::INTERNAL_SERVER_ERROR,
            Code::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = Body { error: self.code.error(), error_description: self.description(), state };
        json_with(status, &body)
    }

    /// As it goes back through the browser.
    pub(crate) fn as_redirect(&self, redirect_uri: &str, state: &str) -> String {
        let description = self.description();
        let pairs =
            [("error", self.code.error()), ("error_description", &description), ("state", state)];
        with_query(redirect_uri, &pairs)
    }

    /// As a person sees it where there is nowhere to go back to.
    pub(crate) fn as_page(&self) -> Response {
        pages::refusal(StatusCode::BAD_REQUEST, &self.description())
    }
}
