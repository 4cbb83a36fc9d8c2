"""Reductions, arg reductions and cumulative ops: NumPy in f64 (rounded once), PyTorch for norms and logsumexp."""

import numpy as np
import torch

from record import DTYPES, INTS, bools, case, edges, floats, ints

_TORCH = f"PyTorch {torch.__version__.split('+')[0]} in f64"
_AXES = [(None, False), ([0], False), ([-1], True), ([1], False), ([0, 2], False), ([2, 0], True), ([0, 1, 2], True)]


def _attrs(axis, keepdims):
    attrs = {} if axis is None else {"axis": axis}
    return {**attrs, "keepdims": True} if keepdims else attrs


def _axis(axis):
    return None if axis is None else tuple(axis)


def _float_reductions():
    functions = {
        "sum": np.sum, "prod": np.prod, "mean": np.mean, "max": np.max, "min": np.min,
        "variance": np.var, "std": np.std,
        "logsumexp": lambda x, axis, keepdims: torch.logsumexp(torch.from_numpy(x), tuple(range(x.ndim)) if axis is None else axis, keepdims).numpy(),
    }
    for name, function in functions.items():
        source = _TORCH if name == "logsumexp" else "NumPy in f64"
        for dtype, rtol in (("f32", 2e-6), ("f64", 4e-15), ("f16", 2e-3), ("bf16", 1.6e-2)):
            for i, (axis, keepdims) in enumerate(_AXES):
                x = floats([3, 5, 4], -2, 2, dtype, i)
                wanted = np.asarray(function(x.astype(np.float64), axis=_axis(axis), keepdims=keepdims)).astype(x.dtype)
                case(name, [x], wanted, _attrs(axis, keepdims), source, rtol=rtol, atol=rtol)
            x = floats([333], -2, 2, dtype)
            if name == "prod":
                x = 1 + x / 100
            case(name, [x], np.asarray(function(x.astype(np.float64), axis=None, keepdims=False)).astype(x.dtype), {}, source, rtol=4 * rtol, atol=20 * rtol)
            x = floats([23, 41], -2, 2, dtype)
            if name != "prod":
                for axis in (0, 1):
                    wanted = np.asarray(function(x.astype(np.float64), axis=(axis,), keepdims=False)).astype(x.dtype)
                    case(name, [x], wanted, {"axis": [axis]}, source, rtol=4 * rtol, atol=8 * rtol)
            case(name, [x[:1, :1]], np.asarray(function(x[:1, :1].astype(np.float64), axis=(1,), keepdims=False)).astype(x.dtype), {"axis": [1]}, source, rtol=rtol, atol=rtol)
    for dtype in ("f32", "f64"):
        empty = np.zeros([0, 3], DTYPES[dtype])
        case("sum", [empty], np.sum(empty, 0), {"axis": [0]})
        case("prod", [empty], np.prod(empty, 0), {"axis": [0]})
        case("sum", [empty], np.sum(empty, 1), {"axis": [1]})
        case("max", [empty], np.max(empty, 1), {"axis": [1]})
        case("mean", [empty], np.full([3], np.nan, DTYPES[dtype]), {"axis": [0]})
        x = np.array([[1, np.nan, 2], [np.inf, 0, 3], [-np.inf, np.inf, 1], [-0.0, 0.0, -5]], DTYPES[dtype])
        for name in ("sum", "max", "min", "prod"):
            case(name, [x], getattr(np, name)(x, 1), {"axis": [1]})
        x = np.array([[1000.0, 1000.0], [-1000.0, -1001.0], [-np.inf, -np.inf], [np.inf, 1.0], [-np.inf, 2.0]], DTYPES[dtype])
        case("logsumexp", [x], torch.logsumexp(torch.from_numpy(x.astype(np.float64)), 1).numpy().astype(x.dtype), {"axis": [1]}, _TORCH, rtol=1e-6)
    x = floats([5, 8], -2, 2, "f32")
    for name, function in (("variance", np.var), ("std", np.std)):
        case(name, [x], function(x.astype(np.float64), 1, ddof=1).astype(np.float32), {"axis": [1], "ddof": 1}, "NumPy in f64", rtol=2e-6)
    far = floats([64], 9999.5, 10000.5, "f32")
    case("variance", [far], np.asarray(np.var(far.astype(np.float64))).astype(np.float32), {}, "NumPy in f64", rtol=1e-4)
    for ord in (1.0, 2.0, 3.0, np.inf):
        for dtype, rtol in (("f32", 3e-6), ("f64", 8e-15), ("f16", 2e-3), ("bf16", 1.6e-2)):
            for axis, keepdims in _AXES[:5]:
                if ord == np.inf:
                    continue
                x = floats([3, 5, 4], -2, 2, dtype)
                wanted = torch.linalg.vector_norm(torch.from_numpy(x.astype(np.float64)), ord, None if axis is None else tuple(axis), keepdims)
                case("norm", [x], wanted.numpy().astype(x.dtype), {"ord": ord, **_attrs(axis, keepdims)}, _TORCH, rtol=rtol)


