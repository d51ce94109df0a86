import yaml


class Point(yaml.YAMLObject):
    yaml_tag = "!point"
    yaml_loader = yaml.SafeLoader

    def __init__(self, x):
        self.x = x

    def __repr__(self):
        return f"Point({self.x})"


def load(event):
    return yaml.load(event["text"], Loader=getattr(yaml, event.get("loader", "SafeLoader")))


def dump(event):
    return yaml.dump(event["data"], **event.get("options", {}))


def documents(event):
    return list(yaml.safe_load_all(event["text"]))


def scan(event):
    return [type(each).__name__ for each in yaml.scan(event["text"])]


def handler(event, context):
    return globals()[event["do"]](event)
