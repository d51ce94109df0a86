import jsonschema
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

Validator = jsonschema.Draft7Validator


def check(event):
    return jsonschema.validate(event["data"], event["schema"])


def errors(event):
    validator = Validator(event["schema"], format_checker=jsonschema.FormatChecker())
    return [
        (list(each.absolute_path), each.message) for each in validator.iter_errors(event["data"])
    ]


def best(event):
    return best_match(Validator(event["schema"]).iter_errors(event["data"])).message


def extended(event):
    def even(validator, value, instance, schema):
        if instance % 2:
            yield jsonschema.ValidationError("odd")

    found = extend(Validator, {"even": even})({"even": True}).iter_errors(event["data"])
    return [each.message for each in found]


def handler(event, context):
    return globals()[event["do"]](event)
