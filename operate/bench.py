"""`make bench`: what a preview takes, how much of it is our program's, and the stack's memory."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from operate.docker import Docker
from operate.stack import OperateError, Stack

RUNS = 5
BAR_SECONDS = 1.5
SDKS = "import pulumi, pulumi_docker, pulumiverse_grafana.oss"
UNITS = {"KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0}


def bench(stack: Stack) -> int:
    """Print medians of a few runs; the stack has to be up."""
    if not stack.exists():
        raise OperateError(f"stack {stack.name} isn't up: `make up` first")
    sdks = _median(lambda: _python(stack, "-c", SDKS))
    program = _median(lambda: _python(stack, "-m", "operate.bench_program", stack.name))
    preview = _median(lambda: stack.ask("preview", "--refresh=false"))
    refreshed = _median(lambda: stack.ask("preview", "--refresh"))
    print(f"median of {RUNS} runs on this machine, in seconds")
    print(f"  our program, SDKs included   {program:6.2f}   (bar {BAR_SECONDS} s)")
    print(f"  importing the SDKs alone     {sdks:6.2f}   ({sdks / program:.0%} of the program)")
    print(
        f"  preview without refresh      {preview:6.2f}   ({preview / program:.1f} x the program)"
    )
    print(
        f"  preview with refresh         {refreshed:6.2f}   ({refreshed / preview:.1f} x without)"
    )
    _memory(stack)
    return 0


def _median(run: Callable[[], object]) -> float:
    return statistics.median(_seconds(run) for _ in range(RUNS))


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _python(stack: Stack, *arguments: str) -> None:
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=stack.checkout, env=stack.environment, capture_output=True, check=False
    )
    if done.returncode:
        raise OperateError(f"{' '.join(arguments[:2])}: {done.stderr.decode(errors='replace')}")


def _memory(stack: Stack) -> None:
    docker = Docker(stack)
    prefix = f"obs-{stack.name}-"
    running = docker.run(
        "ps", "--format", "{{.Names}}", "--filter", f"label=observability.stack={stack.name}"
    ).split()
    if not running:
        raise OperateError(f"stack {stack.name} has no running container")
    rows = docker.run("stats", "--no-stream", "--format", "{{json .}}", *running).splitlines()
    used = {row["Name"]: _mib(row["MemUsage"]) for row in map(json.loads, rows)}
    print("memory of the running containers, in MiB (page cache not counted)")
    for name, mib in sorted(used.items(), key=lambda item: -item[1]):
        print(f"  {name.removeprefix(prefix):<28} {mib:6.0f}")
    print(f"  {'all':<28} {sum(used.values()):6.0f}")


def _mib(usage: str) -> float:
    """The first number of docker's `12.5MiB / 512MiB`."""
    text = usage.partition("/")[0].strip()
    for unit, factor in UNITS.items():
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return float(text.removesuffix("B")) / 1024**2
