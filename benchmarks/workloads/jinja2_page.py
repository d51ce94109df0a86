"""A template that is compiled and rendered: about 3 ms."""

from typing import Any

from jinja2 import Environment

TEMPLATE = """
{% macro row(item) %}<tr><td>{{ item.name|title }}</td><td>{{ "%.2f"|format(item.price) }}</td>
{% if item.price > 5 %}<td>{{ item.tags|join(", ") }}</td>{% else %}<td>-</td>{% endif %}</tr>
{% endmacro %}
<h1>{{ title|upper }}</h1>
<table>{% for item in items|sort(attribute="price") %}{{ row(item) }}{% endfor %}</table>
"""
ITEMS = [
    {"name": f"item {number}", "price": number * 0.7, "tags": ["a", "b"]} for number in range(20)
]


def handler(event: Any, context: Any) -> int:
    template = Environment(autoescape=True).from_string(TEMPLATE)
    return len(template.render(title="Prices", items=ITEMS))
