from werkzeug.local import Local, LocalProxy
from werkzeug.routing import Map, Rule
from werkzeug.test import Client, EnvironBuilder
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Request, Response

MAP = Map(
    [
        Rule("/", endpoint="index"),
        Rule("/u/<int:n>", endpoint="user", methods=["GET"]),
        Rule("/p/<path:p>/", endpoint="page"),
    ]
)


def match(event):
    return MAP.bind("x.y").match(event["path"], method=event.get("method", "GET"))


def build(event):
    return MAP.bind("x.y").build(event["endpoint"], event["values"])


def request(event):
    found = Request(EnvironBuilder(**event["options"]).get_environ())
    best = found.accept_mimetypes.best
    return [found.method, found.path, dict(found.args), dict(found.form), best]


def application(environ, start_response):
    return Response(f"hello {Request(environ).path}")(environ, start_response)


def client(event):
    answer = Client(application).get(event["path"])
    return [answer.status, answer.text, sorted(answer.headers)]


def filename(event):
    return secure_filename(event["name"])


def proxy(event):
    local = Local()
    local.x = 5
    found = LocalProxy(local, "x")
    return [found + 1, repr(found), bool(found)]


def handler(event, context):
    return globals()[event["do"]](event)
