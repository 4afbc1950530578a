//! Signatures by template: the guest gives values, the host builds the bytes, a back-end signs them.

use std::collections::BTreeMap;
use std::fmt;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{not_asked, not_granted};
use crate::model::Param;
use crate::model::manifest::{Manifest, SignTemplate};
use crate::model::setup::Grants;
use crate::sandbox::ports::{self, Signature};

/// Bytes of a field, and of a signature.
const MAX_BYTES: usize = 64 << 10;

/// What signs bytes with one key.
pub trait Backend: Send + Sync {
    /// Signs; `form` is the template's (`raw` or `cms`). The error names no secret and no field.
    fn sign(&self, form: &str, bytes: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, String>>;

    /// The hash of the certificate, as the template's receiver wants it.
    fn certificate_hash(&self) -> Option<String>;
}

/// An external program: bytes on standard input, the signature on standard output, the form in the environment
/// variable `EXCHANGE_FORM`. No shell, and none of the host's environment but `PATH`.
#[derive(Clone, Debug)]
pub struct CommandBackend {
    /// Program and arguments.
    pub command: Vec<String>,
    /// The hash of its certificate.
    pub certificate_hash: Option<String>,
    /// How long it may take.
    pub timeout: Duration,
}

impl Backend for CommandBackend {
    fn sign(&self, form: &str, bytes: Vec<u8>) -> BoxFuture<'static, Result<Vec<u8>, String>> {
        let (this, form) = (self.clone(), form.to_owned());
        Box::pin(async move {
            match tokio::time::timeout(this.timeout, this.run(&form, &bytes)).await {
                Ok(signed) => signed,
                Err(_) => Err("the signing command took too long".into()),
            }
        })
    }

    fn certificate_hash(&self) -> Option<String> {
        self.certificate_hash.clone()
    }
}

impl CommandBackend {
    async fn run(&self, form: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut child = self.start(form)?;
        let mut input = child.stdin.take().ok_or("the signing command takes no input")?;
        // A command that does not read to the end fails by its status or its empty output, not by this pipe.
        let feed = async move { drop(input.write_all(bytes).await) };
        let (_, output) = tokio::join!(feed, child.wait_with_output());
        let output = output.map_err(|error| format!("the signing command cannot be read: {error}"))?;
        if !output.status.success() {
            return Err(format!("the signing command failed ({})", output.status));
        }
        match output.stdout.len() {
            1..=MAX_BYTES => Ok(output.stdout),
            size => Err(format!("the signing command answered {size} bytes")),
        }
    }

    fn start(&self, form: &str) -> Result<tokio::process::Child, String> {
        let (program, arguments) = self.command.split_first().ok_or("the signing command is empty")?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", path)
            .env("EXCHANGE_FORM", form)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("the signing command does not start: {error}"))
    }
}

/// The signatures of one task.
pub struct Signatures {
    manifest: Arc<Manifest>,
    granted: BTreeMap<String, String>,
    keys: BTreeMap<String, Arc<dyn Backend>>,
}

impl Signatures {
    /// `keys` are the host's, by name; the task's grants say which template uses which.
    pub fn new(manifest: Arc<Manifest>, grants: &Grants, keys: BTreeMap<String, Arc<dyn Backend>>) -> Self {
        Self { manifest, granted: grants.signatures.clone(), keys }
    }

    fn key(&self, name: &str) -> Result<(&SignTemplate, &Arc<dyn Backend>), String> {
        let what = format!("the signature template `{}`", name.escape_debug());
        let template = self.manifest.signatures.get(name).ok_or_else(|| not_asked(&what))?;
        let key = self.granted.get(name);
        let key = key.ok_or_else(|| not_granted(&what, &format!("sign = {{ {name} = \"KEY\" }}")))?;
        let backend = self.keys.get(key).ok_or_else(|| format!("the host has no key `{key}`"))?;
        Ok((template, backend))
    }

    async fn signed(&self, name: &str, fields: &[Param]) -> Result<Signature, String> {
        let (template, backend) = self.key(name)?;
        let bytes = joined(template, fields)?;
        let signed = backend.sign(&template.form, bytes.into_bytes()).await?;
        let certificate_hash = if template.certificate_hash {
            Some(backend.certificate_hash().ok_or("the key has no certificate hash")?)
        } else {
            None
        };
        Ok(Signature { value: URL_SAFE_NO_PAD.encode(signed), certificate_hash })
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
        _key: String,
        _token: String,
    ) -> BoxFuture<'static, Result<String, String>> {
        Box::pin(async { Err("verification of tokens is not available in this host".to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(separator: &str) -> SignTemplate {
        SignTemplate {
            fields: vec!["client".into(), "time".into()],
            separator: separator.into(),
            form: "raw".into(),
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
