"""Unary maths: mpmath at 60 digits, rounded once; NumPy for rounding, tests and integers."""

import math

import mpmath
import numpy as np

from record import DTYPES, INTS, bfloat16, bools, case, edges, floats, ints

mpmath.mp.dps = 60
mp = mpmath.mp

# name: (function of mpf, ranges of arguments, ulps that a kernel may miss the rounded value by)
_EVERYWHERE = [(-3, 3), (-40, 40)]
_FUNCTIONS = {
    "reciprocal": (lambda x: 1 / x, _EVERYWHERE, 2),
    "sqrt": (mp.sqrt, [(0, 4), (0, 1e6)], 2),
    "rsqrt": (lambda x: 1 / mp.sqrt(x), [(0.01, 4), (1, 1e6)], 2),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), [(-4, 4), (-1e6, 1e6)], 8),
    "exp": (mp.exp, [(-3, 3), (-80, 80)], 2),
    "exp2": (lambda x: mpmath.mpf(2) ** x, [(-3, 3), (-120, 120)], 2),
    "expm1": (mp.expm1, [(-3, 3), (-1e-4, 1e-4), (-80, 80)], 2),
    "log": (mp.log, [(0.01, 4), (0.9, 1.1), (1e-30, 1e30)], 2),
    "log2": (lambda x: mp.log(x, 2), [(0.01, 4), (0.9, 1.1), (1e-30, 1e30)], 2),
    "log10": (mp.log10, [(0.01, 4), (0.9, 1.1), (1e-30, 1e30)], 8),
    "log1p": (mp.log1p, [(-0.99, 3), (-1e-4, 1e-4), (1, 1e10)], 2),
    "sin": (mp.sin, [(-3, 3), (-100, 100)], 2),
    "cos": (mp.cos, [(-3, 3), (-100, 100)], 2),
    "tan": (mp.tan, [(-1.5, 1.5), (-100, 100)], 8),
    "asin": (mp.asin, [(-1, 1), (-1e-3, 1e-3)], 8),
    "acos": (mp.acos, [(-1, 1), (-1e-3, 1e-3)], 8),
    "atan": (mp.atan, [(-3, 3), (-1e4, 1e4)], 8),
    "sinh": (mp.sinh, [(-3, 3), (-80, 80), (-1e-3, 1e-3)], 8),
    "cosh": (mp.cosh, [(-3, 3), (-80, 80)], 8),
    "tanh": (mp.tanh, [(-3, 3), (-20, 20), (-1e-3, 1e-3)], 2),
    "asinh": (mp.asinh, [(-3, 3), (-1e4, 1e4), (-1e-3, 1e-3)], 8),
    "acosh": (mp.acosh, [(1, 4), (1, 1e4)], 8),
    "atanh": (mp.atanh, [(-0.99, 0.99), (-1e-3, 1e-3)], 8),
    "erf": (mp.erf, [(-3, 3), (-6, 6), (-1e-3, 1e-3)], 8),
    "erfc": (mp.erfc, [(-3, 3), (-6, 9)], 8),
    "erfinv": (mp.erfinv, [(-0.95, 0.95), (-0.9999, 0.9999), (-1e-3, 1e-3)], 8),
    "lgamma": (lambda x: mp.log(abs(mp.gamma(x))), [(0.1, 10), (1, 100), (-4.9, -0.1)], 8),
    "digamma": (mp.digamma, [(0.1, 10), (1, 100), (-4.9, -0.1)], 8),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), [(-3, 3), (-80, 80)], 2),
}

# What the functions give at 0, -0, inf, -inf, NaN, beside mpmath's finite values: IEEE 754 and C's rules.
_SPECIAL = {
    "reciprocal": [math.inf, -math.inf, 0.0, -0.0], "sqrt": [0.0, -0.0, math.inf, math.nan], "rsqrt": [math.inf, -math.inf, 0.0, math.nan],
    "cbrt": [0.0, -0.0, math.inf, -math.inf], "exp": [1, 1, math.inf, 0.0], "exp2": [1, 1, math.inf, 0.0], "expm1": [0.0, -0.0, math.inf, -1],
    "log": [-math.inf, -math.inf, math.inf, math.nan], "log2": [-math.inf, -math.inf, math.inf, math.nan],
    "log10": [-math.inf, -math.inf, math.inf, math.nan], "log1p": [0.0, -0.0, math.inf, math.nan], "sin": [0.0, -0.0, math.nan, math.nan],
    "cos": [1, 1, math.nan, math.nan], "tan": [0.0, -0.0, math.nan, math.nan], "asin": [0.0, -0.0, math.nan, math.nan],
    "acos": [math.pi / 2, math.pi / 2, math.nan, math.nan], "atan": [0.0, -0.0, math.pi / 2, -math.pi / 2],
    "sinh": [0.0, -0.0, math.inf, -math.inf], "cosh": [1, 1, math.inf, math.inf], "tanh": [0.0, -0.0, 1, -1],
    "asinh": [0.0, -0.0, math.inf, -math.inf], "acosh": [math.nan, math.nan, math.inf, math.nan], "atanh": [0.0, -0.0, math.nan, math.nan],
    "erf": [0.0, -0.0, 1, -1], "erfc": [1, 1, 0.0, 2], "erfinv": [0.0, -0.0, math.nan, math.nan],
    "lgamma": [math.inf, math.inf, math.inf, math.inf], "digamma": [-math.inf, math.inf, math.inf, math.nan], "sigmoid": [0.5, 0.5, 1, 0.0],
}

