//! The little network that our commands need: loopback only.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// A loopback port that is free now. Another process may take it before it is used: callers try again.
///
/// # Errors
/// When the machine has none.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free loopback port")?;
    Ok(listener.local_addr()?.port())
}

/// Whether `url` is plain http to this machine: a loopback address, or the name `localhost`.
pub fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if let Some(inner) = authority.strip_prefix('[') {
        let Some((host, port)) = inner.split_once(']') else {
            return false;
        };
        return is_port(port) && host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    }
    let (host, port) = authority
        .find(':')
        .map_or((authority, ""), |at| authority.split_at(at));
    is_port(port)
        && (host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()))
}

fn is_port(part: &str) -> bool {
    part.is_empty()
        || part
            .strip_prefix(':')
            .is_some_and(|digits| digits.parse::<u16>().is_ok())
}

/// Status of `GET path` on a loopback port, or `None` while nothing answers there.
pub fn status_of(port: u16, path: &str, patience: Duration) -> Option<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, patience).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut head = [0; 12]; // "HTTP/1.1 200"
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head)
        .ok()?
        .strip_prefix("HTTP/1.1 ")?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_to_this_machine_is_loopback() {
        for url in [
            "http://127.0.0.1:8000",
            "http://localhost",
            "http://[::1]:4566/",
            "http://127.9.9.9:1/x",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://dynamodb.eu-central-1.amazonaws.com",
            "http://10.0.0.1:8000",
            "http://127.0.0.1@example.com",
            "http://user:pw@127.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1:99999",
            "http://[::2]",
            "127.0.0.1:8000",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn the_status_is_read_from_whoever_answers() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 512]);
            stream.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n").unwrap();
        });
        assert_eq!(status_of(port, "/", Duration::from_secs(5)), Some(404));
        server.join().unwrap();
        assert_eq!(
            status_of(port, "/", Duration::from_secs(1)),
            None,
            "nobody listens any more"
        );
    }
}
