"""Starts the real runtime client the way the managed runtime's own bootstrap does.

Its one argument is the folder that stands for ``/opt``. The task root comes first; the layers'
folders follow it only where PYTHONPATH is unset; what the runtime brings comes last.

The emulator drops X-Ray's header, so it is sent as the client context, which the emulator passes
on, and is put here where Lambda's own Runtime API has it: the rest is up to the runtime client.
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

    class Client(LambdaRuntimeClient):  # type: ignore[misc]
        def wait_next_invocation(self) -> object:
            request = super().wait_next_invocation()
            if str(request.client_context).startswith("Root="):
                request.x_amzn_trace_id, request.client_context = request.client_context, None
            return request

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
        bootstrap.run(handler, Client(api, in_thread))


_main()
