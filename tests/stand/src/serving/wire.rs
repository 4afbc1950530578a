//! The server's side of a TCP connection, with a switch that breaks it.
//!
//! A reset has to be a real one, in the middle of an answer too, so the handler gets a handle on the connection
//! it is served over. The handle also tells when the client has gone.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

/// A handle on a connection, given to each of its requests.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Inner>);

struct Inner {
    cut: Notify,
    with_reset: AtomicBool,
    closed: watch::Sender<bool>,
}

impl Connection {
    fn new() -> Self {
        Connection(Arc::new(Inner {
            cut: Notify::new(),
            with_reset: AtomicBool::new(false),
            closed: watch::Sender::new(false),
        }))
    }

    /// Breaks the connection with RST as soon as what was written so far has been handed to the socket.
    pub(crate) fn reset(&self) {
        self.0.with_reset.store(true, Ordering::Release);
        self.0.cut.notify_one();
    }

    /// Closes the connection in the ordinary way (FIN), whatever was still to come.
    pub(crate) fn close(&self) {
        self.0.cut.notify_one();
    }

    /// Ready when the connection has been told to break.
    pub(crate) async fn told_to_break(&self) {
        self.0.cut.notified().await;
    }

    /// Ready when the connection is over, whoever ended it.
    pub(crate) async fn ended(&self) {
        let mut closed = self.0.closed.subscribe();
        // The sender lives in `self`, so this cannot fail.
        let _ = closed.wait_for(|closed| *closed).await;
    }
}

/// The socket as hyper sees it; on drop it resets if told so, and reports the end.
pub(crate) struct Wire {
    stream: TcpStream,
    connection: Connection,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> (Wire, Connection) {
        let connection = Connection::new();
        (Wire { stream, connection: connection.clone() }, connection)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.connection.0.with_reset.load(Ordering::Acquire) {
            // On a socket that is already gone there is nothing left to reset.
            let _ = self.stream.set_zero_linger();
        }
        self.connection.0.closed.send_replace(true);
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
