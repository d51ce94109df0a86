import jmespath

DATA = {"people": [{"name": "b", "age": 30}, {"name": "a", "age": 25}], "tags": {"x": [1, 2]}}


def handler(event, context):
    return jmespath.compile(event["query"]).search(DATA)