_EPS = {"f32": 2.0**-23, "f64": 2.0**-52, "f16": 2.0**-10, "bf16": 2.0**-7}
# Where a result is near a zero of the function that is not at zero, only the absolute error is small.
_ATOL = {"lgamma": 2.0, "digamma": 2.0, "sin": 1e-3, "cos": 1e-3, "tan": 1e-3}


def _rounded(function, x, dtype):
    """The function's values, each rounded once to `dtype` (through f64 for the narrow ones)."""
    values = []
    for v in x.astype(np.float64):
        y = function(mpmath.mpf(float(v)))
        values.append(float(mp.re(y)))
    return np.array(values, dtype=np.float64).astype(DTYPES[dtype])


def _functions():
    for name, (function, ranges, ulps) in _FUNCTIONS.items():
        for dtype in ("f32", "f64"):
            atol = _ATOL.get(name, 0) * _EPS[dtype] * ulps
            for i, (low, high) in enumerate(ranges):
                x = floats([33], low, high, dtype, seed=i)
                case(name, [x], _rounded(function, x, dtype), source=f"mpmath {mpmath.__version__}", rtol=ulps * _EPS[dtype], atol=atol)
            x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan]).astype(DTYPES[dtype])
            special = np.array(_SPECIAL[name] + [np.nan]).astype(DTYPES[dtype])
            case(name, [x], special, source="IEEE 754 and C, annex F" if name != "digamma" else "SciPy", rtol=ulps * _EPS[dtype], bits=name not in ("reciprocal", "rsqrt"))
        for dtype in ("f16", "bf16"):
            low, high = (max(ranges[0][0], -3), min(ranges[0][1], 3))
            x = floats([17], low, high, dtype, seed=5)
            case(name, [x], _rounded(function, x, dtype), source=f"mpmath {mpmath.__version__}", rtol=2 * _EPS[dtype], atol=_EPS[dtype] * 0.01)
        empty = np.zeros([0, 3], np.float32)
        case(name, [empty], empty)
        x = floats([2, 1, 3], max(ranges[0][0], 0.1), ranges[0][1], seed=9)
        case(name, [x], _rounded(function, x.reshape(-1), "f32").reshape(x.shape), source=f"mpmath {mpmath.__version__}", rtol=ulps * _EPS["f32"],
             atol=_ATOL.get(name, 0) * _EPS["f32"] * ulps)


