"""Frozen data classes for a cold start: what ``dataclasses`` makes, without what it imports.

``dataclasses`` imports ``inspect`` and with it a quarter of the standard library, 7 ms and more
(`python benchmarks/imports.py`). Type checkers are shown the real one, so nothing else differs:

    if TYPE_CHECKING:
        from dataclasses import dataclass, field
    else:
        from lambda_usage._light import dataclass, field
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

_FIELDS = "__light_fields__"
_ABSENT = object()


class Field:
    """One field, with the attributes of ``dataclasses.Field`` that are used here."""

    __slots__ = ("default", "metadata", "name")

    def __init__(self, default: object, metadata: Mapping[str, str]) -> None:
        self.name = ""
        self.default = default
        self.metadata = metadata

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is _ABSENT


def field(*, default: object = _ABSENT, metadata: Mapping[str, str] | None = None) -> Any:
    """As ``dataclasses.field``."""
    return Field(default, metadata or {})


def fields(cls: Any) -> tuple[Field, ...]:
    """As ``dataclasses.fields``."""
    found: tuple[Field, ...] = getattr(cls, _FIELDS)
    return found


def replace(instance: Any, **changes: object) -> Any:
    """As ``dataclasses.replace``."""
    values = {each.name: getattr(instance, each.name) for each in fields(instance)}
    return type(instance)(**{**values, **changes})


def dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
    """As ``dataclasses.dataclass(frozen=True, slots=True)``, the only form that is known here."""
    assert frozen
    assert slots
    return _made


def _made(cls: type) -> type:
    found = tuple(_fields_of(cls))
    kept = {
        name: value
        for name, value in cls.__dict__.items()
        if name not in ("__dict__", "__weakref__") and name not in {each.name for each in found}
    }
    names = tuple(each.name for each in found)
    return type(cls)(
        cls.__name__,
        cls.__bases__,
        {**kept, **_METHODS, _FIELDS: found, "__slots__": names, "__match_args__": names},
    )


def _fields_of(cls: type) -> Iterator[Field]:
    for name in cls.__annotations__:
        default = cls.__dict__.get(name, _ABSENT)
        each = default if isinstance(default, Field) else Field(default, {})
        each.name = name
        yield each


def _init(self: Any, *args: object, **values: object) -> None:
    known = fields(self)
    if len(args) > len(known):
        raise TypeError(f"{type(self).__name__} takes {len(known)} values")
    for position, each in enumerate(known):
        if position < len(args):
            value = args[position]
        elif each.name in values:
            value = values.pop(each.name)
        elif not each.required:
            value = each.default
        else:
            raise TypeError(f"{type(self).__name__} needs a value for {each.name!r}")
        object.__setattr__(self, each.name, value)
    if values:
        raise TypeError(f"{type(self).__name__} has no {', '.join(values)}")


def _values(self: Any) -> tuple[object, ...]:
    return tuple(getattr(self, each.name) for each in fields(self))


def _equal(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self))
    return f"{type(self).__name__}({shown})"


def _frozen(self: Any, name: str, _value: object = None) -> None:
    raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")


_METHODS = {
    "__init__": _init,
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _frozen,
    "__delattr__": _frozen,
}
