"""authentik's own Python client goes through every resource of `../resources.json`.

    python resources.py BASE TOKEN

Each answer is read by the client's own models, which refuse what is missing, null or of another type. Where upstream's
models cannot read what upstream answers, the table says why, and the client's raw call is taken instead.
"""

import inspect
import json
import sys
import tempfile
from pathlib import Path

import authentik_client
from authentik_client.exceptions import ApiException

ME = "python"
TABLE = json.loads((Path(__file__).parent.parent / "resources.json").read_text())


class Failure(Exception):
    """What went wrong with which call."""


class Client:
    """Calls operations by their names, as the served schema describes them."""

    def __init__(self, base, token):
        configuration = authentik_client.Configuration(host=f"{base}/api/v3", access_token=token)
        self.client = authentik_client.ApiClient(configuration)
        self.called, self.keys = set(), {}
        schema = self.call("schema_retrieve", query={"format": "json"})
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                self.keys[operation["operationId"]] = path.partition("{")[2].partition("}")[0]

    def call(self, operation, key=None, query=None, body=None, form=None, raw=False, refused=None):
        """The answer as it came, once the client has read it."""
        self.called.add(operation)
        section = operation.split("_")[0]
        api = getattr(authentik_client, f"{section.capitalize()}Api")(self.client)
        method = getattr(api, operation)
        arguments = {**(query or {}), **(form or {})}
        if "file" in arguments:
            file = tempfile.NamedTemporaryFile(suffix=".yaml")
            file.write(arguments["file"].encode())
            file.flush()
            arguments["file"] = file.name
        names = [name for name in inspect.signature(method).parameters if not name.startswith("_")]
        if key is not None:
            arguments[self.keys[operation]] = key
        if body is not None:
            [name] = [name for name in names if name.endswith("_request")]
            model = inspect.signature(method).parameters[name].annotation
            arguments[name] = built(model_of(model), body)
        suffix = "_without_preload_content" if raw else "_with_http_info"
        try:
            answer = getattr(api, operation + suffix)(**arguments)
        except ApiException as error:
            if error.status == refused:
                return None
            raise Failure(f"{operation} was answered with {error.status}: {error.body}") from error
        except Exception as error:
            raise Failure(f"{operation}: the client cannot read the answer: {error}") from error
        if raw:
            text = answer.read()
            if not 200 <= answer.status < 300:
                raise Failure(f"{operation} was answered with {answer.status}: {text}")
        else:
            text = answer.raw_data
            if text and answer.data is None:
                raise Failure(f"{operation}: {answer.status_code} is not a status this client knows")
        if refused:
            raise Failure(f"{operation} should have been refused with {refused}")
        return told(text)


