//! What a function is told by its environment. Nothing else reads it.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use protocol::Digest;
use provider::brand::Hosts;

use crate::Error;
use crate::dynamodb::SecondName;

const SES_URL: &str = "AWS_ENDPOINT_URL_SESV2";
const SQS_URL: &str = "AWS_ENDPOINT_URL_SQS";
const BRAND_HOSTS: &str = "LATCHKEY_BRAND_HOSTS";
const EDGE_SECRET: &str = "LATCHKEY_EDGE_SECRET";
/// Fewest characters of such a secret. The template's have 48.
const EDGE_SECRET_LENGTH: usize = 32;
const METRICS: &str = "LATCHKEY_METRICS";

/// The settings of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where it runs.
    pub stage: Stage,
    /// `LATCHKEY_TABLE`: the name of the table.
    pub table: String,
    /// `LATCHKEY_ENVELOPE_KEY`: id or ARN of the symmetric key that seals what must be read back. `None`
    /// for a function that opens nothing.
    pub envelope_key: Option<String>,
    /// `LATCHKEY_LOG`: a tracing filter; `info` where it is not set.
    pub log: String,
    /// `LATCHKEY_METRICS`: `off`, `notable` or `all`; `notable` on AWS where it is not set, and `off` elsewhere.
    pub metrics: Metrics,
    /// `AWS_LAMBDA_FUNCTION_NAME`, which Lambda sets; `-` elsewhere.
    pub function_name: String,
    /// How e-mail is sent.
    pub mail: Mail,
    /// `LATCHKEY_LOGOUT_QUEUE`: the URL of the queue of logouts. `None` for a function that ends no session; where one that
    /// does has none, clients do not hear of it behind the browser's back.
    pub logout_queue: Option<String>,
    /// `LATCHKEY_MTLS_BASE_URL`: where connections have clients' certificates (RFC 8705 §5). `None` where none have.
    pub mtls_base: Option<String>,
    /// `LATCHKEY_MTLS_TENANT`: the host of the tenant of which that is another name. `None`: of the one that has it in the
    /// table.
    pub mtls_tenant: Option<String>,
    /// `LATCHKEY_BRAND_HOSTS`: `below` or `any`; `below` where it is not set.
    pub brand_hosts: Hosts,
    /// `LATCHKEY_EDGE_SECRET`: digests of what `CloudFront` proves itself by, one or two with a comma between them. Without it
    /// nothing comes in by a function's URL.
    pub edge: Vec<Digest>,
}

/// Which log lines are metrics as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metrics {
    /// None.
    Off,
    /// Those that say what Lambda and API Gateway do not count: faults, cold starts, and events of note.
    Notable,
    /// Every request's too.
    All,
}

/// How e-mail is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// `LATCHKEY_MAIL_FROM`: the sender's address, verified at SES. `None`: nothing can be sent.
    pub from: Option<String>,
    /// `LATCHKEY_MAIL_CONFIGURATION_SET`: the configuration set at SES that letters are counted by.
    pub configuration_set: Option<String>,
}

