"""What callers wait while the store fails: python -m benchmarks.store_faults

In AWS's emulator, with the layer at its defaults but for an interval between bundles of three
seconds in place of five minutes. Processes of the bare function and of each fault take turns, so
that all rows share the machine's mood. The figure is INVOKE RTDONE, in milliseconds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.faults import proxy
from tests.faults.proxy import FaultyStore, always, half
from tests.support import pythons
from tests.support.emulator import Emulator
from tests.support.layer import unpacked_layer
from tests.support.s3_server import S3Server

APP = """
import time

def handler(event, context):
    time.sleep(0.003)
    total = sum(n * n for n in range(5000))
    return {"total": total}
"""

STORES = {
    "works": always(proxy.OK),
    "hangs": always(proxy.HANG),
    "takes 2 s": always(proxy.SLOW),
    "refuses (403)": always(proxy.REFUSE),
    "throttles (503)": always(proxy.THROTTLE),
    "500 half of the time": half(proxy.BROKEN, 1),
}
UNREACHABLE = "unreachable"
BARE = "bare function"
FLUSH_INTERVAL = 3.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--invocations", type=int, default=1500, help="for each row and round")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--python", default="3.13", choices=pythons.VERSIONS)
    options = parser.parse_args()
    env = pythons.environment(pythons.found()[options.python])
    rows: dict[str, list[float]] = {name: [] for name in (BARE, *STORES, UNREACHABLE)}
    differed = 0
    with tempfile.TemporaryDirectory() as folder, S3Server() as server:
        opt = unpacked_layer(Path(folder))
        task = Path(folder) / "task"
        task.mkdir()
        (task / "app.py").write_text(APP)
        with FaultyStore(server.endpoint) as store:
            for _ in range(options.rounds):
                for name, times in rows.items():
                    if name == UNREACHABLE:
                        store.close()
                    store.choose = STORES.get(name, always(proxy.OK))
                    variables = {
                        **server.variables,
                        "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
                        "AWS_ENDPOINT_URL": store.url,
                        "COVERAGE_S3_BUCKET": server.bucket(),
                        "COVERAGE_FLUSH_INTERVAL": str(FLUSH_INTERVAL),
                        "COVERAGE_OVERHEAD_BUDGET": "1",  # bundles leave when they are due
                    }
                    with (
                        tempfile.TemporaryDirectory() as tmp,
                        Emulator(
                            env,
                            task,
                            "app.handler",
                            opt=opt,
                            variables={} if name == BARE else {**variables, "TMPDIR": tmp},
                        ) as emulator,
                    ):
                        for number in range(options.invocations):
                            answer = emulator.invoke({})
                            differed += answer.payload != {"total": 41654167500}
                            if number > 1:
                                times.append(answer.rtdone_ms or 0.0)
                            time.sleep(0.001)
                        emulator.kill()
                    if name == UNREACHABLE:
                        store.open()
    print(f"{differed} of {options.invocations * options.rounds * len(rows):,} results differed")
    print("store                   median      p90      p99    p99.9")
    for name, times in rows.items():
        cuts = statistics.quantiles(times, n=1000)
        print(f"{name:22} {cuts[499]:7.2f} {cuts[899]:8.2f} {cuts[989]:8.2f} {cuts[998]:8.2f}")


if __name__ == "__main__":
    main()
