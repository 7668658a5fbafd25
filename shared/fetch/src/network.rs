//! Names and connections, as the system has them.

use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;
use tokio::net::{TcpStream, lookup_host};

/// A name server and a way to connect.
#[async_trait]
pub trait Network: Send + Sync {
    /// All addresses of a host.
    ///
    /// # Errors
    /// Where it has none.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;

    /// A connection to exactly this address.
    ///
    /// # Errors
    /// Where there is none to be had.
    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream>;
}

/// The system's.
#[derive(Clone, Copy, Debug)]
pub struct System;

#[async_trait]
impl Network for System {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect())
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await
    }
}
