"""Production use as Cobertura XML, for CI servers and code hosts.

The grammar is that of ``coverage-04.dtd``. Hits are estimated numbers of invocations; what they
claim and what is left out stands in :mod:`lambda_usage.reports._use_of_lines`. Branches and
complexity are not measured, and 0 throughout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from posixpath import basename, dirname
from typing import TextIO
from xml.etree import ElementTree as ET

from lambda_usage.evidence.model import DeadCodeReport
from lambda_usage.reports._use_of_lines import FileUse, FunctionUse, use_of_lines
from lambda_usage.version import __version__

DOCTYPE = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">'
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


def write_cobertura(report: DeadCodeReport, root: str, out: TextIO) -> tuple[str, ...]:
    """Write an XML document. Equal reports give equal bytes.

    Args:
        report: The evidence.
        root: The source directory, which the file names are relative to.
        out: Where to write; UTF-8.

    Returns:
        Sentences on what was left out.
    """
    use = use_of_lines(report)
    document = _element(
        "coverage",
        **_rates(use.files),
        **{"lines-covered": str(_covered(use.files)), "lines-valid": str(_valid(use.files))},
        **{"branches-covered": "0", "branches-valid": "0"},
        version=f"lambda-usage {__version__}",
        timestamp=_milliseconds(report.evidence.last),
    )
    sources = ET.SubElement(document, "sources")
    ET.SubElement(sources, "source").text = _written(root)
    packages = ET.SubElement(document, "packages")
    in_order = sorted(use.files, key=lambda each: (dirname(each.file), each.file))
    for folder, files in groupby(in_order, key=lambda each: dirname(each.file)):
        packages.append(_package(folder, list(files)))
    ET.indent(document)
    body = ET.tostring(document, encoding="unicode")
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{body}\n')
    return use.notes


def _package(folder: str, files: Sequence[FileUse]) -> ET.Element:
    package = _element("package", name=folder.replace("/", ".") or ".", **_rates(files))
    classes = ET.SubElement(package, "classes")
    classes.extend(map(_class, files))
    return package


def _class(file: FileUse) -> ET.Element:
    found = _element("class", name=basename(file.file), filename=file.file, **_rates([file]))
    methods = ET.SubElement(found, "methods")
    methods.extend(_method(each, file.hits) for each in file.functions)
    found.append(_lines(file.hits))
    return found


def _method(function: FunctionUse, hits: Mapping[int, int]) -> ET.Element:
    own = {line: hits[line] for line in function.lines}
    # on one line with its definition, which ran, a function may be that never did
    rate = sum(map(bool, own.values())) / len(own) if own and function.hits else function.hits > 0
    method = _element(
        "method",
        name=function.name,
        signature="",
        **{"line-rate": f"{rate:.6g}", "branch-rate": "0"},
    )
    method.append(_lines(own))
    return method


def _lines(hits: Mapping[int, int]) -> ET.Element:
    lines = ET.Element("lines")
    for number, times in hits.items():
        ET.SubElement(lines, "line", number=str(number), hits=str(times), branch="false")
    return lines


def _element(tag: str, **attributes: str) -> ET.Element:
    attributes = {"complexity": "0", **attributes}
    return ET.Element(tag, {name: _written(value) for name, value in attributes.items()})


def _rates(files: Iterable[FileUse]) -> dict[str, str]:
    files = list(files)
    valid = _valid(files)
    # without lines there is nothing that did not run
    rate = _covered(files) / valid if valid else 1.0
    return {"line-rate": f"{rate:.6g}", "branch-rate": "0"}


def _covered(files: Iterable[FileUse]) -> int:
    return sum(each.covered for each in files)


def _valid(files: Iterable[FileUse]) -> int:
    return sum(len(each.hits) for each in files)


def _milliseconds(time: str | None) -> str:
    """The end of the period, so that equal reports give equal documents."""
    return str(round(datetime.fromisoformat(time).timestamp() * 1000)) if time else "0"


def _written(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