def _whole_reductions():
    for dtype in ("i32", "i64", "u32", "u64"):
        x = ints([3, 4, 5], -9, 9, dtype)
        for axis, keepdims in _AXES:
            for name in ("sum", "max", "min"):
                case(name, [x], getattr(np, name)(x, axis=_axis(axis), keepdims=keepdims, **({"dtype": x.dtype} if name == "sum" else {})), _attrs(axis, keepdims))
        x = ints([3, 4], -4, 4, dtype)
        case("prod", [x], np.prod(x, axis=1, dtype=x.dtype), {"axis": [1]})
    for dtype in ("i8", "i16", "u8", "u16"):
        x = ints([3, 4], -100, 100, dtype)
        case("sum", [x], np.sum(x, axis=0, dtype=np.int32 if dtype[0] == "i" else np.uint32), {"axis": [0]})
        for name in ("max", "min"):
            case(name, [x], getattr(np, name)(x, axis=0), {"axis": [0]})
    case("sum", [bools([4, 5])], np.sum(bools([4, 5]), axis=1, dtype=np.int32), {"axis": [1]})
    for dtype in ("i32", "u8"):
        x = ints([3, 4], -9, 10, dtype)
        case("mean", [x], np.mean(x.astype(np.float64), axis=1).astype(np.float32), {"axis": [1]}, rtol=1e-6)
    for name in ("any", "all"):
        for axis, keepdims in _AXES:
            x = bools([3, 5, 4])
            case(name, [x], getattr(np, name)(x, axis=_axis(axis), keepdims=keepdims), _attrs(axis, keepdims))
        case(name, [np.zeros([0, 3], bool)], getattr(np, name)(np.zeros([0, 3], bool), axis=0), {"axis": [0]})
        x = np.ones([2, 9], bool)
        case(name, [x], getattr(np, name)(x, axis=1), {"axis": [1]})


def _arg_reductions():
    for name in ("argmax", "argmin"):
        function = getattr(np, name)
        for dtype in ("f32", "f64", "f16", "bf16", *INTS):
            x = floats([3, 5, 4], dtype=dtype) if "f" in dtype else ints([3, 5, 4], -4, 5, dtype)
            for axis in (None, 0, 1, -1):
                attrs = {} if axis is None else {"axis": axis}
                case(name, [x], function(x, axis).astype(np.int32), attrs)
            case(name, [x], function(x, 1, keepdims=True).astype(np.int32), {"axis": 1, "keepdims": True})
        x = np.array([[1, 1, 0], [0, 2, 2], [np.nan, 3, np.nan], [5, np.nan, 9]], np.float32)
        case(name, [x], function(x, 1).astype(np.int32), {"axis": 1})
        case(name, [bools([2, 5])], function(bools([2, 5]), 1).astype(np.int32), {"axis": 1})


def _shifted(x, axis, start):
    """`x` moved one place along `axis`, with `start` in front."""
    moved = np.roll(x, 1, axis)
    first = [slice(None)] * x.ndim
    first[axis] = 0
    moved[tuple(first)] = start
    return moved


def _cumulative():
    functions = {"cumsum": (np.cumsum, 0), "cumprod": (np.cumprod, 1), "cummax": (np.maximum.accumulate, None), "cummin": (np.minimum.accumulate, None)}
    for name, (function, start) in functions.items():
        for dtype, rtol in (("f32", 3e-6), ("f64", 6e-15), ("f16", 4e-3), ("bf16", 3e-2), *((name, 0) for name in ("i32", "i64", "u32", "u64"))):
            x = floats([4, 6], -2, 2, dtype) if "f" in dtype else ints([4, 6], -3, 4, dtype)
            wide = x.astype(np.float64) if "f" in dtype and dtype != "f64" else x
            for axis in (0, 1, -1):
                for reverse in (False, True):
                    turned = np.flip(wide, axis) if reverse else wide
                    attrs = {"axis": axis, **({"reverse": True} if reverse else {})}
                    back = lambda y: (np.flip(y, axis) if reverse else y).astype(x.dtype)  # noqa: E731
                    case(name, [x], back(function(turned, axis=axis)), attrs, rtol=rtol, atol=rtol)
                    if start is not None:
                        exclusive = function(_shifted(turned, axis, start), axis=axis)
                        case(name, [x], back(exclusive), {**attrs, "exclusive": True}, rtol=rtol, atol=rtol)
        x = np.array([1, np.nan, 3, 0], np.float32)
        case(name, [x], function(x))
        case(name, [np.zeros([0, 2], np.float32)], np.zeros([0, 2], np.float32), {"axis": 0})
        case(name, [floats([1])], floats([1]), {"axis": 0})
    x = floats([1000], -1, 1)
    case("cumsum", [x], np.cumsum(x.astype(np.float64)).astype(np.float32), {"axis": 0}, "NumPy in f64", rtol=1e-5, atol=1e-4)


def make():
    _float_reductions()
    _whole_reductions()
    _arg_reductions()
    _cumulative()
    case("max", [edges("f32")[:4]], np.max(edges("f32")[:4]))
