//! Listening: a thread with a runtime, a task a connection.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto};

use super::session::{self, House};
use super::{Fault, Options, Post, Security, Shared};

const CERTIFICATE: &[u8] = include_bytes!("localhost.pem");
const KEY: &[u8] = include_bytes!("localhost.key");

pub(super) fn spawn(options: Options) -> io::Result<Post> {
    let shared = Shared::default();
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, told) = mpsc::channel();
    let house = Arc::new(House {
        security: options.security,
        user: options.user.clone(),
        acceptor: acceptor()?,
        shared: shared.clone(),
    });
    let listen = options.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    std::thread::Builder::new().name("smtp".to_owned()).spawn(move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(tell.send(Err(error))),
        };
        runtime.block_on(async {
            let listener = match TcpListener::bind(listen).await {
                Ok(listener) => listener,
                Err(error) => return drop(tell.send(Err(error))),
            };
            drop(tell.send(listener.local_addr()));
            tokio::select! {
                () = accept(&listener, &house) => {}
                _ = stopped => {}
            }
        });
    })?;
    let addr = told.recv().map_err(io::Error::other)??;
    Ok(Post { addr, shared, _stop: stop })
}

async fn accept(listener: &TcpListener, house: &Arc<House>) {
    loop {
        // Errors here are those of a client that left between knocking and entering.
        if let Ok((stream, _)) = listener.accept().await {
            let house = Arc::clone(house);
            drop(tokio::spawn(async move { serve(stream, &house).await }));
        }
    }
}

async fn serve(stream: TcpStream, house: &House) {
    let down = {
        let mut state = house.shared.lock();
        state.connections += 1;
        state.fault == Fault::Down
    };
    if down {
        return;
    }
    // How a client leaves is its own affair: what was kept is kept.
    let _ = match house.security {
        Security::Tls => match house.acceptor.accept(stream).await {
            Ok(stream) => session::talk(stream, house, true).await,
            Err(error) => Err(error),
        },
        Security::None | Security::StartTls => session::open(stream, house).await,
    };
}

fn acceptor() -> io::Result<TlsAcceptor> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(CERTIFICATE).collect::<Result<_, _>>().map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_slice(KEY).map_err(io::Error::other)?;
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(io::Error::other)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
