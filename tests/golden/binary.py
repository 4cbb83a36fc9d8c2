"""Binary elementwise ops with broadcasting: NumPy and SciPy (in f64, then rounded, for the special functions)."""

import numpy as np
import scipy
import scipy.special

from record import DTYPES, INTS, bools, case, edges, floats, ints, pairs

_SCIPY = f"SciPy {scipy.__version__} in f64"
_SHAPES = [([4, 3], [4, 3]), ([4, 3], [3]), ([2, 1, 3], [5, 1]), ([], [2, 2]), ([1], [1]), ([0, 3], [3]), ([0, 3], [1, 3])]


def _wide(function):
    """The function in f64 (for f32 operands), rounded once."""
    return lambda a, b: function(a.astype(np.float64), b.astype(np.float64)).astype(a.dtype)


def _div_no_nan(a, b):
    return np.where(b == 0, np.zeros_like(a), a / np.where(b == 0, np.ones_like(b), b))


# name: (function, range of a, range of b, integers too, source, rtol in f32, rtol in f64, the sign of zero counts)
_ARITHMETIC = {
    "add": (np.add, (-3, 3), (-3, 3), True, "NumPy", 0, 0, True),
    "sub": (np.subtract, (-3, 3), (-3, 3), True, "NumPy", 0, 0, True),
    "mul": (np.multiply, (-3, 3), (-3, 3), True, "NumPy", 0, 0, True),
    "div": (np.divide, (-3, 3), (-3, 3), False, "NumPy", 0, 0, True),
    "maximum": (np.maximum, (-3, 3), (-3, 3), True, "NumPy", 0, 0, False),
    "minimum": (np.minimum, (-3, 3), (-3, 3), True, "NumPy", 0, 0, False),
    "fmax": (np.fmax, (-3, 3), (-3, 3), True, "NumPy", 0, 0, False),
    "fmin": (np.fmin, (-3, 3), (-3, 3), True, "NumPy", 0, 0, False),
    "heaviside": (np.heaviside, (-3, 3), (-3, 3), False, "NumPy", 0, 0, False),
    "pow": (_wide(np.power), (0.1, 4), (-5, 5), False, "NumPy in f64", 1e-6, 4e-15, False),
    "float_power": (_wide(np.float_power), (0.1, 4), (-5, 5), False, "NumPy in f64", 1e-6, 4e-15, False),
    "atan2": (_wide(np.arctan2), (-3, 3), (-3, 3), False, "NumPy in f64", 1e-6, 2e-15, True),
    "logaddexp": (_wide(np.logaddexp), (-9, 9), (-9, 9), False, "NumPy in f64", 1e-6, 4e-15, False),
    "logaddexp2": (_wide(np.logaddexp2), (-9, 9), (-9, 9), False, "NumPy in f64", 1e-6, 4e-15, False),
    "hypot": (_wide(np.hypot), (-3, 3), (-3, 3), False, "NumPy in f64", 1e-6, 2e-15, False),
    "nextafter": (np.nextafter, (-3, 3), (-3, 3), False, "NumPy", 0, 0, True),
    "copysign": (np.copysign, (-3, 3), (-3, 3), False, "NumPy", 0, 0, True),
    "squared_difference": (lambda a, b: np.square(a - b), (-3, 3), (-3, 3), True, "NumPy", 0, 0, False),
    "xdivy": (lambda a, b: np.where(a == 0, np.zeros_like(a), a / b), (-3, 3), (-3, 3), False, "NumPy, by TensorFlow's definition", 0, 0, False),
    "xlogy": (_wide(scipy.special.xlogy), (-3, 3), (0.1, 3), False, _SCIPY, 1e-6, 2e-15, False),
    "div_no_nan": (_div_no_nan, (-3, 3), (-3, 3), False, "NumPy, by TensorFlow's definition", 0, 0, False),
}


