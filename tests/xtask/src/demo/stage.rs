//! The demo's working folder: the program's configuration, the invented school, the connector.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use crate::failure::{Context, Failure, Outcome};
use crate::workspace::Workspace;

/// The connector of the demo; beside it lie others, and what they are built from.
const CONNECTOR: &str = "dnevnik.wasm";

/// Where `exchange.toml` expects the stand-in.
const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4700);

/// What the steps have to know of the folder.
#[derive(Debug)]
pub(super) struct Stage {
    /// Where the stand-in is to listen.
    pub(super) stand: SocketAddr,
}

/// Fills the empty folder.
///
/// # Errors
/// When something cannot be copied, or no port is free.
pub(super) fn set(workspace: &Workspace, folder: &Path) -> Outcome<Stage> {
    let example = workspace.root.join("examples/first-school");
    let stand = free_address()?;
    configuration(&workspace.root.join("exchange.toml"), &folder.join("exchange.toml"), stand)?;
    copy(&example.join("schools"), &folder.join("schools"))?;
    copy(&example.join("data"), &folder.join("exports"))?;
    connector(&workspace.target.join("connectors").join(CONNECTOR), &folder.join("connectors"))?;
    Ok(Stage { stand })
}

/// The usual address, or another one where that is taken.
fn free_address() -> Outcome<SocketAddr> {
    let any = SocketAddr::new(USUAL.ip(), 0);
    let listener = TcpListener::bind(USUAL).or_else(|_| TcpListener::bind(any));
    let address = listener.and_then(|listener| listener.local_addr()).context(|| "no port is free".into())?;
    if address != USUAL {
        println!("{USUAL} is taken: the stand-in goes to {address}, and the copy of exchange.toml says so.");
    }
    Ok(address)
}

fn configuration(from: &Path, to: &Path, stand: SocketAddr) -> Outcome {
    let text = fs::read_to_string(from).context(|| format!("cannot read {}", from.display()))?;
    if !text.contains(&USUAL.to_string()) {
        return Err(Failure::new(format!("{} does not mention {USUAL}", from.display())));
    }
    let text = text.replace(&USUAL.to_string(), &stand.to_string());
    fs::write(to, text).context(|| format!("cannot write {}", to.display()))
}

fn connector(file: &Path, folder: &Path) -> Outcome {
    let copied = fs::create_dir_all(folder).and_then(|()| fs::copy(file, folder.join(CONNECTOR)));
    copied.map(drop).context(|| format!("cannot copy {}", file.display()))
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to).context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).context(|| format!("cannot read {}", from.display()))? {
        let path = entry.context(|| format!("cannot read {}", from.display()))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_copied_with_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/c"), "c").unwrap();
        copy(&folder.path().join("a"), &folder.path().join("copy")).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("copy/b/c")).unwrap(), "c");
    }

    #[test]
    fn the_configuration_names_the_address_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "base = [\"http://127.0.0.1:4700\"]").unwrap();
        configuration(&from, &to, SocketAddr::from(([127, 0, 0, 1], 9))).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "base = [\"http://127.0.0.1:9\"]");
        fs::write(&from, "base = []").unwrap();
        assert!(configuration(&from, &to, USUAL).is_err(), "a demo that talks elsewhere is none");
    }
}
