"""How a peer is run: one measurement from the command line, or many on request over standard input.

A workload gives `case(params)`, which builds what `params` ask for and returns `(step, value, unit)`: a function without
arguments that does one call of the work, and one that turns the median seconds of a call into the figure. With `--serve`
the process says `{"ready": true}`, then answers each line `{"params": {...}, "seconds": s}` with one line of JSON, so that
several programs can take turns while none of them starts anew.
"""

import argparse
import json
import os
import statistics
import sys
import time

WARM_CALLS = 3


def parser(description, frameworks, modes):
    """The flags that all peers share; a workload adds its own (each is a parameter of a case)."""
    flags = argparse.ArgumentParser(description=description)
    flags.add_argument("--framework", choices=frameworks, required=True)
    flags.add_argument("--mode", choices=modes, default=modes[0])
    flags.add_argument("--threads", type=int, default=1)
    flags.add_argument("--seconds", type=float, default=2.0, help="how long to measure")
    flags.add_argument("--serve", action="store_true", help="answer requests on standard input")
    flags.add_argument("--json", action="store_true", help="print one line of JSON (a bare figure otherwise)")
    return flags


def limit_threads(threads):
    """Tells every numeric library how many threads to use; call before importing one."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(threads)
    os.environ["TF_NUM_INTEROP_THREADS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = ""


def time_calls(step, seconds):
    """Seconds of each call, for at least `seconds` and at least three calls."""
    calls = []
    end = time.perf_counter() + seconds
    while len(calls) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        calls.append(time.perf_counter() - start)
    return calls


class _Cases:
    """Cases by their parameters, each built and warmed up once."""

    def __init__(self, case):
        self._case, self._built = case, {}

    def measure(self, params, seconds):
        key = json.dumps(params, sort_keys=True)
        if key not in self._built:
            self._built[key] = self._case(params)
            for _ in range(WARM_CALLS):
                self._built[key][0]()
        step, value, unit = self._built[key]
        if seconds <= 0:
            return {"warm": True}
        calls = time_calls(step, seconds)
        return {"value": value(statistics.median(calls)), "unit": unit, "calls": len(calls), "best": value(min(calls))}


def main(args, params, case):
    """Runs a workload as the flags in `args` say. `params` are the case's parameters when not serving."""
    # Libraries that print to standard output must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def say(value):
        answers.write(json.dumps(value) + "\n")

    cases = _Cases(case)
    about = {"framework": args.framework, "mode": args.mode, "threads": args.threads}
    if not args.serve:
        result = cases.measure(params, args.seconds)
        if args.json:
            say({**about, "params": params, **result})
        else:
            answers.write(f"{result['value']:.6g} {result['unit']}\n")
        return
    say({"ready": True, **about})
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            request = json.loads(line)
            say(cases.measure(request.get("params", params), request.get("seconds", args.seconds)))
        except Exception as error:  # the orchestrator decides what a failed peer means
            say({"error": f"{type(error).__name__}: {error}"})
