"""What the deployment package ships. Reads files, so it has no place on the response path."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from hashlib import blake2b

from lambda_usage.recording.distributions import ShippedDistribution, read_distributions
from lambda_usage.recording.scope import Scope


@dataclass(frozen=True, slots=True)
class Package:
    """The files and distributions under the task root, when they were looked at."""

    fingerprint: str
    """Of all paths and hashes: equal for all processes of one deployment."""
    files: dict[str, tuple[str, int]]
    """Path to (hash, size in bytes)."""
    distributions: dict[str, ShippedDistribution]
    """By name."""


def read_package(scope: Scope) -> Package:
    """Look at what is shipped. Files that cannot be read are there, without a hash."""
    files = {}
    for full in scope.shipped():
        path = scope.relative(full)
        if path is not None:
            files[path] = file_hash(full)
        else:  # it is there, and nothing is recorded of it
            files[scope.below_root(full)] = ("", 0)
    distributions = read_distributions(scope.root)
    digest = blake2b(digest_size=16)
    for path, (found, _) in sorted(files.items()):
        digest.update(f"{path}\0{found}\n".encode("utf-8", "surrogateescape"))
    for name, each in sorted(distributions.items()):
        digest.update(f"{(name, each.version)}\n".encode("utf-8", "surrogateescape"))
    return Package(digest.hexdigest(), files, distributions)


def file_hash(path: str) -> tuple[str, int]:
    """BLAKE2b-128 of a file in hexadecimal, and its size; ``("", 0)`` where it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - light imports here
            content = file.read()
    except OSError:
        return "", 0
    return content_hash(content), len(content)


def content_hash(content: bytes) -> str:
    """The hash that names a version of a source file: BLAKE2b-128 in hexadecimal."""
    return blake2b(content, digest_size=16).hexdigest()


def shadowed_files(scope: Scope, files: dict[str, tuple[str, int]]) -> set[str]:
    """Those of *files* in whose stead a compiled module of the same name was loaded."""
    found = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.endswith((".py", ".pyc")):
            folder, name = os.path.split(file)
            path = scope.below_root(os.path.join(folder, name.partition(".")[0] + ".py"))  # noqa: PTH118
            if path in files:
                found.add(path)
    return found


def absolute(scope: Scope, path: str) -> str:
    """The file that reports call *path*."""
    return path if os.path.isabs(path) else os.path.join(scope.root, path)  # noqa: PTH117, PTH118
