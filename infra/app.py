"""The CDK app: synthesises the stacks that its context asks for.

The CDK's command runs it, and `make cdk-synth` does without that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder: what is in it is `infra.…`

from infra.artefacts import Artefacts, NotBuilt  # noqa: E402
from infra.context import ContextError, read_context  # noqa: E402
from infra.node import NoNode, variables  # noqa: E402


def run(synthesise: Callable[[Artefacts], None]) -> int:
    """Has a cloud assembly written; 1 where that cannot be."""
    try:
        os.environ.update(variables())
        synthesise(Artefacts(ROOT / "dist"))
    except (ContextError, NoNode, NotBuilt) as error:
        print(f"infra/app.py: {error}", file=sys.stderr)
        return 1
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise
        print("infra/app.py: rules of cdk-nag are broken; they are named above", file=sys.stderr)
        return 1
    return 0


def synthesise(artefacts: Artefacts) -> None:
    """Writes the cloud assembly to where the CDK's command wants it."""
    from aws_cdk import App

    from infra.findings import check
    from infra.stack import usage_stacks

    app = App()
    context = read_context(app.node.try_get_context)
    usage_stacks(app, context, artefacts, ROOT / "build" / "inventories")
    check(app)
    app.synth()


if __name__ == "__main__":
    sys.exit(run(synthesise))
