"""schemathesis sends what the served schema allows, and what it does not.

    python fuzz.py BASE TOKEN FOLDER

First one of each resource of `../resources.json` is made, and its key given to schemathesis, so that it gets further than
«not found». Nothing may be answered with a 5xx, with a status, a type of content or a body that the schema does not have.
The seed is fixed, and so are the numbers. What it says is left in FOLDER.
"""

import json
import subprocess
import sys
from pathlib import Path

from resources import TABLE, Client, Failure, Run

SEED = "1"
EXAMPLES = "2"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Other methods than those of a path are answered alike everywhere: one stands for all. And what lists answer with is not
# taken for keys: among it is the very token that all of this is sent with, which would be removed now and then.
SETTINGS = """\
[phases.coverage]
unexpected-methods = ["POST"]
generate-duplicate-query-parameters = false
extra-data-sources = { responses = false }

[phases.fuzzing]
extra-data-sources = { responses = false }
"""
# People go by small numbers, so that a guess would find whoever the token belongs to, and remove them.
NOBODY = """\
[[operations]]
include-path = "/core/users/{id}/"
include-method = "DELETE"
parameters = { "path.id" = 2147483647 }
"""
# What `…/all/` has of each: made as this.
SPECIAL = {
    "policies_all": "policies_expression",
    "propertymappings_all": "propertymappings_provider_scope",
    "propertymappings_scope": "propertymappings_provider_scope",
    "providers_all": "providers_oauth2",
    "stages_all": "stages_deny",
}


def keys(run, schema):
    """A key that exists, by the path of its resource."""
    found = {}
    made = {resource["prefix"]: resource["key"] for resource in TABLE["resources"] if "create" in resource}
    for path, operations in schema["paths"].items():
        listed = operations.get("get", {}).get("operationId", "")
        if not listed.endswith("_list") or "{" in path:
            continue
        prefix = listed.removesuffix("_list")
        prefix = SPECIAL.get(prefix, prefix)
        if prefix in made:
            found[path] = run.known[prefix][made[prefix]]
    return found


def settings(run, schema):
    """The keys as schemathesis takes them. What exists is not removed, so that it is there for the next request."""
    text = [f"hooks = {json.dumps(str(Path(__file__).with_name('hooks.py')))}", SETTINGS, NOBODY]
    for path, key in keys(run, schema).items():
        for longer in schema["paths"]:
            if longer.startswith(f"{path}{{"):
                name = longer.partition("{")[2].partition("}")[0]
                text.append(
                    f"[[operations]]\ninclude-path = {json.dumps(longer)}\nexclude-method = \"DELETE\"\n"
                    f"parameters = {{ \"path.{name}\" = {json.dumps(key)} }}\n"
                )
    return "\n".join(text)


def main():
    base, token, folder = sys.argv[1:]
    client = Client(base, token)
    run = Run(client, "fuzz")
    run.prepare()
    schema = client.call("schema_retrieve", query={"format": "json"})
    config = Path(folder) / "schemathesis.toml"
    config.write_text(settings(run, schema))
    command = [
        Path(sys.executable).with_name("schemathesis"), "--config-file", config, "run", f"{base}/api/v3/schema/",
        "--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--phases", "coverage,fuzzing",
        "--max-examples", EXAMPLES, "--seed", SEED, "--workers", "2", "--warnings", "off", "--no-color",
    ]
    ended = subprocess.run(command, cwd=folder)
    try:
        client.call("core_users_me_retrieve")
    except Failure as error:
        sys.exit(f"the token does not work any more, so that nothing was tested: {error}")
    sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
