"""Every alternative, as it stands in front of a handler. Each runs in a process of its own.

``attach(name)`` imports the handler that ``BENCH_HANDLER`` names, with the contender around it.
``BENCH_INCLUDE`` holds the files that count, as absolute paths and globs separated by colons, the
same for all. Standard library only, but for the contender itself.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Handler = Callable[[Any, Any], Any]


def load() -> Handler:
    module, _, name = os.environ["BENCH_HANDLER"].rpartition(".")
    handler: Handler = getattr(import_module(module.replace("/", ".")), name)
    return handler


def included() -> list[str]:
    return os.environ["BENCH_INCLUDE"].split(":")


def bare() -> Handler:
    return load()


def ours() -> Handler:
    """Through the redirect, as the layer's exec wrapper sets it up."""
    os.environ["COVERAGE_HANDLER"] = os.environ["BENCH_HANDLER"]
    os.environ["COVERAGE_INCLUDE_PATTERNS"] = ",".join(included())
    handler: Handler = import_module("lambda_usage").handler
    return handler


def ours_armed() -> Handler:
    """The recorder alone: its code is armed, the handler is called with no agent around it."""
    ours()
    return load()


def coverage_each() -> Handler:
    """As the reference layer does: a Coverage, a file and an upload for each invocation."""
    import boto3
    import coverage

    handler, include = load(), included()
    client = boto3.client("s3")

    def call(event: Any, context: Any) -> Any:
        name = f"{uuid.uuid4().hex}.coverage"
        file = Path("/tmp") / name
        measured = coverage.Coverage(data_file=str(file), branch=True, include=include)
        measured.start()
        try:
            return handler(event, context)
        finally:
            measured.stop()
            measured.save()
            if file.exists():
                client.put_object(Bucket="bench", Key=f"coverage/{name}", Body=file.read_bytes())
                file.unlink()

    return call


def coverage_always() -> Handler:
    """Started before the handler is loaded, never stopped; COVERAGE_CORE chooses the tracer."""
    import coverage

    measured = coverage.Coverage(data_file=None, include=included())
    measured.start()
    return load()


def coverage_windows() -> Handler:
    """One instance, reused: started, stopped and read for each invocation."""
    import coverage

    measured = coverage.Coverage(data_file=None, include=included())
    measured.start()
    handler = load()
    measured.stop()

    def call(event: Any, context: Any) -> Any:
        measured.start()
        try:
            return handler(event, context)
        finally:
            measured.stop()
            measured.get_data()

    return call


def slipcover() -> Handler:
    from slipcover import FileMatcher, ImportManager, Slipcover

    sources = [path.removesuffix("/*") for path in included()]
    ImportManager(Slipcover(), FileMatcher(sources=sources)).__enter__()
    return load()


def codecov() -> Handler:
    """Every span is measured (sample_rate=1); spans are exported in batches, as documented."""
    from codecovopentelem import get_codecov_opentelemetry_instances
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind

    provider = TracerProvider()
    generator, exporter = get_codecov_opentelemetry_instances(
        repository_token="none",
        sample_rate=1,
        untracked_export_rate=0,
        code="bench",
        needs_version_creation=False,
        codecov_endpoint=os.environ["BENCH_CODECOV"],
    )
    provider.add_span_processor(generator)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("bench")
    handler = load()

    def call(event: Any, context: Any) -> Any:
        with tracer.start_as_current_span("invocation", kind=SpanKind.SERVER):
            return handler(event, context)

    return call


def attach(name: str) -> Handler:
    contender: Callable[[], Handler] = getattr(sys.modules[__name__], name)
    return contender()
