"""Who a process is, in the words of OpenTelemetry's semantic conventions."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.agent import Agent

_FROM_ENVIRONMENT = {
    "faas.name": "AWS_LAMBDA_FUNCTION_NAME",
    "faas.version": "AWS_LAMBDA_FUNCTION_VERSION",
    "faas.instance": "AWS_LAMBDA_LOG_STREAM_NAME",
    "cloud.region": "AWS_REGION",
}
_MEGABYTE = 1024 * 1024


def resource_attributes(agent: Agent) -> dict[str, str | int]:
    """The resource, but for what the user says of it in ``OTEL_RESOURCE_ATTRIBUTES``.

    The instance id is the process's id in its bundles: it is another one in each restored copy of
    a snapshot, and a forked child sends nothing.
    """
    get = os.environ.get
    found: dict[str, str | int] = {
        name: value for name, variable in _FROM_ENVIRONMENT.items() if (value := get(variable))
    }
    found["service.instance.id"] = agent.dispatch.process_id
    if "faas.name" in found:
        found["cloud.provider"], found["cloud.platform"] = "aws", "aws_lambda"
        told = get("OTEL_SERVICE_NAME") or "service.name=" in get("OTEL_RESOURCE_ATTRIBUTES", "")
        if not told:
            found["service.name"] = found["faas.name"]
    memory = get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    if memory.isdigit():
        found["faas.max_memory"] = int(memory) * _MEGABYTE
    return found
