"""Makes a release of this checkout: raises the version, proves it, commits and tags it.

Nothing leaves the machine: what to push is said at the end.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.version import VersionError, current, raise_version, raised  # noqa: E402

BRANCH = "main"
TOUCHED = ("src/lambda_usage/version.py", "CHANGELOG.md")


class ReleaseError(Exception):
    """There can be no release; says why."""


def main(root: Path = ROOT, make: tuple[str, ...] = ("make",)) -> int:
    """0 where the release is committed and tagged; 3, with all as it was before, where not.

    Args:
        root: A checkout.
        make: The command that proves it.
    """
    try:
        tag = f"v{raised(current(root), 'patch')}"
        _check(root, tag)
        try:
            raise_version(root, "patch", f"{datetime.now(UTC):%Y-%m-%d}")
            _prove(root, make)
            _git(root, "commit", "--quiet", "--message", f"Release {tag[1:]}", "--", *TOUCHED)
        except BaseException:
            _git(root, "checkout", "--quiet", "HEAD", "--", *TOUCHED)
            raise
        try:
            _git(root, "tag", "--annotate", "--message", tag[1:], tag)
        except BaseException:
            _git(root, "reset", "--quiet", "--keep", "HEAD~1")
            raise
    except (ReleaseError, VersionError, OSError) as error:
        print(f"scripts/release.py: {error}", file=sys.stderr)
        return 3
    print(f"{tag} is committed and tagged, and its zips lie in dist/. To publish it:")
    print(f"  git push origin {BRANCH} {tag}\n  make deploy")
    return 0


def _check(root: Path, tag: str) -> None:
    if changed := _git(root, "status", "--porcelain"):
        raise ReleaseError(f"these files are not committed: commit or remove them first\n{changed}")
    branch = _git(root, "branch", "--show-current")
    if branch != BRANCH:
        raise ReleaseError(f"releases are made of {BRANCH}, and this is {branch or 'no branch'}")
    if _git(root, "tag", "--list", tag):
        raise ReleaseError(f"there is a tag {tag} already: raise the version beyond it first")


def _prove(root: Path, make: tuple[str, ...]) -> None:
    for target in ("test", "build", "validate"):
        if subprocess.run([*make, target], cwd=root, check=False).returncode:
            raise ReleaseError(f"make {target} failed: there is no release")


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
