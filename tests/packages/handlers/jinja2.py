import asyncio

from jinja2 import DictLoader, Environment, StrictUndefined, meta, sandbox

TEMPLATES = {
    "base": "<{% block a %}base{% endblock %}>",
    "child": "{% extends 'base' %}{% block a %}{{ super() }} {{ x|upper }}{% endblock %}",
    "loop": "{% for i in items if i % 2 %}{{ loop.index }}:{{ i }}{% else %}none{% endfor %}",
    "macro": "{% macro m(a, b=2) %}{{ a }}-{{ b }}{{ caller() }}{% endmacro %}"
    "{% call m(1) %}c{% endcall %}",
    "include": "{% include 'loop' %}{% set y = x ~ 1 %}{{ y }}",
}
ENVIRONMENT = Environment(loader=DictLoader(TEMPLATES), autoescape=True)


def named(event):
    return ENVIRONMENT.get_template(event["name"]).render(**event.get("values", {}))


def text(event):
    return ENVIRONMENT.from_string(event["text"]).render(**event.get("values", {}))


def strict(event):
    return Environment(undefined=StrictUndefined).from_string(event["text"]).render()


def sandboxed(event):
    return sandbox.SandboxedEnvironment().from_string(event["text"]).render(x=[])


def awaited(event):
    async def numbers():
        for number in range(3):
            yield number

    template = Environment(enable_async=True).from_string("{% for i in n %}{{ i }}{% endfor %}")
    return asyncio.run(template.render_async(n=numbers()))


def undeclared(event):
    return sorted(meta.find_undeclared_variables(ENVIRONMENT.parse(event["text"])))


def handler(event, context):
    return globals()[event["do"]](event)
