//! Signatures by template, and tokens of others verified: the guest gives values and gets claims, and never sees a key.
//!
//! The manifest declares which fields are joined in which order, the task grants the template and names the key, the host
//! builds the bytes and signs them: with an RSA key in this process, or by a program, which is where a certified provider
//! goes. Tokens are believed by certificates and an algorithm that the host's settings pin.

mod keys;
mod program;
mod rsa;
mod token;

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;

pub use keys::{Keys, check, ends};
pub use rsa::KeyFault;

use super::{Secret, not_asked, not_granted};
use crate::model::Param;
use crate::model::manifest::{Manifest, SignTemplate};
use crate::model::setup::Grants;
use crate::sandbox::ports::{self, Clock, Signature};

/// Bytes of a field, of a signature, of a token.
const MAX_BYTES: usize = 64 << 10;

/// What stands behind a handle of this dialogue.
pub type Handles = Arc<dyn Fn(&str) -> Option<Secret> + Send + Sync>;

/// The signatures of one task.
pub struct Signatures {
    manifest: Arc<Manifest>,
    grants: Grants,
    keys: Arc<Keys>,
    handles: Handles,
    clock: Arc<dyn Clock>,
}

impl Signatures {
    /// `keys` are the host's, by name; the task's grants say which template and which issuer uses which.
    pub fn new(
        manifest: Arc<Manifest>,
        grants: Grants,
        keys: Arc<Keys>,
        handles: Handles,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { manifest, grants, keys, handles, clock }
    }

    async fn signed(&self, name: &str, fields: &[Param]) -> Result<Signature, String> {
        let what = format!("the signature template `{}`", name.escape_debug());
        let template = self.manifest.signatures.get(name).ok_or_else(|| not_asked(&what))?;
        let key = self.grants.signatures.get(name);
        let key = key.ok_or_else(|| not_granted(&what, &format!("sign = {{ {name} = \"KEY\" }}")))?;
        let bytes = joined(template, fields)?;
        let signed = self.keys.sign(key, template.form, bytes.into_bytes(), self.clock.now()).await?;
        let certificate_hash = match (template.certificate_hash, signed.certificate) {
            (true, Some(certificate)) => Some(certificate.hash()),
            (true, None) => return Err(format!("the key `{key}` has no certificate")),
            (false, _) => None,
        };
        Ok(Signature { value: URL_SAFE_NO_PAD.encode(signed.bytes), certificate_hash })
    }

    async fn verified(&self, name: &str, token: &str) -> Result<String, String> {
        let what = format!("the issuer of tokens `{}`", name.escape_debug());
        if !self.manifest.verify.iter().any(|asked| asked == name) {
            return Err(not_asked(&what));
        }
        let key = self.grants.verify.get(name);
        let key = key.ok_or_else(|| not_granted(&what, &format!("verify = {{ {name} = \"KEY\" }}")))?;
        let behind = (self.handles)(token);
        let token = behind.as_ref().map_or(token, Secret::expose);
        self.keys.verify(key, token, self.clock.now()).await
    }
}

impl fmt::Debug for Signatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signatures")
    }
}

/// The bytes to sign: each field exactly once, in the template's order.
fn joined(template: &SignTemplate, fields: &[Param]) -> Result<String, String> {
    if let Some(stranger) = fields.iter().find(|field| !template.fields.contains(&field.name)) {
        return Err(format!("the template has no field `{}`", stranger.name.escape_debug()));
    }
    let values: Vec<&str> =
        template.fields.iter().map(|name| value(name, fields)).collect::<Result<_, _>>()?;
    let separator = template.separator.as_str();
    // A value that holds the separator could pass for two fields.
    match template
        .fields
        .iter()
        .zip(&values)
        .find(|(_, value)| !separator.is_empty() && value.contains(separator))
    {
        Some((name, _)) => Err(format!("the field `{name}` holds the template's separator")),
        None => Ok(values.join(separator)),
    }
}

fn value<'a>(name: &str, fields: &'a [Param]) -> Result<&'a str, String> {
    let mut given = fields.iter().filter(|field| field.name == name);
    match (given.next(), given.next()) {
        (Some(field), None) if field.value.len() <= MAX_BYTES => Ok(&field.value),
        (Some(_), None) => Err(format!("the field `{name}` is longer than {MAX_BYTES} bytes")),
        (None, _) => Err(format!("the field `{name}` is missing")),
        (Some(_), Some(_)) => Err(format!("the field `{name}` is given twice")),
    }
}

impl ports::Signer for Signatures {
    fn sign(
        self: Arc<Self>,
        template: String,
        fields: Vec<Param>,
    ) -> BoxFuture<'static, Result<Signature, String>> {
        Box::pin(async move { self.signed(&template, &fields).await })
    }

    fn verify_token(
        self: Arc<Self>,
        key: String,
        token: String,
    ) -> BoxFuture<'static, Result<String, String>> {
        Box::pin(async move { self.verified(&key, &token).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::manifest::SignatureForm;

    fn template(separator: &str) -> SignTemplate {
        SignTemplate {
            fields: vec!["client".into(), "time".into()],
            separator: separator.into(),
            form: SignatureForm::Raw,
            certificate_hash: false,
        }
    }

    #[test]
    fn fields_are_joined_in_the_template_s_order() {
        let fields = [Param::new("time", "2"), Param::new("client", "1")];
        assert_eq!(joined(&template("|"), &fields).unwrap(), "1|2");
    }

    #[test]
    fn each_field_is_given_exactly_once() {
        let (client, time) = (Param::new("client", "1"), Param::new("time", "2"));
        let wrong = [
            vec![client.clone()],
            vec![client.clone(), time.clone(), time.clone()],
            vec![client.clone(), time, Param::new("more", "3")],
            vec![client, Param::new("time", "2|3")],
        ];
        for fields in wrong {
            assert!(joined(&template("|"), &fields).is_err(), "{fields:?}");
        }
    }
}
