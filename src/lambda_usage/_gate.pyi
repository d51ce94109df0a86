from collections.abc import Callable, Mapping
from contextvars import ContextVar

from lambda_usage.gate import Passage

def Gate(
    inside: ContextVar[bool],
    modules: Mapping[str, object],
    current_group: Callable[[], int],
    /,
) -> Passage: ...
