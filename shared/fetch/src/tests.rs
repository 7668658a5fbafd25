//! The client against hosts that mean harm.

mod compressed;
mod server;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use provider::ports::{FetchError, Fetcher as _};
use tokio::net::TcpStream;

use crate::{Fetch, Network, tls};
use server::Server;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"keys\":[]}";

/// Fetches from this machine, as `--allow-fetch 127.0.0.1` lets it.
async fn from(server: &Server) -> Result<String, FetchError> {
    let fetch = Fetch::allowing(["127.0.0.1".to_owned()]);
    let document = fetch.get(&server.url("/jwks?a=b")).await?;
    Ok(String::from_utf8(document.to_vec()).unwrap())
}

#[tokio::test]
async fn a_document_is_fetched_and_nothing_is_told_of_us() {
    let server = Server::answering(OK).await;
    assert_eq!(from(&server).await.unwrap(), "{\"keys\":[]}");
    let host = server.address.to_string();
    let want = format!(
        "GET /jwks?a=b HTTP/1.1\r\nhost: {host}\r\nuser-agent: latchkey\r\n\
         accept: application/json, */*;q=0.1\r\nconnection: close\r\n\r\n"
    );
    assert_eq!(server.heard(), [want]);
}

#[tokio::test]
async fn a_form_is_posted_encoded_and_its_answer_read() {
    let server = Server::answering(OK).await;
    let fetch = Fetch::allowing(["127.0.0.1".to_owned()]);
    let form = [("secret", "a b&c"), ("response", "ä")];
    let answer = fetch.post_form(&server.url("/verify"), &form).await;
    assert_eq!(answer.unwrap(), "{\"keys\":[]}");
    let host = server.address.to_string();
    let want = format!(
        "POST /verify HTTP/1.1\r\nhost: {host}\r\nuser-agent: latchkey\r\n\
         accept: application/json, */*;q=0.1\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 30\r\n\r\n\
         secret=a+b%26c&response=%C3%A4"
    );
    assert_eq!(server.heard(), [want]);
}