/// Where a function runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On AWS: `LATCHKEY_STAGE=aws`, which the template sets.
    Aws,
    /// Anywhere else, where it must not reach AWS by accident: against emulators on this very machine.
    Local {
        /// `AWS_ENDPOINT_URL_DYNAMODB`.
        dynamodb_url: String,
        /// `AWS_ENDPOINT_URL_KMS`; asked for even by a function that uses no KMS.
        kms_url: String,
        /// `AWS_ENDPOINT_URL_SESV2`; without it no e-mail is sent.
        ses_url: Option<String>,
        /// `AWS_ENDPOINT_URL_SQS`; without it no client hears of a logout behind the browser's back.
        sqs_url: Option<String>,
    },
}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`Error::Missing`] and [`Error::NotLoopback`], each with the name of the setting.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place that reads it"
    )]
    pub fn from_env() -> Result<Self, Error> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads settings from `lookup`. An empty value is no value.
    fn read(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, Error> {
        let optional = |name| lookup(name).filter(|value| !value.trim().is_empty());
        let required = |name| optional(name).ok_or(Error::Missing(name));
        let local = |name| required(name).and_then(|url| loopback(name, &url));
        let optional_local = |name| optional(name).map(|url| loopback(name, &url)).transpose();
        let stage = if optional("LATCHKEY_STAGE").as_deref() == Some("aws") {
            Stage::Aws
        } else {
            Stage::Local {
                dynamodb_url: local("AWS_ENDPOINT_URL_DYNAMODB")?,
                kms_url: local("AWS_ENDPOINT_URL_KMS")?,
                ses_url: optional_local(SES_URL)?,
                sqs_url: optional_local(SQS_URL)?,
            }
        };
        let metrics = match optional(METRICS).as_deref() {
            None if stage == Stage::Aws => Metrics::Notable,
            None | Some("off") => Metrics::Off,
            Some("notable") => Metrics::Notable,
            Some("all") => Metrics::All,
            Some(_) => return Err(Error::Choice(METRICS, "off, notable or all")),
        };
        Ok(Self {
            stage,
            metrics,
            function_name: optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| "-".to_owned()),
            table: required("LATCHKEY_TABLE")?,
            envelope_key: optional("LATCHKEY_ENVELOPE_KEY"),
            log: optional("LATCHKEY_LOG").unwrap_or_else(|| "info".to_owned()),
            mail: Mail {
                from: optional("LATCHKEY_MAIL_FROM"),
                configuration_set: optional("LATCHKEY_MAIL_CONFIGURATION_SET"),
            },
            logout_queue: optional("LATCHKEY_LOGOUT_QUEUE"),
            mtls_base: optional("LATCHKEY_MTLS_BASE_URL"),
            mtls_tenant: optional("LATCHKEY_MTLS_TENANT"),
            brand_hosts: match optional(BRAND_HOSTS).as_deref() {
                None | Some("below") => Hosts::Below,
                Some("any") => Hosts::Any,
                Some(_) => return Err(Error::Choice(BRAND_HOSTS, "below or any")),
            },
            edge: edge(&optional(EDGE_SECRET).unwrap_or_default())?,
        })
    }

    /// The host with clients' certificates as a second name of its tenant.
    pub fn second_name(&self) -> Option<SecondName> {
        let (_, host) = self.mtls_base.as_ref()?.split_once("://")?;
        Some(SecondName {
            host: host.to_owned(),
            of: self.mtls_tenant.clone()?,
        })
    }
}

/// Digests of the secrets. One that could be guessed is refused: whoever has it says who asks, and from where.
fn edge(setting: &str) -> Result<Vec<Digest>, Error> {
    let secrets = setting.split(',').map(str::trim);
    let secrets: Vec<&str> = secrets.filter(|it| !it.is_empty()).collect();
    if secrets.iter().any(|it| it.len() < EDGE_SECRET_LENGTH) {
        return Err(Error::Choice(EDGE_SECRET, "32 characters or more, each"));
    }
    let digests = secrets.iter().map(|it| Digest::of(it.as_bytes()));
    Ok(digests.collect())
}

