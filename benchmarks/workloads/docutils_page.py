"""A page of reStructuredText to HTML: about 20 ms."""

from typing import Any

from docutils.core import publish_string

SECTION = """
Section {number}
------------

A paragraph with *emphasis*, **strong text**, ``literals`` and a `link <https://example.com>`_.

- one item,
- another, with a footnote [#]_

.. [#] Here it is.

.. code::

   def function():
       return {number}

===== =====
left  right
===== =====
1     2
3     4
===== =====
"""
PAGE = "Title\n=====\n" + "".join(SECTION.format(number=number) for number in range(9))
SETTINGS = {"report_level": 5, "syntax_highlight": "none", "embed_stylesheet": False}


def handler(event: Any, context: Any) -> int:
    return len(publish_string(PAGE, writer="html5", settings_overrides=SETTINGS))
