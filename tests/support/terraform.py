"""Terraform, with its provider for AWS from a folder: nothing is fetched."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.paths import Unavailable

VARIABLE = "LAMBDA_USAGE_TERRAFORM_PLUGINS"
PROVIDER = "*/hashicorp/aws"
"""In a folder of providers, below the name of where it came from."""
IMPLIED = (Path.home() / ".terraform.d/plugins", Path("/usr/local/share/terraform/plugins"))
"""Where Terraform itself looks."""
NO_TERRAFORM = "no terraform on the PATH: https://developer.hashicorp.com/terraform/install"
NO_PROVIDER = (
    "no provider for AWS: run `terraform providers mirror FOLDER` in infra/terraform, and set "
    f"{VARIABLE}=FOLDER"
)


def program() -> str:
    """The program ``terraform``.

    Raises:
        Unavailable: There is none.
    """
    found = shutil.which("terraform")
    if found is None:
        raise Unavailable(NO_TERRAFORM)
    return found


def plugins() -> Path:
    """A folder with the provider.

    Raises:
        Unavailable: There is none.
    """
    named = os.environ.get(VARIABLE)
    for folder in [Path(named)] if named else IMPLIED:
        if any(folder.glob(PROVIDER)):
            return folder
    raise Unavailable(NO_PROVIDER)


def terraform(
    *arguments: str, folder: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs it in a folder; it asks nobody anything."""
    settings = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
    inherited = {name: v for name, v in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    return subprocess.run(
        [program(), *arguments],
        cwd=folder,
        env={**inherited, **settings, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