/// The URL, if it is plain HTTP to this machine: `127.0.0.0/8`, `[::1]` or `localhost`. Everything else is
/// refused, as what is meant for an emulator must never reach AWS or a neighbour.
pub(crate) fn loopback(name: &'static str, url: &str) -> Result<String, Error> {
    let refused = || Error::NotLoopback {
        name,
        url: url.to_owned(),
    };
    let uri: Uri = url.trim().parse().map_err(|_| refused())?;
    let authority = uri.authority().ok_or_else(refused)?;
    let host = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let here = host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    let bare = !authority.as_str().contains('@') && matches!(uri.path(), "" | "/");
    if uri.scheme_str() == Some("http") && here && bare && uri.query().is_none() {
        Ok(url.trim().to_owned())
    } else {
        Err(refused())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws => f.write_str("aws"),
            Self::Local { .. } => f.write_str("local"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: [(&str, &str); 3] = [
        ("LATCHKEY_TABLE", "t"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"),
        ("AWS_ENDPOINT_URL_KMS", "http://localhost:8001/"),
    ];

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Error> {
        Settings::read(|name| {
            let last = pairs.iter().rev().find(|(key, _)| *key == name);
            last.map(|(_, value)| (*value).to_owned())
        })
    }

    fn local_but(name: &'static str, value: &'static str) -> Result<Settings, Error> {
        read(&[LOCAL.as_slice(), &[(name, value)]].concat())
    }

    #[test]
    fn settings_have_sensible_defaults() {
        let settings = read(&LOCAL).unwrap();
        assert_eq!(
            (settings.table.as_str(), settings.log.as_str()),
            ("t", "info")
        );
        assert_eq!(settings.envelope_key, None);
        assert_eq!(settings.stage.to_string(), "local");
    }

    #[test]
    fn tenants_share_an_installation_as_strangers_unless_it_says_otherwise() {
        assert_eq!(read(&LOCAL).unwrap().brand_hosts, Hosts::Below);
        for (value, expected) in [("below", Hosts::Below), ("any", Hosts::Any)] {
            assert_eq!(local_but(BRAND_HOSTS, value).unwrap().brand_hosts, expected);
        }
        let error = local_but(BRAND_HOSTS, "all").unwrap_err();
        assert_eq!(
            error.to_string(),
            "LATCHKEY_BRAND_HOSTS is not below or any"
        );
    }

    #[test]
    fn metrics_are_what_aws_does_not_count_unless_it_says_otherwise() {
        assert_eq!(read(&LOCAL).unwrap().metrics, Metrics::Off);
        let aws = [("LATCHKEY_STAGE", "aws"), ("LATCHKEY_TABLE", "t")];
        assert_eq!(read(&aws).unwrap().metrics, Metrics::Notable);
        for (value, expected) in [
            ("off", Metrics::Off),
            ("notable", Metrics::Notable),
            ("all", Metrics::All),
        ] {
            let settings = read(&[aws[0], aws[1], (METRICS, value)]).unwrap();
            assert_eq!(settings.metrics, expected);
        }
        let error = local_but(METRICS, "some").unwrap_err();
        assert_eq!(
            error.to_string(),
            "LATCHKEY_METRICS is not off, notable or all"
        );
    }

    #[test]
    fn an_installation_may_do_without_mail() {
        let settings = read(&LOCAL).unwrap();
        assert_eq!(settings.mail, Mail::default());
        let Stage::Local { ses_url, .. } = settings.stage else {
            panic!("{}", settings.stage)
        };
        assert_eq!(ses_url, None);
        let settings = local_but("LATCHKEY_MAIL_FROM", "no-reply@example.com").unwrap();
        assert_eq!(settings.mail.from.as_deref(), Some("no-reply@example.com"));
    }

    #[test]
    fn the_secrets_of_the_edge_are_one_or_two_and_long() {
        const ONE: &str = "0123456789abcdef0123456789abcdef";
        const TWO: &str = "0123456789abcdef0123456789abcdef, fedcba9876543210fedcba9876543210";
        assert_eq!(read(&LOCAL).unwrap().edge, []);
        let one = Digest::of(ONE.as_bytes());
        assert_eq!(local_but(EDGE_SECRET, ONE).unwrap().edge, [one]);
        let settings = local_but(EDGE_SECRET, TWO).unwrap();
        assert!(settings.edge.len() == 2 && settings.edge[0] == one);
        assert!(!format!("{settings:?}").contains(ONE));
        let error = local_but(EDGE_SECRET, "short").unwrap_err().to_string();
        assert!(
            error.starts_with(EDGE_SECRET) && !error.contains("short"),
            "{error}"
        );
    }

    #[test]
    fn off_aws_both_endpoints_must_be_named() {
        for name in [
            "AWS_ENDPOINT_URL_DYNAMODB",
            "AWS_ENDPOINT_URL_KMS",
            "LATCHKEY_TABLE",
        ] {
            let error = local_but(name, "").unwrap_err();
            assert_eq!(error.to_string(), format!("{name} is not set"));
        }
        assert!(
            local_but("LATCHKEY_STAGE", "AWS").is_ok(),
            "only `aws` means AWS"
        );
        let aws = read(&[("LATCHKEY_STAGE", "aws"), ("LATCHKEY_TABLE", "t")]).unwrap();
        assert_eq!(aws.stage, Stage::Aws);
    }

    #[test]
    fn off_aws_every_endpoint_must_be_this_machine() {
        for name in [
            "AWS_ENDPOINT_URL_DYNAMODB",
            "AWS_ENDPOINT_URL_KMS",
            "AWS_ENDPOINT_URL_SESV2",
            "AWS_ENDPOINT_URL_SQS",
        ] {
            for url in [
                "http://[::1]:8000",
                "http://127.9.9.9:1",
                "http://LOCALHOST:1",
            ] {
                assert!(local_but(name, url).is_ok(), "{url}");
            }
            for url in [
                "https://dynamodb.us-east-1.amazonaws.com",
                "http://10.0.0.1:8000",
                "http://0.0.0.0:8000",
                "http://127.0.0.1.example.com",
                "http://127.0.0.1@example.com",
                "http://localhost.example.com",
                "http://example.com/?http://127.0.0.1",
                "https://127.0.0.1:8000",
                "127.0.0.1:8000",
                "not a url",
            ] {
                let error = local_but(name, url).unwrap_err().to_string();
                assert!(error.starts_with(name) && !error.contains('\n'), "{error}");
            }
        }
    }
}