def _arithmetic():
    for name, (function, ra, rb, whole, source, r32, r64, bits) in _ARITHMETIC.items():
        for dtype, rtol in (("f32", r32), ("f64", r64)):
            for i, (sa, sb) in enumerate(_SHAPES):
                a, b = floats(sa, *ra, dtype, seed=i), floats(sb, *rb, dtype, seed=i + 50)
                case(name, [a, b], function(a, b), source=source, rtol=rtol, atol=rtol)
            a, b = pairs(np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -2.5], DTYPES[dtype]))
            case(name, [a, b], function(a, b), source=source, rtol=rtol, bits=bits)
        if whole:
            for dtype in INTS:
                a, b = ints([3, 5], -12, 12, dtype, 1), ints([5], -10, 10, dtype, 2)
                case(name, [a, b], function(a, b), source=source)
            top = np.iinfo(np.int32).max
            a, b = np.array([top, -top - 1, top], np.int32), np.array([1, -1, top], np.int32)
            case(name, [a, b], function(a, b), source=source)
        for dtype in ("f16", "bf16") if name != "nextafter" else ():
            a, b = floats([9], *ra, dtype, 3), floats([9], *rb, dtype, 4)
            wanted = function(a.astype(np.float32), b.astype(np.float32)).astype(a.dtype)
            case(name, [a, b], wanted, source=source, atol=1e-3)
    a, b = np.array([-2.0, -2.0, -8.0, 0.0, 0.0, 2.0], np.float32), np.array([3.0, 2.0, 1 / 3, 0.0, -1.0, 0.5], np.float32)
    case("pow", [a, b], np.power(a.astype(np.float64), b.astype(np.float64)).astype(np.float32), rtol=1e-6)
    a, b = ints([9], -4, 5, "i32", 1), ints([9], -3, 4, "i32", 2)
    case("float_power", [a, b], np.float_power(a, b).astype(np.float32), rtol=1e-6)
    for dtype in ("i32", "i64", "u8"):
        a, b = ints([8], -5, 6, dtype, 1), ints([8], 0, 4, dtype, 2)
        case("pow", [a, b], np.power(a, b))


def _remainders():
    for name, function in (("floor_divide", np.floor_divide), ("remainder", np.remainder), ("fmod", np.fmod)):
        for dtype in ("f32", "f64"):
            a, b = floats([4, 5], -9, 9, dtype), floats([5], -3, 3, dtype, 1)
            case(name, [a, b], function(a, b), atol=1e-6 if dtype == "f32" else 1e-14)
            a, b = pairs(np.array([7.0, -7.0, 2.5, -2.5, 3.0, -3.0], DTYPES[dtype]))
            case(name, [a, b], function(a, b))
        for dtype in INTS:
            a, b = ints([4, 6], -40, 40, dtype), ints([6], 1, 9, dtype, 1)
            if dtype.startswith("i"):
                b = b * np.array([1, -1, 1, -1, 1, -1], b.dtype)
            case(name, [a, b], function(a, b))
        a, b = np.array([5, -5, 0], np.int32), np.zeros(3, np.int32)
        case(name, [a, b], function(a, b))
    for dtype in INTS:
        a, b = ints([4, 6], -40, 40, dtype), ints([6], 1, 9, dtype, 1)
        if dtype.startswith("i"):
            b = b * np.array([1, -1, 1, -1, 1, -1], b.dtype)
        case("trunc_divide", [a, b], np.trunc(a.astype(np.float64) / b).astype(a.dtype), source="NumPy in f64")


