"""What callers wait while the store fails: python -m benchmarks.store_faults

With the layer at its defaults but for an interval between bundles of three seconds in place of five
minutes. How it is measured says ``benchmarks/faults.py``.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.faults import Case, bare, waits
from tests.faults import proxy
from tests.faults.proxy import Choose, FaultyStore, always, half
from tests.support import pythons
from tests.support.s3_server import S3Server

STORES: Mapping[str, Choose | None] = {
    "works": always(proxy.OK),
    "hangs": always(proxy.HANG),
    "takes 2 s": always(proxy.SLOW),
    "refuses (403)": always(proxy.REFUSE),
    "throttles (503)": always(proxy.THROTTLE),
    "500 half of the time": half(proxy.BROKEN, 1),
    "unreachable": None,
}
BARE = "bare function"
FLUSH_INTERVAL = 3.0


def _case(server: S3Server, store: FaultyStore, choose: Choose | None) -> Case:
    @contextmanager
    def case() -> Iterator[Mapping[str, str]]:
        if choose is None:
            store.close()
        else:
            store.choose = choose
        yield {
            **server.variables,
            "AWS_ENDPOINT_URL": store.url,
            "COVERAGE_S3_BUCKET": server.bucket(),
            "COVERAGE_FLUSH_INTERVAL": str(FLUSH_INTERVAL),
            "COVERAGE_OVERHEAD_BUDGET": "1",  # bundles leave when they are due
        }
        if choose is None:
            store.open()

    return case


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--invocations", type=int, default=1500, help="for each row and round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--python", default="3.13", choices=pythons.VERSIONS)
    options = parser.parse_args()
    env = pythons.environment(pythons.found()[options.python])
    with S3Server() as server, FaultyStore(server.endpoint) as store:
        faults = {name: _case(server, store, choose) for name, choose in STORES.items()}
        cases: dict[str, Case] = {BARE: bare, **faults}
        found = waits(env, cases, invocations=options.invocations, rounds=options.rounds)
    calls = options.invocations * options.rounds * len(cases)
    print(f"{found.differed} of {calls:,} results differed")
    print("store                   median      p90      p99    p99.9")
    for name, rounds in found.times.items():
        cuts = statistics.quantiles((each for times in rounds for each in times), n=1000)
        print(f"{name:22} {cuts[499]:7.2f} {cuts[899]:8.2f} {cuts[989]:8.2f} {cuts[998]:8.2f}")


if __name__ == "__main__":
    main()
