//! Proof that whoever redeems a code is the one who asked for it. Error codes tell that ЕСИА has it; the name of its
//! method is not known, so `S256` of RFC 7636 is our assumption.

use ring::digest::{SHA256, digest};

use super::encoding;
use super::error::{Code, Refusal};
use super::params::Params;

/// The challenge of an authorisation request.
pub(crate) fn challenge(params: &Params) -> Result<Option<String>, Refusal> {
    match params.maybe("code_challenge_method")? {
        None | Some("S256") => Ok(params.maybe("code_challenge")?.map(String::from)),
        Some(_) => Err(Refusal::about(Code::Malformed, "code_challenge_method")),
    }
}

/// Does the verifier of a token request fit?
pub(crate) fn check(challenge: Option<&str>, params: &Params) -> Result<(), Refusal> {
    match (challenge, params.maybe("code_verifier")?) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Code::NoChallenge.into()),
        (Some(challenge), Some(verifier))
            if encoding::encode(digest(&SHA256, verifier.as_bytes()).as_ref()) == challenge =>
        {
            Ok(())
        }
        (Some(_), _) => Err(Code::WrongVerifier.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_fits() {
        let challenge = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let verifier = Params::parse("code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(check(challenge, &verifier), Ok(()));
        assert_eq!(check(Some("x"), &verifier).unwrap_err().code, Code::WrongVerifier);
        assert_eq!(check(challenge, &Params::default()).unwrap_err().code, Code::WrongVerifier);
        assert_eq!(check(None, &verifier).unwrap_err().code, Code::NoChallenge);
        assert_eq!(check(None, &Params::default()), Ok(()));
    }
}
