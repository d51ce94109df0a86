"""Each example, run as `make example` runs it, leads to what its README promises.

All share one layer and one S3 server, and run under one Python: that of these tests.
"""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, Thresholds, Verdict
from scripts.example import run_example, show_list
from scripts.example_files import EXAMPLES, ExampleError, names, read
from scripts.example_running import Parts, Ran
from scripts.example_showing import compared
from tests.support import pythons
from tests.support.paths import Unavailable
from tests.support.s3_server import S3Server

PROMISED = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
USED, DEAD, UNPROVEN = Verdict.USED, Verdict.DEAD, Verdict.UNPROVEN


@dataclass(frozen=True)
class Outcome:
    """What a run left, and what it printed."""

    ran: Ran
    work: Path
    printed: str

    def report(self, source: str) -> DeadCodeReport:
        combined = combine_store(open_store(f"s3://{self.ran.bucket}/coverage/"))
        code = read_inventory(EXAMPLES / source)
        return dead_code_report(combined.bundle, code, Thresholds(100, 0))

    def verdicts(self, source: str) -> dict[str, Verdict]:
        return {each.name: each.verdict for each in self.report(source).functions}


Runner = Callable[[str], Outcome]


@pytest.fixture(scope="module")
def parts(layer_opt: Path, s3_server: S3Server, request: pytest.FixtureRequest) -> Parts:
    try:
        env = pythons.environment(pythons.running())
    except Unavailable as reason:
        pytest.skip(str(reason))
    return Parts(s3_server, layer_opt, env, lambda: request.getfixturevalue("combiner_task"))


