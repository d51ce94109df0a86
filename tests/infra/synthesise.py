"""Synthesises the apps once for all tests: ``python -m tests.infra.synthesise DIST OUT``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from infra.artefacts import Artefacts
from infra.node import variables

LAYER = "arn:aws:lambda:eu-west-1:184161586896:layer:opentelemetry-collector-amd64-0_20_0:1"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:on-call"
EVERYTHING = {
    "environment": "prod",
    "regions": "eu-west-1,us-east-1",
    "sample_rate": "0.25",
    "overhead_budget": "0.005",
    "collector_layer": LAYER,
    "alarm_topic": TOPIC,
}
CONTEXTS: dict[str, dict[str, Any]] = {
    "default": {},
    "everything": EVERYTHING,
    "without-examples": {"examples": "false"},
}


def main() -> None:
    """Writes a cloud assembly for each context."""
    dist, out = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ.update(variables())
    from infra.app import synthesise

    for name, context in CONTEXTS.items():
        os.environ["CDK_CONTEXT_JSON"] = json.dumps(context)
        os.environ["CDK_OUTDIR"] = str(out / name)
        synthesise(Artefacts(dist))


if __name__ == "__main__":
    main()
