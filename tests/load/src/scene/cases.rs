//! All requests that are measured.

/// One row of the tables.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    /// The function.
    pub(crate) function: &'static str,
    /// What is asked of it.
    pub(crate) what: &'static str,
    /// The status of its answer; 0 where it does not answer by HTTP.
    pub(crate) status: u64,
    pub(super) client: &'static str,
    pub(super) request: Request,
}

/// What a case asks, and with that what has to be there before.
#[derive(Clone, Copy)]
pub(super) enum Request {
    Jwks,
    Discovery,
    Metadata,
    Authorize,
    Par,
    Code,
    Refresh,
    ClientCredentials(&'static str),
    AppPassword,
    Assertion,
    Exchange,
    DeviceWaiting,
    DeviceAllowed,
    CibaWaiting,
    CibaAllowed,
    Userinfo,
    Introspect,
    RevokeAccess,
    RevokeRefresh,
    Device,
    Backchannel,
    EndSession,
    Register,
    GithubAuthorize,
    GithubAccessToken,
    GithubUser,
    GithubUserTeams,
    FlowPage,
    FlowJson,
    SelfService,
    Api,
    Logout,
    RotateKeys,
}

impl Case {
    /// So many requests are enough: some where each takes as long as a letter, sent or not, and all of the others.
    pub(crate) fn enough(&self, wanted: usize) -> usize {
        match self.function {
            "backchannel-authentication" => (wanted / 60).max(1),
            _ => wanted,
        }
    }
}

const fn case(
    function: &'static str,
    what: &'static str,
    status: u64,
    client: &'static str,
    request: Request,
) -> Case {
    Case {
        function,
        what,
        status,
        client,
        request,
    }
}

const ES: &str = "es-envelope";
const RS: &str = "rs-envelope";
const DIRECT: &str = "es-direct";
const SPECIAL: &str = "special";
const DISCOVERY: &str = "openid-configuration";

/// All rows, in the order of the tables.
pub(crate) const CASES: &[Case] = &[
    case("jwks", "key set", 200, ES, Request::Jwks),
    case(DISCOVERY, "discovery", 200, ES, Request::Discovery),
    case(DISCOVERY, "RFC 8414 metadata", 200, ES, Request::Metadata),
    case(
        "authorize",
        "session, no consent to ask",
        302,
        ES,
        Request::Authorize,
    ),
    case("par", "pushed request", 201, ES, Request::Par),
    case("token", "code, ES256 envelope", 200, ES, Request::Code),
    case("token", "code, RS256 envelope", 200, RS, Request::Code),
    case("token", "code, ES256 direct", 200, DIRECT, Request::Code),
    case(
        "token",
        "refresh, ES256 envelope",
        200,
        ES,
        Request::Refresh,
    ),
    case(
        "token",
        "refresh, RS256 envelope",
        200,
        RS,
        Request::Refresh,
    ),
    case(
        "token",
        "refresh, ES256 direct",
        200,
        DIRECT,
        Request::Refresh,
    ),
    case(
        "token",
        "client_credentials, ES256 envelope",
        200,
        ES,
        Request::ClientCredentials("openid profile"),
    ),
    case(
        "token",
        "client_credentials, RS256 envelope",
        200,
        RS,
        Request::ClientCredentials("openid profile"),
    ),
    case(
        "token",
        "client_credentials, ES256 direct",
        200,
        DIRECT,
        Request::ClientCredentials("openid profile"),
    ),
    case(
        "token",
        "client_credentials without ID token, ES256 envelope",
        200,
        ES,
        Request::ClientCredentials("profile"),
    ),
    case(
        "token",
        "user and app password, ES256 envelope",
        200,
        ES,
        Request::AppPassword,
    ),
    case(
        "token",
        "JWT assertion, ES256 envelope",
        200,
        SPECIAL,
        Request::Assertion,
    ),
    case(
        "token",
        "token exchange, ES256 envelope",
        200,
        SPECIAL,
        Request::Exchange,
    ),
    case(
        "token",
        "device that waits",
        400,
        ES,
        Request::DeviceWaiting,
    ),
    case(
        "token",
        "device that was allowed, ES256 envelope",
        200,
        ES,
        Request::DeviceAllowed,
    ),
    case(
        "token",
        "CIBA poll that waits",
        400,
        SPECIAL,
        Request::CibaWaiting,
    ),
    case(
        "token",
        "CIBA poll that was allowed, ES256 envelope",
        200,
        SPECIAL,
        Request::CibaAllowed,
    ),
    case("userinfo", "userinfo", 200, ES, Request::Userinfo),
    case("introspect", "introspect", 200, ES, Request::Introspect),
    case("revoke", "access token", 200, ES, Request::RevokeAccess),
    case("revoke", "refresh token", 200, ES, Request::RevokeRefresh),
    case(
        "device-authorization",
        "device code",
        200,
        ES,
        Request::Device,
    ),
    case(
        "backchannel-authentication",
        "somebody is asked",
        200,
        SPECIAL,
        Request::Backchannel,
    ),
    case(
        "end-session",
        "with an ID token",
        200,
        ES,
        Request::EndSession,
    ),
    case(
        "register",
        "with an initial access token",
        201,
        SPECIAL,
        Request::Register,
    ),
    case(
        "github-authorize",
        "session, no consent to ask",
        302,
        ES,
        Request::GithubAuthorize,
    ),
    case(
        "github-access-token",
        "code",
        200,
        ES,
        Request::GithubAccessToken,
    ),
    case("github-user", "user", 200, ES, Request::GithubUser),
    case(
        "github-user-teams",
        "teams",
        200,
        ES,
        Request::GithubUserTeams,
    ),
    case(
        "flow",
        "first page of a sign-in",
        200,
        ES,
        Request::FlowPage,
    ),
    case(
        "flow",
        "first challenge of a sign-in, JSON",
        200,
        ES,
        Request::FlowJson,
    ),
    case(
        "self-service",
        "own applications",
        200,
        ES,
        Request::SelfService,
    ),
    case("api", "one person", 200, ES, Request::Api),
    case(
        "backchannel-logout",
        "a logout that the client does not hear",
        0,
        "heard",
        Request::Logout,
    ),
    case("rotate-keys", "no key is due", 0, ES, Request::RotateKeys),
];