def _divisors():
    for name, function in (("gcd", np.gcd), ("lcm", np.lcm)):
        for dtype in INTS:
            a, b = ints([6, 5], -60, 61, dtype, 1), ints([5], -40, 41, dtype, 2)
            case(name, [a, b], function(a, b))
            info = np.iinfo(DTYPES[dtype])
            a, b = pairs(np.array([0, 1, 12, 64, 97, info.max, info.max - 1, info.min], DTYPES[dtype]))
            if name == "gcd":
                case(name, [a, b], function(a, b))
            a, b = pairs(np.array([0, 1, 2, 3, 6, 9], DTYPES[dtype]))
            case(name, [a, b], function(a, b))
        case(name, [np.zeros([0, 2], np.int32), np.zeros([2], np.int32)], np.zeros([0, 2], np.int32))
    a, b = np.array([2**31 - 1, 2**30, -(2**31)], np.int32), np.array([2**31 - 2, 3, 3], np.int32)
    case("lcm", [a, b], np.lcm(a, b))
    for dtype in ("f32", "f64", "f16"):
        a, b = floats([4, 5], -9, 9, dtype), floats([5], -3, 3, dtype, 1)
        case("divmod", [a, b], list(np.divmod(a, b)), atol={"f32": 1e-6, "f64": 1e-14, "f16": 1e-2}[dtype])
        a, b = pairs(np.array([7.0, -7.0, 2.5, -2.5, 3.0, -3.0], DTYPES[dtype]))
        case("divmod", [a, b], list(np.divmod(a, b)))
    for dtype in INTS:
        a, b = ints([4, 6], -40, 40, dtype), ints([6], 1, 9, dtype, 1)
        if dtype.startswith("i"):
            b = b * np.array([1, -1, 1, -1, 1, -1], b.dtype)
        case("divmod", [a, b], list(np.divmod(a, b)))
    a, b = np.array([5, -5, 0], np.int32), np.zeros(3, np.int32)
    case("divmod", [a, b], list(np.divmod(a, b)))


def _exponents():
    for dtype in ("f32", "f64", "f16"):
        for exponents in ("i8", "i32", "i64", "u8"):
            x, n = floats([4, 6], -3, 3, dtype), ints([6], -12, 13, exponents, 1)
            case("ldexp", [x, n], np.ldexp(x, n.astype(np.int64)), bits=True)
        # To the ends of the range and into the subnormal numbers, where results are rounded.
        x, n = edges(dtype), np.array([-2200, -1100, -1030, -160, -140, -30, -20, -9, -1, 0, 1, 9, 20, 140, 300, 1100, 2200], np.int32)
        x, n = (v.reshape(-1) for v in np.meshgrid(np.concatenate([x, DTYPES[dtype]([1.75, 1.9990234375, -1.2001953125])]), n, indexing="ij"))
        case("ldexp", [x, n], np.ldexp(x, n), bits=True)
    for exponents in ("i32", "i64"):
        n = np.array([np.iinfo(DTYPES[exponents]).min, np.iinfo(DTYPES[exponents]).max], DTYPES[exponents])
        case("ldexp", [np.array([1.5, 1.5], np.float32), n], np.array([0.0, np.inf], np.float32), source="IEEE 754")
    half = floats([5], -3, 3, "bf16")
    case("ldexp", [half, np.array([3, -2, 0, 9, -9], np.int32)], np.ldexp(half.astype(np.float32), [3, -2, 0, 9, -9]).astype(half.dtype), bits=True)


def _nearness():
    for name, function in (("isclose", np.isclose), ("allclose", np.allclose)):
        for dtype in ("f32", "f64"):
            a = floats([4, 3], -3, 3, dtype)
            b = a * (1 + floats([4, 3], -2e-5, 2e-5, dtype, 1))
            for attrs in ({}, {"rtol": 2e-5}, {"rtol": 0.0, "atol": 1e-5}, {"rtol": 1e-4}):
                case(name, [a, b], np.asarray(function(a, b, **attrs)), attrs)
            case(name, [a, floats([3], -3, 3, dtype, 2)], np.asarray(function(a, floats([3], -3, 3, dtype, 2), atol=1.0)), {"atol": 1.0})
            a, b = pairs(np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -2.5], DTYPES[dtype]))
            for equal in (False, True):
                case(name, [a, b], np.asarray(function(a, b, equal_nan=equal)), {"equal_nan": equal})
            same = np.array([np.inf, np.nan, 1.0], DTYPES[dtype])
            case(name, [same, same], np.asarray(function(same, same, equal_nan=True)), {"equal_nan": True})
        a, b = ints([6], -1, 3), ints([6], -1, 3, seed=1)
        case(name, [a, b], np.asarray(function(a, b)))
        empty = np.zeros([0, 2], np.float32)
        case(name, [empty, empty], np.asarray(function(empty, empty)))


