"""The few kinds of panel that all dashboards are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Self, TypeVar

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.queries import FUNCTION, STEP, name_of
from lambda_usage.telemetry.definitions import INVOCATIONS

TAG = "lambda-usage"
DATASOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, YELLOW, RED = "green", "yellow", "red"
ONE_FUNCTION = "lambda-usage-function"
"""Uid of the dashboard about one Lambda function, which others lead to."""
_ONE_FUNCTION = (
    f"/d/{ONE_FUNCTION}?var-function=${{__field.labels.{FUNCTION}}}"
    "&${datasource:queryparam}&${__url_time_range}"
)
COLOURS = {
    "used": "green",
    "startup": "blue",
    "dead": "red",
    "error-handling": "orange",
    "stub": "light-orange",
    "unproven": "yellow",
    "kept": "purple",
    "not_deployed": "text",
}
"""Of verdicts, wherever they are shown."""


@dataclass(frozen=True, slots=True)
class Query:
    """One expression, and what its series are called."""

    expression: str
    legend: str = "__auto"


@dataclass(frozen=True, slots=True)
class Panel:
    """What all panels have."""

    title: str
    meaning: str
    """What it shows, and when to worry."""
    queries: Sequence[Query]
    unit: str = "short"
    width: int = 12
    decimals: int | None = None
    limits: Sequence[tuple[float, str]] = ()
    """From which values on another colour than green is shown."""
    colours: dict[str, str] = field(default_factory=dict)
    """By legend, where series have one colour each."""
    second: dict[str, str] = field(default_factory=dict)
    """Units by legend, of series that are measured on the right."""
    by_function: bool = False
    """Whether its series are Lambda functions: a click leads to the dashboard about one."""


class Board:
    """A dashboard while it is put together: rows of panels."""

    def __init__(self, uid: str, title: str, meaning: str) -> None:
        self._ids = count(1)
        self._builder = (
            builders.Dashboard(title)
            .uid(uid)
            .description(meaning)
            .tags([TAG])
            .timezone("browser")
            .time("now-24h", "now")
            .refresh("5m")
            .tooltip(models.DashboardCursorSync.CROSSHAIR)
            .readonly()
            .with_variable(
                builders.DatasourceVariable("datasource").label("Data source").type("prometheus")
            )
            .link(
                builders.DashboardLink("lambda-usage")
                .type(models.DashboardLinkType.DASHBOARDS)
                .tags([TAG])
                .as_dropdown(True)
                .keep_time(True)
            )
        )

    def choose_function(self) -> Self:
        """Let the reader choose one Lambda function, ``$function`` in queries."""
        self._builder.with_variable(
            builders.QueryVariable("function")
            .label("Lambda function")
            .datasource(DATASOURCE)
            .query(f"label_values({name_of(INVOCATIONS)}, {FUNCTION})")
            .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
            .sort(models.VariableSort.ALPHABETICAL_ASC)
        )
        return self

    def row(self, title: str) -> Self:
        """Begin a row."""
        self._builder.with_row(builders.Row(title).id(next(self._ids)))
        return self

    def number(self, panel: Panel) -> Self:
        """One number, as it is now."""
        made = _common(stat.Panel(), panel, height=5, instant=True)
        made.graph_mode(kinds.BigValueGraphMode.NONE).reduce_options(_last())
        if not panel.limits:
            made.color_mode(kinds.BigValueColorMode.NONE)
        self._builder.with_panel(made.id(next(self._ids)))
        return self

    def bars(self, panel: Panel) -> Self:
        """One bar for each series, as it is now."""
        made = _common(bargauge.Panel(), panel, height=9, instant=True)
        made.orientation(kinds.VizOrientation.HORIZONTAL).reduce_options(_last()).min(0)
        made.display_mode(kinds.BarGaugeDisplayMode.BASIC)
        self._builder.with_panel(made.id(next(self._ids)))
        return self

    def lines(self, panel: Panel, *, stacked: bool = False) -> Self:
        """Lines over time."""
        made = _common(timeseries.Panel(), panel, height=8, instant=False)
        made.min(0).span_nulls(3_600_000).line_width(1)
        made.legend(
            common.VizLegendOptions()
            .display_mode(kinds.LegendDisplayMode.LIST)
            .placement(kinds.LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs([])
        )
        if stacked:
            made.stacking(common.StackingConfig().mode(kinds.StackingMode.NORMAL)).fill_opacity(60)
        self._builder.with_panel(made.id(next(self._ids)))
        return self

    def build(self) -> models.Dashboard:
        """The dashboard."""
        return self._builder.build()


_Kind = TypeVar("_Kind", stat.Panel, bargauge.Panel, timeseries.Panel)


def _common(made: _Kind, panel: Panel, *, height: int, instant: bool) -> _Kind:
    made.title(panel.title).description(panel.meaning).datasource(DATASOURCE).unit(panel.unit)
    made.height(height).span(panel.width).interval(STEP)
    made.thresholds(_thresholds(panel.limits)).color_scheme(_scheme(panel, instant=instant))
    if panel.decimals is not None:
        made.decimals(panel.decimals)
    for number, query in enumerate(panel.queries):
        target = prometheus.Dataquery().expr(query.expression).legend_format(query.legend)
        target.ref_id(chr(ord("A") + number)).format(PromQueryFormat.TIME_SERIES)
        made.with_target(target.instant() if instant else target.range())
    if panel.by_function:
        made.data_links([builders.DashboardLink("This Lambda function").url(_ONE_FUNCTION)])
    for legend, colour in panel.colours.items():
        fixed = {"mode": "fixed", "fixedColor": colour}
        made.override_by_name(legend, [models.DynamicConfigValue(id_val="color", value=fixed)])
    for legend, unit in panel.second.items():
        right = {"unit": unit, "custom.axisPlacement": "right"}
        values = [models.DynamicConfigValue(id_val=key, value=each) for key, each in right.items()]
        made.override_by_name(legend, values)
    return made


def _scheme(panel: Panel, *, instant: bool) -> builders.FieldColor:
    by_value = instant and panel.limits
    mode = (
        models.FieldColorModeId.THRESHOLDS if by_value else models.FieldColorModeId.PALETTE_CLASSIC
    )
    return builders.FieldColor().mode(mode)


def _thresholds(limits: Sequence[tuple[float, str]]) -> builders.ThresholdsConfig:
    steps = [models.Threshold(value=None, color=GREEN)]
    steps += [models.Threshold(value=value, color=colour) for value, colour in limits]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False)