@pytest.fixture
def run(
    parts: Parts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Runner:
    """Runs an example, and holds what it prints against its README."""
    for name, value in parts.server.variables.items():
        monkeypatch.setenv(name, value)

    def runs(name: str) -> Outcome:
        console = Console(width=80, highlight=False)
        try:
            ran = run_example(name, read(name), parts, tmp_path, console)
        except Unavailable as reason:
            pytest.skip(str(reason))
        printed = capfd.readouterr().out
        assert missing(name, printed) == []
        return Outcome(ran, tmp_path, printed)

    return runs


def missing(name: str, printed: str) -> list[str]:
    """Lines that the README promises and the run did not print; spaces do not count."""
    said = "".join(printed.split())
    promised = PROMISED.findall((EXAMPLES / name / "README.md").read_text("utf-8"))
    assert promised
    return [
        line
        for block in promised
        for line in block.splitlines()
        if "".join(line.split()) not in said
    ]


def test_simple_what_never_ran_is_dead_and_what_ran_is_used(run: Runner) -> None:
    found = run("simple").verdicts("simple")
    assert {name for name, verdict in found.items() if verdict is DEAD} == {
        "lost_ticket_cents",
        "weekend_cents",
    }
    assert {name for name, verdict in found.items() if verdict is USED} >= {
        "handler", "parse_stay", "fee_cents", "started_hours", "Stay.duration",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("example", "dead", "saved"),
    [
        ("order_service", {"Money.converted", "gift_wrap"}, "Money.allocate"),
        ("inventory_service", {"Money.converted", "stocktake"}, "Money.percent"),
    ],
)
def test_shared_code_is_judged_on_the_evidence_of_each_function(
    run: Runner, example: str, dead: set[str], saved: str
) -> None:
    report = run(example).report(example)
    assert {each.name for each in report.functions if each.verdict is DEAD} == dead
    (one,) = [each for each in report.functions if each.name == saved]
    assert one.verdict is USED
    alone = {each.lambda_function: each.verdict for each in one.lambda_functions}
    assert sorted(alone.values()) == [DEAD, USED]
    assert alone[example.removesuffix("_service").replace("order", "orders")] is DEAD


def test_both_services_ship_the_same_money() -> None:
    one, other = (EXAMPLES / f"{name}_service/money.py" for name in ("order", "inventory"))
    assert one.read_bytes() == other.read_bytes()


def test_blocks_sync_and_async_are_used_and_nothing_is_called_dead(run: Runner) -> None:
    outcome = run("context_manager")
    found = outcome.verdicts("context_manager")
    assert found["judge"] is found["alert_for"] is USED
    assert found["evacuate"] is found["smoothed"] is UNPROVEN
    assert DEAD not in found.values()
    (function,) = outcome.report("context_manager").evidence.lambda_functions
    assert function.invocations == len(outcome.ran.answers["sensors"])
    assert outcome.ran.answers["sensors"][2] == {"alerts": ["store: humidity 12 is below 20"]}


def test_health_checks_answer_in_both_versions_of_the_event(run: Runner) -> None:
    outcome = run("health_check")
    rest, http = outcome.ran.answers["rooms"][5:7]
    for answer in (rest, http):
        assert answer["statusCode"] == 200
        state = json.loads(answer["body"])
        assert (state["status"], state["attach"]) == ("healthy", "decorator")
    assert [each["statusCode"] for each in outcome.ran.answers["rooms"][:5]] == [
        200, 200, 201, 404, 400,
    ]  # fmt: skip
    found = outcome.verdicts("health_check")
    assert (found["book"], found["cancel"]) == (USED, UNPROVEN)


def test_the_combiner_writes_a_combined_file_and_reports_that_judge(
    run: Runner, s3_server: S3Server
) -> None:
    outcome = run("combiner")
    (answer,) = outcome.ran.answers["usage-combiner"]
    (period,) = answer["periods"]
    assert (period["status"], period["no_reports"]) == ("success", None)
    key = f"combined/{period['period'].replace('-', '/')}/dead-code.json"
    stored = s3_server.client().get_object(Bucket=outcome.ran.bucket, Key=key)["Body"].read()
    dead = [each["name"] for each in json.loads(stored)["functions"] if each["verdict"] == DEAD]
    assert dead == ["language_of"]
    assert "language_of" in (outcome.work / "report.html").read_text("utf-8")


def test_the_daily_report_is_of_the_day_before_the_schedule(run: Runner) -> None:
    outcome = run("daily_report")
    (answer,) = outcome.ran.answers["daily-report"]
    assert sorted(answer["lines"]) == ["inventory: 120 invocations", "orders: 180 invocations"]
    assert answer["output"] == f"s3://{outcome.ran.bucket}/daily/{answer['day']}.coverage"


def test_estimates_of_high_volume_hold_the_true_shares(run: Runner) -> None:
    """Each interval misses one time in twenty; made as wide as six sigma, none does."""
    outcome = run("high_volume")
    answers = outcome.ran.answers["prices"]
    report = json.loads((outcome.work / "hot-paths.json").read_text("utf-8"))
    assert report["evidence"]["invocations"] == len(answers) == 2400
    assert 120 < report["evidence"]["windows"] < 360  # 240 ± 8 sigma
    found = compared(answers, "priced_by", report)
    assert [(each.name, each.answers) for each in found] == [
        ("list_price", 1980),
        ("contract_price", 300),
        ("clearance_price", 120),
    ]
    for each in found:
        assert each.estimate is not None, each
        share, low, high = each.estimate.share, each.estimate.low, each.estimate.high
        assert share - 3 * (share - low) <= each.truth <= share + 3 * (high - share), each


def test_the_gate_lets_pass_what_holds_and_stops_new_dead_code(run: Runner) -> None:
    outcome = run("quality_gate")
    assert outcome.ran.exit_codes == [0, 0, 8]
    _, after = outcome.printed.split("exit code 0", 1)
    assert "thumbnail" not in after  # it was dead before


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    workflow = yaml.safe_load((EXAMPLES / "quality_gate" / "usage.yml").read_text("utf-8"))
    action = yaml.safe_load((EXAMPLES.parent / "action.yml").read_text("utf-8"))
    given = workflow["jobs"]["gate"]["steps"][-1]["with"]
    assert given.keys() <= action["inputs"].keys()
    last = shlex.split(read("quality_gate").commands[-1].run)
    options = [word for word in shlex.split(given["options"]) if word.startswith("--")]
    assert options
    assert set(options) <= set(last)


def test_spans_lead_to_ways_of_the_hot_path_report(run: Runner) -> None:
    outcome = run("opentelemetry")
    report = json.loads((outcome.work / "hot-paths.json").read_text("utf-8"))
    ways = {each["id"]: each["functions"] for each in report["paths"]}
    spans = outcome.ran.spans
    assert len(spans) == len(outcome.ran.answers["payments"]) == 4
    found = [ways[span.attributes["lambda_usage.path.id"]] for span in spans]
    assert found == [
        ["app.py:handler"],
        ["app.py:handler", "app.py:risk"],
        ["app.py:handler", "app.py:risk", "app.py:unknown_customer"],
        ["app.py:handler"],
    ]


@pytest.mark.parametrize("name", names())
def test_a_readme_gives_the_command(name: str) -> None:
    text = (EXAMPLES / name / "README.md").read_text("utf-8")
    assert f"```sh\nmake example NAME={name}\n```" in text


def test_the_list_and_the_index_name_every_example() -> None:
    out = io.StringIO()
    show_list(Console(file=out, width=80))
    assert len(out.getvalue().splitlines()) == len(names()) + 2  # none takes two lines
    index = (EXAMPLES / "README.md").read_text("utf-8")
    for name in names():
        assert f"  {name} " in out.getvalue()
        assert f"[{name}]({name}/)" in index


def test_an_unknown_example_is_one_clear_error() -> None:
    with pytest.raises(ExampleError, match=r"no example ordres: choose .*order_service"):
        read("ordres")
