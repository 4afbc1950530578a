//! Listening, accepting; starting and stopping inside a test.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::wire::Wire;

/// How one of the stand-ins is to run: where it listens, and what it serves there.
pub trait Service: Send + 'static {
    /// Port 0 takes a free port.
    fn listen(&self) -> SocketAddr;

    /// Loads the state and lays the routes.
    ///
    /// # Errors
    /// The saved state cannot be read.
    fn router(&self, addr: SocketAddr) -> io::Result<Router>;
}

/// A stand-in that has its port and serves as soon as it is run.
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    router: Router,
}

impl Server {
    /// Takes the port and loads the state.
    ///
    /// # Errors
    /// The port is taken, or the saved state cannot be read.
    pub async fn bind(options: &impl Service) -> io::Result<Server> {
        let listener = TcpListener::bind(options.listen()).await.map_err(|error| {
            let text =
                format!("cannot listen on {}: {error}\nhint: port 0 takes a free port", options.listen());
            io::Error::new(error.kind(), text)
        })?;
        let addr = listener.local_addr()?;
        Ok(Server { listener, addr, router: options.router(addr)? })
    }

    /// The address taken.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves until `stop` is ready. Connections still open then end with the runtime.
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        tokio::select! {
            () = stop => {}
            () = accept(self.listener, self.router) => {}
        }
    }
}

async fn accept(listener: TcpListener, router: Router) {
    loop {
        // Errors here are those of a client that left between knocking and entering, or a lack of descriptors
        // that passes; the next turn finds out.
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, router.clone()))),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn serve(stream: TcpStream, router: Router) {
    // Small answers leave at once; if the option cannot be set they only leave later.
    let _ = stream.set_nodelay(true);
    let (wire, connection) = Wire::new(stream);
    let handle = connection.clone();
    let routes = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(handle.clone());
        hyper::service::Service::call(&routes, request.map(Body::new))
    });
    let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(wire), service);
    // `biased`: bytes written before the order to break are flushed before it is obeyed. How a connection ended is
    // the client's affair, so its error is not looked at.
    tokio::select! {
        biased;
        _ = serving => {}
        () = connection.told_to_break() => {}
    }
}

/// A stand-in running on a thread of its own; it stops when dropped.
pub struct Stand {
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Stand {
    /// Starts a stand-in and returns once it accepts connections. Works inside and outside of an async runtime.
    ///
    /// # Errors
    /// As for [`Server::bind`], or the thread cannot be started.
    pub fn spawn(options: impl Service) -> io::Result<Stand> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, bound) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new().name("exchange-stand".into()).spawn(move || {
            runtime.block_on(run(options, ready, stopped));
            runtime.shutdown_background();
        })?;
        let addr = bound.recv().map_err(io::Error::other)??;
        Ok(Stand { addr, stop: Some(stop), thread: Some(thread) })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

async fn run(
    options: impl Service,
    ready: std::sync::mpsc::Sender<io::Result<SocketAddr>>,
    stopped: oneshot::Receiver<()>,
) {
    match Server::bind(&options).await {
        Ok(server) => {
            // Nobody listens for readiness only if the starting thread is gone; then `stopped` is ready as well.
            let _ = ready.send(Ok(server.addr()));
            server.run_until(async { drop(stopped.await) }).await;
        }
        Err(error) => drop(ready.send(Err(error))),
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed already; a second one during drop would hide it.
            let _ = thread.join();
        }
    }
}
