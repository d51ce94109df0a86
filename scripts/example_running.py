"""Runs an example on real parts: AWS's emulator, an S3 server, the command line afterwards."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import Any

from rich.console import Console

from scripts.example_files import EXAMPLES, Command, Deployed, Example, Function, folder_of
from scripts.example_showing import Answers, show_command
from tests.support import combiner_zip, opentelemetry_layer, pythons
from tests.support.emulator import Emulator, EmulatorError
from tests.support.otlp import Receiver, Span
from tests.support.paths import ROOT, Unavailable
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

PREFIX = "coverage/"
HURRY = {
    # A fleet takes its time, an example lasts seconds: every invocation becomes a window.
    "COVERAGE_OVERHEAD_BUDGET": "1",
    "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000",
}
OPENTELEMETRY_SCOPE = "opentelemetry.instrumentation.aws_lambda"


@dataclass(frozen=True, slots=True)
class Parts:
    """What examples run on; several may share them."""

    server: S3Server
    opt: Path
    """Our layer, unpacked."""
    env: PythonEnv
    combiner: Callable[[], Path]
    """Unpacks the combiner's zip; returns where."""


@dataclass(slots=True)
class Ran:
    """What came of an example."""

    bucket: str
    answers: dict[str, list[Any]] = field(default_factory=dict)
    """Of each Lambda function, in order."""
    spans: list[Span] = field(default_factory=list)
    """Those of the handlers, where OpenTelemetry made some."""
    exit_codes: list[int] = field(default_factory=list)
    """Of each command."""


class Run:
    """One run of one example, in a bucket of its own."""

    def __init__(
        self, name: str, example: Example, parts: Parts, work: Path, console: Console
    ) -> None:
        self.ran = Ran(parts.server.bucket())
        self._name = name
        self._example = example
        self._parts = parts
        self._work = work
        self._console = console

    def keys(self) -> list[str]:
        """Of all objects in the bucket."""
        return self._parts.server.keys(self.ran.bucket)

    def pages(self) -> list[Path]:
        """Saves what functions stored to be looked at: the server ends with the example."""
        found = []
        with closing(self._parts.server.client()) as client:
            for key in self.keys():
                if key.endswith(".html"):
                    found.append(self._work / Path(key).name)
                    client.download_file(self.ran.bucket, key, str(found[-1]))
        return found

    def send(self) -> None:
        """Sends each function its events.

        Raises:
            EmulatorError: A function did not start, or left no data.
        """
        for function in self._example.functions:
            before = len(self.keys())
            log = self._send_to(function)
            if len(self.keys()) == before:
                raise EmulatorError("\n".join([f"{function.name} stored nothing", *log]))

    def command(self, command: Command) -> int:
        """Runs one command, which writes to this process's terminal; its exit code."""
        where = {
            "BUCKET": f"s3://{self.ran.bucket}",
            "STORE": f"s3://{self.ran.bucket}/{PREFIX}",
            "OUTPUT": short(self._work),
            **self._latest(),
        }
        words = shlex.split(Template(command.run).substitute(where))
        show_command(self._console, words)
        sys.stdout.flush()
        words[0] = str(Path(sysconfig.get_path("scripts")) / words[0])
        environment = {**os.environ, **self._parts.server.variables}
        done = subprocess.run(words, cwd=ROOT, env=environment, check=False)
        self.ran.exit_codes.append(done.returncode)
        return done.returncode

    def _send_to(self, function: Function) -> tuple[str, ...]:
        """Sends one function all its events; its log."""
        events = self._events(function)
        answers = self.ran.answers.setdefault(function.name, [])
        with ExitStack() as stack:
            receiver = None
            if function.deployed is Deployed.OPENTELEMETRY:
                receiver = stack.enter_context(Receiver())
            emulator = stack.enter_context(self._emulator(function, receiver))
            shown = stack.enter_context(
                Answers(self._console, function.name, events, len(events) * function.repeat)
            )
            for _ in range(function.repeat):
                for event in events:
                    answer = emulator.invoke(event).payload
                    if _is_no_function(answer):
                        raise EmulatorError("\n".join([str(answer), *emulator.log]))
                    answers.append(answer)
                    shown.add(event, answer)
            log = emulator.stop()
            if receiver is not None:
                receiver.wait(lambda: len(_of_handlers(receiver)) == len(answers))
                self.ran.spans += _of_handlers(receiver)
        return log

    def _events(self, function: Function) -> list[Any]:
        text = (EXAMPLES / self._name / function.events).read_text("utf-8")
        text = Template(text).safe_substitute(self._latest(), BUCKET=self.ran.bucket)
        return [json.loads(line) for line in text.splitlines()]

    def _latest(self) -> dict[str, str]:
        """Of the latest bundle its key, its day, and the day after that."""
        days = {key: re.match(rf"{PREFIX}(\d+)/(\d+)/(\d+)/", key) for key in self.keys()}
        found = [(date(*map(int, day.groups())), key) for key, day in days.items() if day]
        if not found:
            return {}
        day, key = max(found)
        return {
            "KEY": key,
            "DAY": day.isoformat(),
            "DAY_PATH": f"{day:%Y/%m/%d}",
            "NEXT_DAY": (day + timedelta(days=1)).isoformat(),
        }

    def _emulator(self, function: Function, receiver: Receiver | None) -> Emulator:
        env, opt = self._parts.env, self._parts.opt
        task = folder_of(self._name, function)
        attached: dict[str, str] = {}
        if function.deployed is Deployed.COMBINER:
            env, task = _combiner_environment(), self._parts.combiner()
        if receiver is not None:
            env = opentelemetry_layer.traced_environment(pythons.running())
            opt = opentelemetry_layer.beside(opt, self._work, env)
            attached = opentelemetry_layer.variables(opt, receiver.endpoint, function.name)
        elif function.wrapper:
            attached = {"AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage")}
        return Emulator(
            env,
            task,
            function.handler,
            opt=opt,
            function_name=function.name,
            variables={
                **self._parts.server.variables,
                "COVERAGE_S3_BUCKET": self.ran.bucket,
                **HURRY,
                **attached,
                **function.variables,
            },
        )


def short(path: Path) -> str:
    """Below the checkout where it is."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _is_no_function(answer: object) -> bool:
    """Whether the runtime could not even load it; what a handler raises is an answer."""
    return isinstance(answer, dict) and str(answer.get("errorType")).startswith("Runtime.")


def _of_handlers(receiver: Receiver) -> list[Span]:
    found = [each for each in receiver.spans if each.scope == OPENTELEMETRY_SCOPE]
    return sorted(found, key=lambda each: each.start)


def _combiner_environment() -> PythonEnv:
    found = pythons.found()
    if combiner_zip.PYTHON not in found:
        raise Unavailable(pythons.missing(combiner_zip.PYTHON))
    return pythons.environment(found[combiner_zip.PYTHON])