def told(text):
    """What a body says: a value, or the text of a file."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode()


def model_of(annotation):
    """The model behind `Optional` and `Annotated`."""
    while not inspect.isclass(annotation):
        annotation = annotation.__args__[0] if hasattr(annotation, "__args__") else annotation.__origin__
    return annotation


def built(model, body):
    """A body as people write it: `from_dict` would send what is left out as null."""
    if model is authentik_client.TransactionApplicationRequest:
        provider = authentik_client.OAuth2ProviderRequest(**body["provider"])
        body = {**body, "provider": authentik_client.ModelRequest(provider)}
    return model(**body)


class Run:
    """What was made so far, by the name of its resource."""

    def __init__(self, client, me=ME):
        self.client, self.me, self.known = client, me, {}

    def prepare(self):
        """Makes one of each resource, and no more."""
        for resource in TABLE["resources"]:
            if "create" in resource:
                body = self.filled(resource["create"])
                raw = ME in resource.get("raw", {})
                made = self.client.call(f"{resource['prefix']}_create", body=body, raw=raw)
                self.known[resource["prefix"]] = self.known[f"{resource['prefix']}_2"] = made
            for action in resource.get("actions", []):
                if "save" in action and "body" not in action and "{n}" not in json.dumps(action):
                    self.act(action)

    def filled(self, value, number=1):
        """The value with `{n}` and `$resource.field` replaced."""
        if isinstance(value, dict):
            return {name: self.filled(item, number) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item, number) for item in value]
        if isinstance(value, str) and value.startswith("$"):
            return at(self.known, value[1:])
        return value.replace("{n}", f"{self.me}-{number}") if isinstance(value, str) else value

    def act(self, action):
        """One call of the table."""
        parts = {name: self.filled(action.get(name)) for name in ("key", "query", "body", "form")}
        operation = action["call"]
        answer = self.client.call(operation, **parts, raw=ME in action.get("raw", {}), refused=action.get("refused"))
        if "save" in action:
            self.known[action["save"]] = answer
        for path, wanted in self.filled(action.get("expect", {})).items():
            same(operation, path, at(answer, path), wanted)

    def live(self, resource):
        """Makes two, reads, lists, changes."""
        prefix, key = resource["prefix"], resource["key"]
        raw = {"raw": ME in resource.get("raw", {})}
        call = self.client.call
        first = self.filled(resource["create"])
        made = self.known[prefix] = call(f"{prefix}_create", body=first, **raw)
        second = self.filled({**resource["create"], **resource.get("second", {})}, 2)
        other = self.known[f"{prefix}_2"] = call(f"{prefix}_create", body=second, **raw)
        one = {"key": made[key], **raw}
        agree(f"{prefix}_create", made, first, resource)
        same(f"{prefix}_retrieve", key, call(f"{prefix}_retrieve", **one)[key], made[key])
        pages = [call(f"{prefix}_list", query={"page": n, "page_size": 1}, **raw) for n in (1, 2)]
        for number, page in enumerate(pages, 1):
            same(f"{prefix}_list", "current", page["pagination"]["current"], number)
            same(f"{prefix}_list", "rows of a page", len(page["results"]), 1)
        if pages[0]["results"] == pages[1]["results"]:
            raise Failure(f"{prefix}_list: both pages have the same row")
        call(f"{prefix}_list", query={"ordering": "-pk", "page_size": 50}, **raw)
        change = self.filled(resource["change"])
        agree(f"{prefix}_partial_update", call(f"{prefix}_partial_update", body=change, **one), change, resource)
        found = call(f"{prefix}_list", query=self.filled(resource["find"]), **raw)
        same(f"{prefix}_list", "rows found", [row[key] for row in found["results"]], [made[key]])
        whole = {**first, **change}
        agree(f"{prefix}_update", call(f"{prefix}_update", body=whole, **one), whole, resource)
        shown = self.known[prefix] = call(f"{prefix}_retrieve", **one)
        agree(f"{prefix}_retrieve", shown, whole, resource)
        call(f"{prefix}_used_by_list", key=made[key])
        if made[key] == other[key]:
            raise Failure(f"{prefix}: two have one key")

    def end(self, resource):
        """Removes both."""
        prefix, key = resource["prefix"], resource["key"]
        for name in (f"{prefix}_2", prefix):
            gone = self.known[name][key]
            self.client.call(f"{prefix}_destroy", key=gone)
            self.client.call(f"{prefix}_retrieve", key=gone, refused=404)


def at(value, path):
    """What stands at `a.0.b`."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def same(operation, what, got, wanted):
    if got != wanted:
        raise Failure(f"{operation}: {what} is {got!r}, not {wanted!r}")


def agree(operation, answer, body, resource):
    """What was sent is what stands there, as far as it is shown."""
    for name, wanted in body.items():
        if name in answer and name not in resource.get("differs", []):
            same(operation, name, answer[name], wanted)


def main():
    base, token = sys.argv[1:]
    client = Client(base, token)
    run, failures = Run(client), []

    def attempt(what, resource, work):
        try:
            work()
        except (Failure, KeyError, IndexError, ValueError) as error:
            failures.append(resource["prefix"])
            print(f"FAILED  {resource['prefix']} ({what}): {error or type(error).__name__}", flush=True)
        else:
            print(f"ok      {resource['prefix']} ({what})", flush=True)

    for resource in TABLE["resources"]:
        if "create" in resource:
            attempt("made, read, listed, changed", resource, lambda: run.live(resource))
        if "actions" in resource:
            attempt("actions", resource, lambda: [run.act(action) for action in resource["actions"]])
    for resource in reversed(TABLE["resources"]):
        if "create" in resource:
            attempt("removed", resource, lambda: run.end(resource))
    older_or_newer = tuple(TABLE["not_in_these_clients"])
    left = [name for name in client.keys if name not in client.called and not name.startswith(older_or_newer)]
    if left:
        print(f"FAILED  resources.json does not call {', '.join(left)}")
    sys.exit(1 if failures or left else 0)


if __name__ == "__main__":
    main()
