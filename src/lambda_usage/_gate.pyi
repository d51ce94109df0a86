from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token

from lambda_usage.gate import Passed

class Gate:
    def __init__(
        self,
        inside: ContextVar[bool],
        modules: Mapping[str, object],
        current_group: Callable[[], int],
        /,
    ) -> None: ...
    def enter(self, context: object, /) -> Token[bool] | None: ...
    def leave(self, token: object, /) -> bool: ...
    def open(
        self,
        passes: int,
        since: float,
        until: float,
        longest: float,
        needed: float,
        most: float,
        arn: object,
        dated: type | None,
        environment: dict[bytes, bytes],
        traced: Callable[[], object] | None,
        /,
    ) -> None: ...
    def close(self) -> None: ...
    def take(self) -> Passed | None: ...
