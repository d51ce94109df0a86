"""Starts the real runtime client the way the managed runtime's own bootstrap does.

Its one argument is the folder that stands for ``/opt``. The task root comes first; the layers'
folders follow it only where PYTHONPATH is unset; what the runtime brings comes last.
"""

import os
import sys


def _main() -> None:
    opt = sys.argv.pop(1)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    if "PYTHONPATH" not in os.environ:
        sys.path[:0] = [f"{opt}/python/lib/{version}/site-packages", f"{opt}/python"]
        os.environ["PYTHONPATH"] = os.environ["LAMBDA_RUNTIME_DIR"]
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])

    from awslambdaric import bootstrap  # type: ignore[import-not-found]
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # type: ignore[import-not-found]

    # As awslambdaric's own entry point: from 3.12 on it polls in a thread, so that Python's signal
    # handlers run.
    in_thread = os.environ["AWS_EXECUTION_ENV"] != "AWS_Lambda_python3.11"
    handler, api = os.environ["_HANDLER"], os.environ["AWS_LAMBDA_RUNTIME_API"]
    workers = os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY")
    if workers:  # Managed Instances
        from awslambdaric.lambda_multi_concurrent_utils import (  # type: ignore[import-not-found]
            MultiConcurrentRunner,
        )

        MultiConcurrentRunner.run_concurrent(handler, api, in_thread, "", int(workers))
    else:
        bootstrap.run(handler, LambdaRuntimeClient(api, in_thread))


_main()