def _exact():
    for name, function in (("neg", np.negative), ("abs", np.abs)):
        for dtype in ("f32", "f64", "f16"):
            case(name, [edges(dtype)], function(edges(dtype)), bits=True)
        for dtype in INTS:
            x = ints([12], -128, 127, dtype)
            case(name, [x], function(x))
    for dtype in ("f32", "f64"):
        case("sign", [edges(dtype)], np.sign(edges(dtype)))
        x = floats([17], dtype=dtype)
        case("square", [x], np.square(x))
        case("square", [edges(dtype)], np.square(edges(dtype)))
    for dtype in INTS:
        x = ints([9], -100, 100, dtype)
        case("sign", [x], np.sign(x))
        case("square", [x], np.square(x))
    for name, function in (("floor", np.floor), ("ceil", np.ceil), ("trunc", np.trunc), ("rint", np.rint), ("round", np.round)):
        for dtype in ("f32", "f64"):
            x = np.concatenate([edges(dtype), floats([24], -9, 9, dtype), np.arange(-4, 4, dtype=DTYPES[dtype]) + DTYPES[dtype](0.5),
                                np.array([2**23 + 1, -(2**23) - 1, 8388607.5, 1e30, -0.3, 0.3]).astype(DTYPES[dtype])])
            case(name, [x], function(x), bits=True)
    for dtype in ("f32", "f64"):
        x = np.concatenate([floats([24], -900, 900, dtype), np.array([0.25, -0.75, 0.125, 15.0, 25.0, -15.0, 0.0, -0.0, np.inf, np.nan], DTYPES[dtype])])
        for decimals in (1, 2, 3, -1, -2):
            case("round", [x], np.round(x, decimals), {"decimals": decimals}, bits=True)
    for dtype in INTS:
        x = np.concatenate([ints([24], -120, 121, dtype), np.array([0, 5, 15, 25, 35, 45, 50, 55], DTYPES[dtype])])
        for decimals in (0, 2, -1, -2):
            case("round", [x], np.round(x.astype(np.int64), decimals).astype(x.dtype), {"decimals": decimals})
    for name, function in (("isnan", np.isnan), ("isinf", np.isinf), ("isfinite", np.isfinite), ("isposinf", np.isposinf), ("isneginf", np.isneginf), ("signbit", np.signbit)):
        for dtype in ("f32", "f64", "f16"):
            case(name, [edges(dtype)], function(edges(dtype)))
    for dtype in ("f32", "f64"):
        # Near its zeros the sine of a rounded angle loses digits: sizes are those of the numerator.
        x = np.concatenate([floats([24], -4, 4, dtype), np.array([0.0, -0.0, 0.5, 1e-20, np.nan], DTYPES[dtype])])
        case("sinc", [x], np.sinc(x.astype(np.float64)).astype(x.dtype), rtol=8 * _EPS[dtype], atol=4 * _EPS[dtype])
    for dtype in ("f32", "f64", "f16"):
        x = np.concatenate([edges(dtype), floats([24], -9, 9, dtype)])
        case("modf", [x], list(np.modf(x)), rtol=0, bits=True)
        significand, exponent = np.frexp(x)
        case("frexp", [x], [significand, exponent.astype(np.int32)], rtol=0, bits=True)
        # NumPy's spacing of f16 has no sign, and no infinity after the greatest number.
        x = x if dtype != "f16" else np.abs(x[np.isfinite(x) & (x < 60000) & (x > 0)])
        case("spacing", [x], np.spacing(x), rtol=0)
    for dtype in INTS:
        x = np.concatenate([ints([20], -(2**62), 2**62, dtype), np.array([np.iinfo(DTYPES[dtype]).min, np.iinfo(DTYPES[dtype]).max, 0, 1], DTYPES[dtype])])
        case("bitwise_count", [x], np.bitwise_count(x))
    case("bitwise_count", [bools([2, 3])], bools([2, 3]).astype(np.uint8))
    case("nan_to_num", [edges("f64")], np.nan_to_num(edges("f64")))
    case("nan_to_num", [edges("f32")], np.nan_to_num(edges("f32")))
    case("nan_to_num", [edges("f32")], np.nan_to_num(edges("f32"), nan=-1.5, posinf=7.0, neginf=-8.0), {"nan": -1.5, "posinf": 7.0, "neginf": -8.0})
    for name, function in (("deg2rad", np.deg2rad), ("rad2deg", np.rad2deg)):
        for dtype in ("f32", "f64"):
            x = floats([11], -400, 400, dtype)
            case(name, [x], function(x.astype(np.float64)).astype(x.dtype), rtol=4 * _EPS[dtype])
    for dtype in INTS + ["bool"]:
        x = bools([7]) if dtype == "bool" else ints([9], -100, 100, dtype)
        case("bitwise_not", [x], np.invert(x))
    for x in (bools([2, 3]), ints([5], -1, 2), np.array([0.0, -0.0, np.nan, 2.0, np.inf], np.float32)):
        case("logical_not", [x], np.logical_not(x))
    for x in (edges("f32"), ints([2, 2]), bools([3]), np.zeros([0, 2])):
        case("identity", [x], x, bits=True)
        case("stop_gradient", [x], x, bits=True)


def _conversions():
    finite = np.array([0.0, -0.0, 1.5, -1.5, 2.5, 127.9, -100.3, 1e-8], np.float32)
    for target in ["f64", "f16", "bf16", "i8", "i16", "i32", "i64", "bool"]:
        case("cast", [finite], finite.astype(DTYPES[target]), {"dtype": target})
    positive = np.abs(finite)
    for target in ["u8", "u16", "u32", "u64"]:
        case("cast", [positive], positive.astype(DTYPES[target]), {"dtype": target})
    for target in ["f32", "f16", "bf16"]:
        x = np.array([1 / 3, -1e-40, 65504.0, 1 + 2**-30, np.nan, np.inf], np.float64)
        case("cast", [x], x.astype(DTYPES[target]), {"dtype": target}, rtol=0)
    whole = np.array([0, 1, -1, 127, 128, 255, 256, -129, 65535, 65536, 2**31 - 1, -(2**31)], np.int64)
    for target in INTS + ["f32", "f64", "bool"]:
        case("cast", [whole], whole.astype(DTYPES[target]), {"dtype": target}, rtol=0)
    big = np.array([2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 12345678901234567], np.int64)
    for target in ["f64", "f32", "i32", "u64"]:
        case("cast", [big], big.astype(DTYPES[target]), {"dtype": target}, rtol=0)
    for target in ["f32", "i32", "u8"]:
        case("cast", [bools([5])], bools([5]).astype(DTYPES[target]), {"dtype": target})
    for source, target in (("f32", "i32"), ("f32", "u32"), ("f64", "i64"), ("f64", "u64"), ("f16", "i16"), ("f16", "u16")):
        x = np.array([1.0, -2.5, 0.0, -0.0, np.inf], DTYPES[source])
        case("bitcast", [x], x.view(DTYPES[target]), {"dtype": target})
        case("bitcast", [x.view(DTYPES[target])], x, {"dtype": source}, bits=True)
    half = np.array([1.0, -2.5], bfloat16)
    case("bitcast", [half], half.view(np.uint16), {"dtype": "u16"})


def make():
    _functions()
    _exact()
    _conversions()
