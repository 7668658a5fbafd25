"""What schemathesis has to be told: blueprints are YAML with tags of their own, which are no business of a schema."""

from schemathesis.core.deserialization import get_yaml_loader

get_yaml_loader().add_multi_constructor("!", lambda _loader, tag, _node: f"!{tag}")
