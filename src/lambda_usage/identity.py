"""Who this process is: what of its environment goes into a bundle's origin."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_usage.bundle.model import Origin


def task_root(environment: Mapping[str, str] | None = None) -> str:
    """The folder of the function's code; outside Lambda the current one."""
    values = os.environ if environment is None else environment
    return values.get("LAMBDA_TASK_ROOT") or os.getcwd()  # noqa: PTH109


def origin(attach: str, recorder: str, root: str) -> Origin:
    """This process's origin, but for its alias and package, which are not known at first."""
    from lambda_usage.bundle.model import Origin  # no business of a cold start

    get = os.environ.get
    memory = get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    return Origin(
        function_name=get("AWS_LAMBDA_FUNCTION_NAME") or os.path.basename(root) or "local",  # noqa: PTH119
        version=get("AWS_LAMBDA_FUNCTION_VERSION", ""),
        region=get("AWS_REGION", ""),
        runtime=f"python{sys.version_info[0]}.{sys.version_info[1]}",
        architecture=os.uname().machine,
        memory_mb=int(memory) if memory.isdigit() else 0,
        initialization_type=get("AWS_LAMBDA_INITIALIZATION_TYPE", ""),
        recorder=recorder,
        attach=attach,
        root=os.path.abspath(root),  # noqa: PTH100
    )


_ALIASES = 64
_aliases: dict[str, str] = {}
"""Those found so far, by ARN: a process sees few, and each invocation asks."""


def alias_of(arn: object) -> str:
    """The alias in what an invocation was invoked by; empty for ``$LATEST`` and plain versions."""
    if not isinstance(arn, str):
        return ""
    alias = _aliases.get(arn)
    if alias is None:
        if len(_aliases) >= _ALIASES:
            _aliases.clear()
        alias = _aliases[arn] = _alias_in(arn)
    return alias


def _alias_in(arn: str) -> str:
    parts = arn.split(":")
    qualifier = parts[7] if len(parts) > 7 else ""
    return "" if qualifier.isdigit() or qualifier == "$LATEST" else qualifier
