"""Strategies for bundles."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st

from lambda_usage.bundle.model import (
    GROUPS,
    Bundle,
    BundleId,
    BundleInfo,
    Code,
    CodeKey,
    Counts,
    Distribution,
    Exposure,
    Origin,
    OriginUsage,
    Path,
    SourceFile,
    TracedWindow,
)
from lambda_usage.bundle.traces import latest

names = st.sampled_from(["orders", "billing", "straße", "a'b\"c"])
lines = st.frozensets(st.integers(1, 300), max_size=8)
# sums of whole numbers are exact in floating point, so merging can be compared with ==
whole = st.integers(0, 1000).map(float)
weights = st.dictionaries(st.integers(0, GROUPS - 1), whole, max_size=4).map(
    lambda found: tuple(found.get(group, 0.0) for group in range(GROUPS))
)
counts = st.builds(Counts, st.integers(0, 100), whole, weights)
traces = st.lists(
    st.builds(
        TracedWindow,
        st.integers(0, 9).map(float),
        st.sampled_from(
            [f"{n:032x}" for n in range(1, 9)] + [f"1-{n:08x}-{n:024x}" for n in (1, 2)]
        ),
        whole,
    ),
    max_size=9,
).map(latest)
origins = st.builds(
    Origin,
    function_name=names,
    alias=st.sampled_from(["", "live"]),
    runtime=st.sampled_from(["python3.11", "python3.13"]),
    memory_mb=st.integers(128, 256),
    recorder=st.sampled_from(["monitoring", "ctrace"]),
    package=st.sampled_from(["p1", "p2"]),
    root=st.just("/var/task"),
)
keys = st.builds(
    CodeKey,
    st.sampled_from(["app.py", "pkg/mod.py"]),
    st.sampled_from(["<module>", "f", "C.m", "f.<locals>.<lambda>"]),
    st.integers(1, 50),
    st.integers(0, 1),
)
exposures = st.builds(
    Exposure,
    inits=st.integers(0, 3),
    invocations=st.integers(0, 1000),
    unsampled=st.integers(0, 10),
    windows=st.integers(0, 100),
    weight=whole,
    weight_squared=whole,
    weight_max=whole,
    windows_voided=st.integers(0, 5),
    invocation_groups=weights,
    window_groups=weights,
)


@st.composite
def usages(draw: st.DrawFn) -> OriginUsage:
    usage = OriginUsage()
    for day in draw(st.sets(st.sampled_from(["2026-01-01", "2026-01-02"]))):
        usage.exposures[day] = draw(exposures)
    for path in draw(st.sets(st.sampled_from(["app.py", "pkg/mod.py", "never.py"]))):
        usage.files[path] = SourceFile(path, "ab12", 7, draw(st.booleans()))
    for key in draw(st.sets(keys, max_size=4)):
        seen = draw(whole)
        usage.codes[key] = Code(
            key,
            "c0de",
            draw(lines),
            draw(lines),
            draw(lines),
            seen,
            seen + draw(whole),
            draw(st.frozensets(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), max_size=3)),
        )
    known = st.sampled_from(sorted(usage.codes)) if usage.codes else st.nothing()
    for name in draw(st.sets(st.sampled_from(["p-1", "p-2"]))) if usage.codes else ():
        ran = {key: frozenset({key.first_line}) for key in draw(st.sets(known, max_size=3))}
        usage.paths[name] = Path(name, ran, draw(counts), draw(whole), draw(whole), draw(traces))
    for key in draw(st.sets(known, max_size=2)) if usage.codes else ():
        usage.other[key] = draw(counts)
    usage.other_paths = draw(counts)
    for name in draw(st.sets(names, max_size=2)):
        version = draw(st.sampled_from(["1.0", "2"]))
        usage.distributions[name] = Distribution(name, version, draw(st.booleans()))
    usage.losses = Counter(draw(st.dictionaries(names, st.integers(1, 9), max_size=2)))
    usage.costs = Counter(draw(st.dictionaries(names, st.integers(1, 9), max_size=2)))
    return usage


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    found = {origin: draw(usages()) for origin in draw(st.sets(origins, min_size=1, max_size=2))}
    infos = {}
    for number, origin in enumerate(found):
        name = BundleId(draw(st.sampled_from(["aa", "bb"])), number)
        infos[name] = BundleInfo(name, origin, draw(st.booleans()), draw(whole), draw(whole))
    return Bundle(infos, found)
