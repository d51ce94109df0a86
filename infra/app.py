"""The CDK app: synthesises the stacks that its context asks for.

The CDK's command runs it, and `make cdk-synth` does without that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from infra.artefacts import Artefacts, NotBuilt  # noqa: E402
from infra.context import ContextError, check_keys, read_context  # noqa: E402
from infra.node import NoNode, variables  # noqa: E402

if TYPE_CHECKING:
    from aws_cdk import App


def run(fill: Callable[[App, Artefacts], None]) -> int:
    """Writes the cloud assembly to where the CDK's command wants it; 1 where that cannot be."""
    try:
        os.environ.update(variables())
        from aws_cdk import App

        synthesise(App(), fill, Artefacts(ROOT / "dist"))
    except (ContextError, NoNode, NotBuilt) as error:
        print(f"infra/app.py: {error}", file=sys.stderr)
        return 1
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise
        print("infra/app.py: rules of cdk-nag are broken; they are named above", file=sys.stderr)
        return 1
    return 0


def synthesise(app: App, fill: Callable[[App, Artefacts], None], artefacts: Artefacts) -> None:
    """Fills the app, and writes it once all rules are kept."""
    from infra.findings import check

    fill(app, artefacts)
    check(app)
    app.synth()


def usage(app: App, artefacts: Artefacts) -> None:
    """The stacks that the context asks for."""
    from infra.stack import usage_stacks

    check_keys(app.node.get_all_context())
    context = read_context(app.node.try_get_context)
    usage_stacks(app, context, artefacts, ROOT / "build" / "inventories")


if __name__ == "__main__":
    sys.exit(run(usage))
