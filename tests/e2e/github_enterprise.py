"""social-auth-core's GithubEnterprise backend, which nobody here wrote, signs in through a browser.

    python github_enterprise.py BASE CLIENT_ID CLIENT_SECRET REDIRECT_URI SCOPE[,SCOPE…]

Prints the URL to open, reads the URL the browser was sent to from standard input, and prints what it learnt
of the person as one line of JSON. The scope is given in the SCOPE setting, or where the fifth argument begins
with `default:`, as the backend's DEFAULT_SCOPE: the two places it allows.
"""

import json
import sys
from urllib.parse import parse_qs, urlsplit

from social_core.backends.github_enterprise import GithubEnterpriseOAuth2
from social_core.storage import BaseStorage, NonceMixin, UserMixin
from social_core.strategy import BaseStrategy


class Nonce(NonceMixin):
    """Values that are good once."""

    known = set()

    @classmethod
    def use(cls, server_url, timestamp, salt):
        fresh = (server_url, timestamp, salt) not in cls.known
        cls.known.add((server_url, timestamp, salt))
        return fresh

    @classmethod
    def consume(cls, server_url, timestamp, salt):
        known = (server_url, timestamp, salt) in cls.known
        cls.known.discard((server_url, timestamp, salt))
        return known


class Storage(BaseStorage):
    user = UserMixin
    nonce = Nonce


class Strategy(BaseStrategy):
    """Settings, a session and a request in memory."""

    def __init__(self, settings):
        super().__init__(Storage)
        self.settings, self.session, self.data = settings, {}, {}

    def get_setting(self, name):
        return self.settings[name]

    def request_data(self, merge=True):
        return self.data

    def request_host(self):
        return "127.0.0.1"

    def build_absolute_uri(self, path=None):
        return path

    def redirect(self, url):
        return url

    def html(self, content):
        return content

    def session_get(self, name, default=None):
        return self.session.get(name, default)

    def session_set(self, name, value):
        self.session[name] = value

    def session_pop(self, name):
        return self.session.pop(name, None)

    def session_setdefault(self, name, value):
        return self.session.setdefault(name, value)


def main():
    base, client_id, secret, redirect_uri, scope = sys.argv[1:]
    settings = {
        "SOCIAL_AUTH_GITHUB_ENTERPRISE_URL": base,
        "SOCIAL_AUTH_GITHUB_ENTERPRISE_API_URL": f"{base}/api/v3/",
        "SOCIAL_AUTH_GITHUB_ENTERPRISE_KEY": client_id,
        "SOCIAL_AUTH_GITHUB_ENTERPRISE_SECRET": secret,
    }
    backend_class = GithubEnterpriseOAuth2
    if scope.startswith("default:"):
        defaults = scope.removeprefix("default:").split(",")
        backend_class = type("Backend", (GithubEnterpriseOAuth2,), {"DEFAULT_SCOPE": defaults})
    else:
        settings["SOCIAL_AUTH_GITHUB_ENTERPRISE_SCOPE"] = scope.split(",")
    strategy = Strategy(settings)
    backend = backend_class(strategy, redirect_uri)
    print(backend.auth_url(), flush=True)

    arrived = sys.stdin.readline().strip()
    strategy.data = backend.data = {
        name: values[0] for name, values in parse_qs(urlsplit(arrived).query).items()
    }
    state = backend.validate_state()
    response = backend.request_access_token(
        backend.access_token_url(),
        data=backend.auth_complete_params(state),
        headers=backend.auth_headers(),
        auth=backend.auth_complete_credentials(),
        method=backend.ACCESS_TOKEN_METHOD,
    )
    backend.process_error(response)
    person = backend.user_data(response["access_token"])
    details = backend.get_user_details(person)
    print(json.dumps({"details": details, "id": person["id"], "emails": person.get("emails")}))


if __name__ == "__main__":
    main()
