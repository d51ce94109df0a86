"""Makes the bundle of one process. Called off the response path."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from lambda_usage.bundle.model import (
    Bundle,
    BundleId,
    BundleInfo,
    Distribution,
    Origin,
    OriginUsage,
    SourceFile,
)
from lambda_usage.delivery.batch import Batch
from lambda_usage.delivery.courier import Fate
from lambda_usage.recording.distributions import is_imported, loaded_places
from lambda_usage.recording.loading import codes_in_memory
from lambda_usage.recording.package import (
    Package,
    absolute,
    file_hash,
    read_package,
    shadowed_files,
)
from lambda_usage.recording.scope import Scope
from lambda_usage.recording.snapshot import Snapshots
from lambda_usage.recording.tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.recording.recorder import Recorder

_UNKNOWN = "unknown-"
"""Begins the fingerprint of a package that could not be read: it may ship anything."""


class BundleMaker:
    """Knows which bundle is next, and what the package ships."""

    def __init__(self, recorder: Recorder, scope: Scope, origin: Origin) -> None:
        self.process_id = os.urandom(8).hex()
        self._sequence = 0
        self._recorder = recorder
        self._scope = scope
        self._origin = origin
        self._snapshots: Snapshots | None = None
        self._package: Package | None = None
        self._package_told = False
        self._loaded: dict[str, tuple[str, int]] = {}
        self._alias = ""
        """The alias of the last bundle: that of a final one in which nothing happened."""
        self._last = Batch()
        """What the last bundle told of, for as long as it may have to be told again."""
        self._again = False
        """The last bundle is certainly not stored: the next takes its place."""
        self._lines = 0

    def renew(self) -> None:
        """Be another process from here on, as a restored copy of a snapshot is."""
        self.process_id = os.urandom(8).hex()
        self._sequence = 0
        self._package_told = False
        self._last, self._again = Batch(), False

    def make(self, batch: Batch, *, final: bool) -> Bundle | None:
        """The bundle of what was counted since the last one.

        Args:
            batch: What was counted; this takes ownership of it.
            final: Whether the process ends with it.

        Returns:
            ``None`` where nothing happened and nothing ends.
        """
        if not batch.tallies and not final:
            return None
        start = time.perf_counter()
        sequence = self._sequence
        if self._again and batch.day in ("", self._last.day):  # a bundle does not span two days
            batch.absorb(self._last)
            sequence -= 1
        tallies = batch.tallies or {self._alias: Tally()}
        self._look_around()
        self._recorder.drain()
        package = self._read_package()
        bundle = Bundle()
        for alias, tally in tallies.items():
            self._alias = alias
            origin = replace(self._origin, alias=alias, package=package.fingerprint)
            bundle.origins[origin] = self._usage(tally, package)
        usage = next(iter(bundle.origins.values()))
        batch.costs["flush_s"] = batch.costs.get("flush_s", 0.0) + time.perf_counter() - start
        usage.costs, usage.losses = batch.costs.copy(), batch.losses.copy()
        self._name(bundle, BundleId(self.process_id, sequence), tallies, final=final)
        self._sequence, self._last, self._again = sequence + 1, batch, False
        return bundle

    def settled(self, name: BundleId, lists_package: bool, fate: Fate) -> None:
        """Note what became of a bundle."""
        delivered = fate is Fate.DELIVERED
        if name.process_id != self.process_id:
            return
        self._package_told = self._package_told or (delivered and lists_package)
        if name.sequence == self._sequence - 1:
            self._again = fate is Fate.NOT_STORED
            if delivered:
                self._last = Batch()

    def learned(self, bundle: Bundle) -> bool:
        """Whether *bundle* tells of a line that no bundle before it told of."""
        codes = [code for usage in bundle.origins.values() for code in usage.codes.values()]
        lines = sum(len(code.init_lines) + len(code.invoke_lines) for code in codes)
        before, self._lines = self._lines, max(self._lines, lines)
        return lines > before

    def _look_around(self) -> None:
        """Once, find functions in scope whose code no loader told of and that have not run since.

        Their code was replaced, or their file was run by other means than an import.
        """
        if self._package is not None:
            return
        entries = self._recorder.registry.entries
        for code in list(codes_in_memory()):
            path = self._scope.relative(code.co_filename)
            if path is not None and id(code) not in entries:
                loaded = path in self._recorder.registry.by_file
                self._recorder.add(code, path)
                self._recorder.registry.found_late(code, loaded=loaded)

    def _usage(self, tally: Tally, package: Package) -> OriginUsage:
        if self._snapshots is None:
            self._snapshots = Snapshots(self._recorder.registry)
        usage = OriginUsage(codes=self._snapshots.codes(), files=self._files(package))
        if tally.first_time:
            day = time.strftime("%Y-%m-%d", time.gmtime(tally.first_time))
            usage.exposures[day] = tally.exposure()
        self._snapshots.fill(usage, tally, self._recorder.callback_cost())
        loaded = loaded_places(self._scope.root, list(self._scope.loaded_elsewhere))
        usage.distributions = {
            name: Distribution(name, each.version, is_imported(each, loaded))
            for name, each in package.distributions.items()
        }
        return usage

    def _name(
        self, bundle: Bundle, name: BundleId, tallies: dict[str, Tally], *, final: bool
    ) -> None:
        now = time.time()
        first = min((each.first_time for each in tallies.values() if each.first_time), default=now)
        last = max((each.last_time for each in tallies.values()), default=now) or now
        origin = next(iter(bundle.origins))
        lists = not self._package_told and not origin.package.startswith(_UNKNOWN)
        # the clock may have been set back meanwhile
        bundle.bundles[name] = BundleInfo(name, origin, final, first, max(first, last), lists)

    def _read_package(self) -> Package:
        if self._package is None:
            try:
                self._package = read_package(self._scope)
            except OSError:
                self._package = Package(_UNKNOWN + self.process_id, {}, {})
        return self._package

    def _files(self, package: Package) -> dict[str, SourceFile]:
        registry = self._recorder.registry
        with registry.lock:
            loaded = list(registry.by_file)
            unseen = set(registry.body_unseen)
        files = {}
        if not self._package_told:
            for path, (digest, size) in package.files.items():
                files[path] = SourceFile(path, digest, size, loaded=False)
        for path in shadowed_files(self._scope, package.files):
            files[path] = SourceFile(path, *package.files[path], loaded=True, body_seen=False)
        for path in loaded:
            digest, size = package.files.get(path) or self._hash(path)
            files[path] = SourceFile(path, digest, size, True, path not in unseen)
        return files

    def _hash(self, path: str) -> tuple[str, int]:
        if path not in self._loaded:
            self._loaded[path] = file_hash(absolute(self._scope, path))
        return self._loaded[path]
