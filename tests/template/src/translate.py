"""Turns a SAM template into plain CloudFormation, as the service's transform does: `translate.py TEMPLATE < PARAMETERS`."""

import json
import logging
import sys

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

logging.disable(logging.WARNING)


class Session:
    """What the translator asks of boto3: where it is."""

    region_name = "us-east-1"


with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())
# CodeUri is a folder until `sam package` has put it into a bucket.
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = "s3://packaged/" + resource["Metadata"]["BuildProperties"]["Binary"]
translator = Translator({}, Parser(), boto_session=Session())
json.dump(translator.translate(template, json.load(sys.stdin)), sys.stdout)
