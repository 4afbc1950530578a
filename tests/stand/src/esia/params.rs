//! Parameters of a request, as they came: values take part in signatures, so nothing is trimmed.

use url::form_urlencoded;

use super::error::{Code, Refusal};

#[derive(Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// A query or a form.
    pub(crate) fn parse(text: &str) -> Params {
        Params(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// Those of a form, and of the query of the same request.
    pub(crate) fn of_both(query: Option<&str>, form: &[u8]) -> Result<Params, Refusal> {
        let form = std::str::from_utf8(form).map_err(|_| Refusal::from(Code::Unreadable))?;
        let mut params = Params::parse(form);
        params.0.extend(Params::parse(query.unwrap_or_default()).0);
        Ok(params)
    }

    /// The value, if there is one that is not empty; twice the same name is an error.
    pub(crate) fn maybe(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.0.iter().filter(|(own, _)| own == name);
        let value = values.next().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty());
        match values.next() {
            Some(_) => Err(Refusal::about(Code::Malformed, name)),
            None => Ok(value),
        }
    }

    /// The value; without one the request is refused by name.
    pub(crate) fn must(&self, name: &str) -> Result<&str, Refusal> {
        self.maybe(name)?.ok_or_else(|| Refusal::about(Code::Missing, name))
    }

    /// The value, or nothing.
    pub(crate) fn or_empty(&self, name: &str) -> Result<&str, Refusal> {
        Ok(self.maybe(name)?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_empty_and_repeated_values() {
        let params = Params::parse("a=1&b=&c=1&c=2&d=%20x+");
        assert_eq!(params.must("a"), Ok("1"));
        assert_eq!(params.must("b").unwrap_err().description().split(": ").next(), Some("ESIA-007014"));
        assert_eq!(params.maybe("c").unwrap_err().code, Code::Malformed);
        assert_eq!(params.maybe("d"), Ok(Some(" x ")));
        assert_eq!(params.maybe("e"), Ok(None));
    }

    #[test]
    fn a_form_and_a_query_are_one_set() {
        let params = Params::of_both(Some("a=1"), b"b=2").unwrap();
        assert_eq!((params.must("a"), params.must("b")), (Ok("1"), Ok("2")));
        let twice = Params::of_both(Some("a=1"), b"a=1").unwrap();
        assert!(twice.must("a").is_err());
        assert!(Params::of_both(None, &[0xff]).is_err());
    }
}