#[tokio::test]
async fn a_form_is_sent_to_no_place_that_is_not_fetched_from_and_no_large_one_at_all() {
    let server = Server::answering(OK).await;
    let posted = Fetch::new().post_form(&server.url("/"), &[]).await;
    assert_eq!(posted, Err(FetchError::Url));
    let fetch = Fetch::allowing(["127.0.0.1".to_owned()]);
    let large = "x".repeat(64 * 1024);
    let posted = fetch.post_form(&server.url("/"), &[("a", &large)]).await;
    assert_eq!(posted, Err(FetchError::TooLarge));
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_document_may_come_in_pieces_and_end_with_the_connection() {
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert_eq!(
        from(&Server::answering(chunked).await).await.unwrap(),
        "abcde"
    );
    let closed = "HTTP/1.1 200 OK\r\n\r\nabc";
    assert_eq!(from(&Server::answering(closed).await).await.unwrap(), "abc");
}

#[tokio::test]
async fn without_leave_this_machine_is_not_reached_by_any_name() {
    let server = Server::answering(OK).await;
    let port = server.address.port();
    let fetch = Fetch::new();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0x7f.1",
        "2130706433",
        "0.0.0.0",
    ] {
        let by_http = fetch.get(&format!("http://{host}:{port}/")).await;
        assert_eq!(by_http, Err(FetchError::Url), "{host}");
        let by_https = fetch.get(&format!("https://{host}:{port}/")).await;
        assert_eq!(by_https, Err(FetchError::Address), "{host}");
    }
    let other = Fetch::allowing(["127.0.0.2".to_owned()]);
    assert_eq!(other.get(&server.url("/")).await, Err(FetchError::Url));
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn leave_for_a_host_is_none_for_metadata() {
    let fetch = Fetch::allowing(["169.254.169.254".to_owned()]);
    let got = fetch.get("http://169.254.169.254/latest/meta-data/").await;
    assert_eq!(got, Err(FetchError::Address));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let inside = Server::answering(OK).await;
    for status in [301, 302, 303, 307, 308] {
        let location = inside.url("/secret");
        let redirect =
            format!("HTTP/1.1 {status} x\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let got = from(&Server::answering(&redirect).await).await;
        assert_eq!(got, Err(FetchError::Status(status)));
    }
    assert!(inside.heard().is_empty());
}

#[tokio::test]
async fn any_other_status_than_200_is_no_document() {
    for status in [204, 206, 401, 404, 500] {
        let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
        let got = from(&Server::answering(&answer).await).await;
        assert_eq!(got, Err(FetchError::Status(status)));
    }
}

#[tokio::test]
async fn a_large_document_is_refused_announced_or_not() {
    let whole = 64 * 1024;
    let body = "x".repeat(whole);
    let fits = format!("HTTP/1.1 200 OK\r\ncontent-length: {whole}\r\n\r\n{body}");
    assert_eq!(
        from(&Server::answering(&fits).await).await.unwrap().len(),
        whole
    );
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", whole + 1);
    assert_eq!(
        from(&Server::answering(&announced).await).await,
        Err(FetchError::TooLarge)
    );
    let silent = format!("HTTP/1.1 200 OK\r\n\r\n{body}x");
    assert_eq!(
        from(&Server::answering(&silent).await).await,
        Err(FetchError::TooLarge)
    );
    let head = format!("HTTP/1.1 200 OK\r\nx: {body}\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(
        from(&Server::answering(&head).await).await,
        Err(FetchError::Connection)
    );
}

#[tokio::test]
async fn what_is_no_http_is_no_document() {
    for answer in [
        "",
        "hello\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nshort",
    ] {
        let got = from(&Server::answering(answer).await).await;
        assert_eq!(got, Err(FetchError::Connection), "{answer}");
    }
}

#[tokio::test]
async fn a_host_that_drips_or_says_nothing_is_given_up_after_three_seconds() {
    let (dripping, silent, deaf) = (
        Server::dripping().await,
        Server::silent().await,
        Server::deaf().await,
    );
    let dripped = from(&dripping);
    let waited = from(&silent);
    let fetch = Fetch::allowing(["127.0.0.1".to_owned()]);
    let url = format!("https://{}/", deaf.address);
    let greeted = fetch.get(&url);
    let (dripped, waited, greeted) = tokio::join!(dripped, waited, greeted);
    assert_eq!(dripped, Err(FetchError::Timeout));
    assert_eq!(waited, Err(FetchError::Timeout));
    assert_eq!(greeted, Err(FetchError::Timeout));
}

/// A name server that answers as it was told, one answer a time, and connections that are only counted.
#[derive(Default)]
struct Told {
    answers: Mutex<Vec<Vec<SocketAddr>>>,
    asked: Mutex<Vec<String>>,
    reached: Mutex<Vec<SocketAddr>>,
    /// Where every connection really goes.
    to: Option<SocketAddr>,
}

impl Told {
    fn answers(answers: &[&[&str]]) -> Self {
        let parsed = answers.iter().rev().map(|answer| {
            let addresses = answer.iter().map(|text| text.parse().unwrap());
            addresses.collect()
        });
        Self {
            answers: Mutex::new(parsed.collect()),
            ..Self::default()
        }
    }
}

#[async_trait]
impl Network for Told {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        self.asked.lock().unwrap().push(format!("{host}:{port}"));
        let next = self.answers.lock().unwrap().pop();
        next.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.reached.lock().unwrap().push(address);
        match self.to {
            Some(to) => TcpStream::connect(to).await,
            None => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }
}

#[tokio::test]
async fn one_address_inside_among_those_of_a_name_is_enough_to_refuse() {
    for answer in [
        &["10.0.0.1:443"][..],
        &["1.1.1.1:443", "127.0.0.1:443"],
        &["[2600::1]:443", "[::1]:443"],
        &["1.1.1.1:443", "[fe80::1]:443"],
        &["[::ffff:1.1.1.1]:443"],
        &["169.254.169.254:443"],
    ] {
        let network = Arc::new(Told::answers(&[answer]));
        let fetch = Fetch::over(Arc::clone(&network) as _, Vec::new());
        let got = fetch.get("https://keys.example/").await;
        assert_eq!(got, Err(FetchError::Address), "{answer:?}");
        assert!(network.reached.lock().unwrap().is_empty(), "{answer:?}");
    }
}

#[tokio::test]
async fn a_name_is_asked_for_once_and_the_address_that_was_checked_is_the_one_that_is_reached() {
    let network = Arc::new(Told::answers(&[&["1.1.1.1:443"], &["127.0.0.1:443"]]));
    let fetch = Fetch::over(Arc::clone(&network) as _, Vec::new());
    let first = fetch.get("https://keys.example/").await;
    assert_eq!(first, Err(FetchError::Connection));
    assert_eq!(*network.asked.lock().unwrap(), ["keys.example:443"]);
    assert_eq!(
        *network.reached.lock().unwrap(),
        ["1.1.1.1:443".parse().unwrap()]
    );
    let rebound = fetch.get("https://keys.example/").await;
    assert_eq!(rebound, Err(FetchError::Address));
    assert_eq!(
        network.reached.lock().unwrap().len(),
        1,
        "and nothing more was reached"
    );
}

#[tokio::test]
async fn a_name_without_an_address_is_said_to_have_none() {
    for network in [Told::answers(&[&[]]), Told::default()] {
        let fetch = Fetch::over(Arc::new(network), Vec::new());
        assert_eq!(
            fetch.get("https://keys.example/").await,
            Err(FetchError::Name)
        );
    }
}

#[tokio::test]
async fn another_address_is_tried_where_one_does_not_answer_and_not_many() {
    let many = ["1.1.1.1:443", "1.1.1.2:443", "1.1.1.3:443", "1.1.1.4:443"];
    let network = Arc::new(Told::answers(&[&many]));
    let fetch = Fetch::over(Arc::clone(&network) as _, Vec::new());
    let got = fetch.get("https://keys.example/").await;
    assert_eq!(got, Err(FetchError::Connection));
    assert_eq!(network.reached.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn somebody_elses_certificates_count_for_hosts_with_leave_alone() {
    const ROOT: &[u8] = include_bytes!("tests/root.pem");
    let server = Server::with_tls(OK).await;
    for (allowed, expected) in [
        (vec!["keys.example".to_owned()], Ok("{\"keys\":[]}".into())),
        (
            vec!["other.example".to_owned()],
            Err(FetchError::Connection),
        ),
        (Vec::new(), Err(FetchError::Connection)),
    ] {
        let network = Told {
            to: Some(server.address),
            ..Told::answers(&[&["1.1.1.1:443"]])
        };
        let fetch = Fetch::over(Arc::new(network), allowed);
        let fetch = fetch.trusting(ROOT).unwrap();
        assert_eq!(fetch.get("https://keys.example/jwks").await, expected);
    }
    for text in [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        assert!(Fetch::new().trusting(text.as_bytes()).is_err(), "{text}");
    }
}

/// From a TLS server whose certificate is for `keys.example`, trusting its root or the public ones.
async fn by_tls(url: &str, trusted: bool) -> Result<String, FetchError> {
    let server = Server::with_tls(OK).await;
    let network = Told {
        to: Some(server.address),
        ..Told::answers(&[&["1.1.1.1:443"]])
    };
    let mut fetch = Fetch::over(Arc::new(network), Vec::new());
    if trusted {
        fetch.tls = tls::trusting(server::root());
    }
    let document = fetch.get(url).await?;
    Ok(String::from_utf8(document.to_vec()).unwrap())
}

#[tokio::test]
async fn by_https_the_host_must_show_a_certificate_for_its_name_from_somebody_trusted() {
    let document = by_tls("https://keys.example/jwks", true).await;
    assert_eq!(document.unwrap(), "{\"keys\":[]}");
    let of_another = by_tls("https://other.example/jwks", true).await;
    assert_eq!(of_another, Err(FetchError::Connection));
    let by_nobody = by_tls("https://keys.example/jwks", false).await;
    assert_eq!(by_nobody, Err(FetchError::Connection));
}
