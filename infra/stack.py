"""All of lambda-usage in one region, as a stack."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, Aws, CfnOutput, Environment, SecretValue, Stack, aws_lambda

from infra.artefacts import ARCHITECTURES, Artefacts
from infra.attaching import Attaching
from infra.combining import Combiner
from infra.context import Context
from infra.functions import Code, Recording, WatchedFunction
from infra.inventories import SourceTree, UploadedInventory
from infra.layers import UsageLayers
from infra.storage import UsageBucket
from infra.watching import Watching

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = {"OrderService": "order_service", "InventoryService": "inventory_service"}
"""Folders below ``examples/``."""
EXAMPLES = SourceTree("order-service", ROOT / "examples" / "order_service")
"""Judged on the evidence of both functions, which share a file."""


def usage_stacks(app: App, context: Context, artefacts: Artefacts, work: Path) -> list[Stack]:
    """A stack for each region.

    Args:
        app: Holds them.
        context: What is asked for.
        artefacts: What is deployed.
        work: A folder for what is made on the way.
    """
    if not context.regions:
        return [usage_stack(app, context.name, None, context, artefacts, work)]
    return [
        usage_stack(app, f"{context.name}-{each}", each, context, artefacts, work)
        for each in context.regions
    ]


def usage_stack(
    app: App, name: str, region: str | None, context: Context, artefacts: Artefacts, work: Path
) -> Stack:
    """All of it: bucket, layers, combiner, dashboard, alarms and examples."""
    stack = Stack(
        app,
        name,
        env=Environment(region=region),
        description="lambda-usage: which Python code the Lambda functions of this account use",
        tags={"application": "lambda-usage", "environment": context.environment},
    )
    usage = UsageBucket(stack, "Usage", f"{context.name}-{Aws.ACCOUNT_ID}-{Aws.REGION}")
    layers = UsageLayers(stack, "Layers", artefacts)
    Attaching(stack, "Attaching", context, usage, layers)
    functions = _examples(stack, context, artefacts, usage, layers) if context.examples else []
    if functions:
        UploadedInventory(stack, "Inventory", EXAMPLES, usage.bucket, work)
    combiner = Combiner(
        stack,
        "Combiner",
        usage,
        artefacts,
        inventory=EXAMPLES.name if functions else "",
        expected=[each.function.function_name for each in functions],
    )
    watching = Watching(stack, "Watching", context.name, combiner)
    if context.alarm_topic:
        watching.send_to(context.alarm_topic)
    for name, value in {
        "Combiner": combiner.function.function_name,
        "DeadLetters": combiner.dead_letters.queue_url,
    }.items():
        CfnOutput(stack, f"{name}Output", value=value).override_logical_id(name)
    return stack


def _examples(
    stack: Stack,
    context: Context,
    artefacts: Artefacts,
    usage: UsageBucket,
    layers: UsageLayers,
) -> list[WatchedFunction]:
    """Two functions that share a file, one of each architecture."""
    told = {
        "COVERAGE_SAMPLE_RATE": str(context.sample_rate),
        "COVERAGE_OVERHEAD_BUDGET": str(context.overhead_budget),
    }
    emf = Recording(usage.bucket, layers, {**told, "COVERAGE_METRICS": "emf"})
    recordings = dict.fromkeys(ARCHITECTURES, emf)
    if context.collector_layer:
        recordings["x86_64"] = _with_collector(stack, context, artefacts, usage, told)
    return [
        WatchedFunction(
            stack,
            name,
            Code(ROOT / "examples" / folder, "app.handler", architecture),
            recordings[architecture],
        )
        for (name, folder), architecture in zip(FUNCTIONS.items(), ARCHITECTURES, strict=True)
    ]


def _with_collector(
    stack: Stack,
    context: Context,
    artefacts: Artefacts,
    usage: UsageBucket,
    told: dict[str, str],
) -> Recording:
    """Metrics go over OTLP to a collector in the function, and from there to a gateway."""
    configuration = aws_lambda.LayerVersion(
        stack,
        "CollectorConfiguration",
        code=aws_lambda.Code.from_asset(str(ROOT / "collector-config")),
        description="Configurations of OpenTelemetry collectors, as lambda-usage has them",
    )
    collector = aws_lambda.LayerVersion.from_layer_version_arn(
        stack, "Collector", context.collector_layer
    )
    token = SecretValue.secrets_manager(f"lambda-usage/{context.environment}/collector-token")
    return Recording(
        usage.bucket,
        UsageLayers(stack, "OtelLayers", artefacts, otel=True),
        {
            **told,
            "OPENTELEMETRY_COLLECTOR_CONFIG_URI": "/opt/lambda-layer.yaml",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318",
            "LAMBDA_USAGE_GATEWAY": context.collector_gateway,
            # CloudFormation puts the secret there: no template has it
            "LAMBDA_USAGE_GATEWAY_TOKEN": token.unsafe_unwrap(),
        },
        [collector, configuration],
    )