def _equality():
    for dtype in ("f32", "f64", "i32", "i64", "u8"):
        a = ints([2, 3], 0, 4, dtype) if dtype in INTS else floats([2, 3], dtype=dtype)
        other = a.copy()
        other[1, 2] += 1
        for b in (a, other, a[:1], a[0], a.reshape(3, 2)):
            case("array_equal", [a, b], np.asarray(np.array_equal(a, b)))
    x = np.array([0.0, np.nan, np.inf], np.float32)
    for b in (x, -x):
        for equal in (False, True):
            case("array_equal", [x, b], np.asarray(np.array_equal(x, b, equal_nan=equal)), {"equal_nan": equal})
    empty = np.zeros([0, 2], np.float32)
    case("array_equal", [empty, empty], np.asarray(True))


def _comparisons():
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        function = getattr(np, name)
        for dtype in ("f32", "f64", "f16"):
            a, b = pairs(np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -2.5], DTYPES[dtype]))
            case(name, [a, b], function(a, b))
        for dtype in INTS:
            a, b = ints([3, 4], -2, 3, dtype), ints([4], -2, 3, dtype, 1)
            case(name, [a, b], function(a, b))
        big = np.array([2**53, 2**53 + 1], np.int64)
        case(name, [big, big[::-1].copy()], function(big, big[::-1]))
        case(name, [bools([2, 3]), bools([3], 1)], function(bools([2, 3]), bools([3], 1)))
        case(name, [np.zeros([0, 2], np.float32), np.zeros([2], np.float32)], np.zeros([0, 2], bool))


def _logic():
    for name in ("logical_and", "logical_or", "logical_xor"):
        function = getattr(np, name)
        case(name, [bools([3, 4]), bools([4], 1)], function(bools([3, 4]), bools([4], 1)))
        a, b = pairs(np.array([0.0, -0.0, np.nan, 2.0], np.float32))
        case(name, [a, b], function(a, b))
        a, b = ints([6], -1, 2), ints([6], -1, 2, seed=1)
        case(name, [a, b], function(a, b))
    for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        function = getattr(np, name)
        for dtype in INTS:
            a, b = ints([3, 5], -120, 120, dtype), ints([5], -120, 120, dtype, 1)
            case(name, [a, b], function(a, b))
        case(name, [bools([5]), bools([5], 1)], function(bools([5]), bools([5], 1)))
    for name in ("left_shift", "right_shift"):
        for dtype in INTS:
            a, b = ints([3, 5], -100, 100, dtype), ints([5], 0, 7, dtype, 1)
            case(name, [a, b], getattr(np, name)(a, b))


def _choice():
    for dtype in ("f32", "f64", "i32", "i64", "u8"):
        a, b = (floats([4, 3], dtype=dtype), floats([3], dtype=dtype, seed=1)) if dtype.startswith("f") else (ints([4, 3], dtype=dtype), ints([3], dtype=dtype, seed=1))
        condition = bools([4, 1])
        case("where", [condition, a, b], np.where(condition, a, b))
    case("where", [bools([3]), edges("f32")[:3], edges("f32")[2:5]], np.where(bools([3]), edges("f32")[:3], edges("f32")[2:5]), bits=True)
    case("where", [bools([2, 2]), bools([2, 2], 1), bools([2, 2], 2)], np.where(bools([2, 2]), bools([2, 2], 1), bools([2, 2], 2)))
    for dtype in ("f32", "f64"):
        x = np.concatenate([floats([12], dtype=dtype), edges(dtype)])
        case("clip", [x], np.clip(x, -1, 1.5), {"min": -1.0, "max": 1.5})
        case("clip", [x], np.maximum(x, DTYPES[dtype](0.25)), {"min": 0.25})
        case("clip", [x], np.minimum(x, DTYPES[dtype](0.25)), {"max": 0.25})
    x = ints([2, 6], -9, 9)
    case("clip", [x], np.clip(x, -3, 4), {"min": -3.0, "max": 4.0})


def make():
    _arithmetic()
    _remainders()
    _divisors()
    _exponents()
    _nearness()
    _equality()
    _comparisons()
    _logic()
    _choice()
