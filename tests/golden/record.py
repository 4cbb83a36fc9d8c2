"""Collects golden cases and writes them, one file an op.

A case is `{source, attrs, inputs, outputs, rtol, atol}` and sometimes `bits: true` (the sign of a zero counts). An input that is
left out is null. Arrays are `{dtype, shape, data}` with the data flat in row-major order; NaN and infinities are text. `outputs`
may end before the op's outputs do: what the independent program does not give is not judged.
"""

import json
import os

import ml_dtypes
import numpy as np

bfloat16 = ml_dtypes.bfloat16
_NAMES = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16", "bool": "bool"}
_NAMES.update({f"{prefix}int{bits}": f"{letter}{bits}" for prefix, letter in (("", "i"), ("u", "u")) for bits in (8, 16, 32, 64)})
DTYPES = {short: (bfloat16 if long == "bfloat16" else np.dtype(long).type) for long, short in _NAMES.items()}
INTS = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]

# What a correct kernel may differ by: two roundings in the dtype, more where sums are involved (each case can say so).
_RTOL = {"f32": 2.5e-7, "f64": 4.5e-16, "f16": 1e-3, "bf16": 8e-3}

_cases = {}


def _number(x):
    if isinstance(x, float):
        if x != x:
            return "nan"
        if x in (float("inf"), float("-inf")):
            return "inf" if x > 0 else "-inf"
    return x


def _array(a):
    a = np.asarray(a)
    dtype = _NAMES[a.dtype.name]
    flat = a.reshape(-1)
    if dtype == "f32":
        # The shortest text that reads back as the same f32.
        data = [_number(float(str(x))) for x in flat]
    elif dtype in ("f16", "bf16"):
        data = [_number(float(x)) for x in flat.astype(np.float32)]
    else:
        data = [_number(x) for x in flat.tolist()]
    return {"dtype": dtype, "shape": list(a.shape), "data": data}


def case(op, inputs, outputs, attrs=None, source="NumPy", rtol=None, atol=0.0, bits=False):
    """Adds one case. `outputs` is an array or a list of arrays; the tolerance is that of the first float output's dtype."""
    outputs = [_array(o) for o in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
    if rtol is None:
        rtol = max([_RTOL.get(o["dtype"], 0.0) for o in outputs] or [0.0])
    entry = {
        "source": source,
        "attrs": attrs or {},
        "inputs": [None if i is None else _array(i) for i in inputs],
        "outputs": outputs,
        "rtol": rtol,
        "atol": atol,
    }
    if bits:
        entry["bits"] = True
    _cases.setdefault(op, []).append(entry)


def write(folder):
    """Writes `<op>.json` for every op that has cases; returns (ops, cases, bytes)."""
    size = 0
    for op, cases in sorted(_cases.items()):
        lines = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in cases)
        text = f'{{"op":"{op}","cases":[\n{lines}\n]}}\n'
        with open(os.path.join(folder, f"{op}.json"), "w") as file:
            file.write(text)
        size += len(text)
    return len(_cases), sum(map(len, _cases.values())), size


def rng(seed=0):
    return np.random.default_rng(seed)


def floats(shape, low=-3.0, high=3.0, dtype="f32", seed=0):
    """Uniform numbers that are exact in `dtype`."""
    return rng(seed).uniform(low, high, shape).astype(DTYPES[dtype])


def ints(shape, low=-9, high=10, dtype="i32", seed=0):
    info = np.iinfo(DTYPES[dtype])
    return rng(seed).integers(max(low, info.min), min(high, info.max), shape).astype(DTYPES[dtype])


def bools(shape, seed=0):
    return rng(seed).integers(0, 2, shape).astype(bool)


def edges(dtype="f32"):
    """Zeros, infinities, NaN, extremes and subnormals of a float dtype."""
    info = ml_dtypes.finfo(DTYPES[dtype])
    values = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, float(info.max), float(info.min), float(info.tiny), float(info.smallest_subnormal),
              -float(info.smallest_subnormal), 0.5, -0.5, 2.5, -2.5, float(info.eps)]
    return np.array(values).astype(DTYPES[dtype])


def pairs(values):
    """All ordered pairs of a vector's values, as two vectors."""
    a, b = np.meshgrid(values, values, indexing="ij")
    return a.reshape(-1), b.reshape(-1)
