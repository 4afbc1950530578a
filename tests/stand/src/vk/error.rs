//! Refusals: the code, the system's English sentence, and the envelope around them.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::params::Params;

/// Codes and sentences of the official schema, and below them what only documentation pages and captures have.
const TEXTS: [(u32, &str); 71] = [
    (1, "Unknown error occurred"),
    (3, "Unknown method passed"),
    (5, "User authorization failed"),
    (6, "Too many requests per second"),
    (7, "Permission to perform this action is denied"),
    (8, "Invalid request"),
    (9, "Flood control"),
    (10, "Internal server error"),
    (12, "Unable to compile code"),
    (13, "Runtime error occurred during code invocation"),
    (14, "Captcha needed"),
    (15, "Access denied"),
    (17, "Validation required"),
    (18, "User was deleted or banned"),
    (23, "This method was disabled"),
    (24, "Confirmation required"),
    (27, "Group authorization failed"),
    (28, "Application authorization failed"),
    (29, "Rate limit reached"),
    (30, "This profile is private"),
    (34, "Client version deprecated"),
    (35, "Client update needed"),
    (36, "Method execution was interrupted due to timeout"),
    (37, "User was banned"),
    (43, "This section is temporary unavailable"),
    (100, "One of the parameters specified was missing or invalid"),
    (103, "Out of limits"),
    (104, "Not found"),
    (113, "Invalid user id"),
    (125, "Invalid group id"),
    (203, "Access to group denied"),
    (900, "Can't send messages for users from blacklist"),
    (901, "Can't send messages for users without permission"),
    (902, "Can't send messages to this user due to their privacy settings"),
    (911, "Keyboard format is invalid"),
    (912, "This is a chat bot feature, change this status in settings"),
    (914, "Message is too long"),
    (917, "You don't have access to this chat"),
    (919, "You can't see invite link for this chat"),
    (922, "You left this chat"),
    (925, "You are not admin of this chat"),
    (927, "Chat does not exist"),
    (931, "You can't change invite link for this chat"),
    (932, "Your community can't interact with this peer"),
    (935, "User not found in chat"),
    (936, "Contact not found"),
    (939, "Message request already sent"),
    (940, "Too many posts in messages"),
    (945, "Chat was disabled"),
    (946, "Chat not supported"),
    (947, "Can't add user to chat, because user has no access to group"),
    (985, "Cannot write to notifications only groups"),
    (987, "Need message request"),
    (988, "Pending message request"),
    (1012, "Writing is disabled for this chat"),
    (1117, "Access token has expired"),
    (3300, "Recaptcha needed"),
    (3301, "Phone validation needed"),
    (3302, "Password validation needed"),
    (3303, "Otp app validation needed"),
    (3610, "User is deactivated"),
    (9999, "Not supported http method"),
    (951, "Call not found"),
    (954, "Invalid join link"),
    (967, "User is not an employee"),
    (981, "Can't add user due to their privacy settings"),
    (982, "Adding is temporarily refused"),
    (983, "User is restricted in this chat"),
    (984, "Spam restriction"),
    (1017, "Chat was deleted"),
    (1021, "There is no conversation with this user"),
];

/// A refusal in the system's form.
#[derive(Clone)]
pub(crate) struct ApiError {
    pub(crate) code: u32,
    pub(crate) text: String,
    /// Members beside the usual ones, by code.
    more: Map<String, Value>,
}

#[derive(Serialize)]
struct Pair<'a> {
    key: &'a str,
    value: &'a str,
}

impl ApiError {
    pub(crate) fn new(code: u32, text: impl Into<String>) -> ApiError {
        ApiError { code, text: text.into(), more: Map::new() }
    }

    /// With the sentence this code has; one that nobody has written down gets a sentence of ours.
    pub(crate) fn of(code: u32) -> ApiError {
        let known = TEXTS.iter().find(|(own, _)| *own == code);
        ApiError::new(code, known.map_or("Refused by the stand-in", |(_, text)| text))
    }

    /// With what is wrong behind the sentence.
    pub(crate) fn about(code: u32, what: &str) -> ApiError {
        let ApiError { text, .. } = ApiError::of(code);
        ApiError::new(code, format!("{text}: {what}"))
    }

    /// A parameter that has to be there is not.
    pub(crate) fn undefined(name: &str) -> ApiError {
        ApiError::about(100, &format!("{name} is undefined"))
    }

    /// A parameter means nothing.
    pub(crate) fn invalid(name: &str) -> ApiError {
        ApiError::about(100, &format!("{name} is invalid"))
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> ApiError {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// What a failure inside of the stand-in is answered with.
    pub(crate) fn fault(what: &str) -> ApiError {
        ApiError::about(10, what)
    }

    /// The whole answer. The call's parameters are repeated, the token is not.
    pub(crate) fn envelope(&self, method: &str, params: &Params) -> Value {
        let first = [Pair { key: "method", value: method }, Pair { key: "oauth", value: "1" }];
        let own = params.shown().map(|(key, value)| Pair { key, value });
        let pairs: Vec<Pair<'_>> = first.into_iter().chain(own).collect();
        let mut error = self.more.clone();
        error.insert("error_code".into(), self.code.into());
        error.insert("error_msg".into(), self.text.clone().into());
        error.insert("request_params".into(), json!(pairs));
        json!({ "error": error })
    }
}
