"""The light data classes behave as the standard library's do."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import pytest

from lambda_usage import _light

from .support import SOURCE


def classes(library: Any) -> Any:
    @library.dataclass(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        name: str = library.field(default="here", metadata={"variable": "NAME"})

        @property
        def total(self) -> int:
            return self.x + self.y

        @classmethod
        def at(cls, x: int) -> Any:
            return cls(x)

    return Point


@pytest.fixture(params=[dataclasses, _light], ids=["dataclasses", "_light"])
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_values_come_by_position_name_or_default(library: Any) -> None:
    point = classes(library)
    assert (point(1).y, point(1, 3).y, point(x=1, y=4).y) == (2, 3, 4)
    assert point(1).name == "here"
    assert point.at(5).total == 7
    assert point.__doc__ == "A point."
    assert repr(point(1)).endswith("Point(x=1, y=2, name='here')")


@pytest.mark.parametrize(
    ("args", "values"), [((), {}), ((1, 2, "a", 4), {}), ((1,), {"z": 1}), ((), {"y": 1})]
)
def test_wrong_values_are_errors(library: Any, args: tuple[Any], values: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        classes(library)(*args, **values)


def test_equal_values_are_equal(library: Any) -> None:
    point = classes(library)
    assert point(1) == point(1, 2)
    assert point(1) != point(2)
    assert point(1) != (1, 2, "here")
    assert len({point(1), point(1), point(2)}) == 2


def test_nothing_can_be_changed_or_added(library: Any) -> None:
    point = classes(library)(1)
    with pytest.raises(AttributeError):
        point.x = 2
    with pytest.raises(AttributeError):
        del point.x
    with pytest.raises((AttributeError, TypeError)):
        point.z = 1
    assert not hasattr(point, "__dict__")


def test_fields_and_replacing(library: Any) -> None:
    point = classes(library)
    assert [each.name for each in library.fields(point)] == ["x", "y", "name"]
    assert library.fields(point)[2].metadata["variable"] == "NAME"
    assert library.replace(point(1), y=9) == point(1, 9)
    with pytest.raises(TypeError):
        library.replace(point(1), z=9)


def test_nothing_heavy_is_imported() -> None:
    script = "import sys; import lambda_usage._light; print('inspect' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={"PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
