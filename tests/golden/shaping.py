"""Ops that move elements without looking at them: NumPy."""

import numpy as np

from record import DTYPES, INTS, bools, case, floats, ints


def _kinds(shape):
    """The same shape in every dtype."""
    return [floats(shape), floats(shape, dtype="f64"), ints(shape, dtype="i32"), ints(shape, dtype="i64"), ints(shape, 0, 9, "u8"),
            floats(shape, dtype="f16"), floats(shape, dtype="bf16"), *(ints(shape, 0, 9, d) for d in ("i8", "i16", "u16", "u32", "u64")), bools(shape)]


def _views():
    for x in _kinds([2, 3, 4]):
        for shape in ([6, 4], [24], [4, 1, 6], [2, 3, 4]):
            case("reshape", [x], x.reshape(shape), {"shape": shape})
        case("transpose", [x], x.T)
        for axes in ([0, 2, 1], [2, 0, 1], [-1, 0, 1], [0, 1, 2]):
            case("transpose", [x], np.transpose(x, axes), {"axes": axes})
    case("reshape", [np.zeros([0, 3])], np.zeros([3, 0]), {"shape": [3, 0]})
    case("reshape", [np.float32(3)], np.full([1, 1], 3, np.float32), {"shape": [1, 1]})
    case("transpose", [np.float32(3)], np.float32(3))
    x = floats([2, 3])
    for axis in (0, 1, 2, -1):
        case("expand_dims", [x], np.expand_dims(x, axis), {"axis": [axis]})
    case("expand_dims", [x], np.expand_dims(x, (0, 3)), {"axis": [0, 3]})
    x = floats([1, 3, 1, 2])
    case("squeeze", [x], np.squeeze(x))
    case("squeeze", [x], np.squeeze(x, 0), {"axis": [0]})
    case("squeeze", [x], np.squeeze(x, (0, 2)), {"axis": [0, -2]})
    for x, shape in ((floats([3]), [2, 3]), (floats([2, 1]), [2, 4]), (np.float32(2), [2, 2]), (ints([1, 3]), [4, 2, 3]), (bools([2, 1]), [2, 0])):
        case("broadcast_to", [x], np.broadcast_to(x, shape), {"shape": shape})
    for x in _kinds([4, 5, 3]):
        case("slice", [x], x[1:3, 0:5, 2:3], {"begin": [1, 0, 2], "size": [2, 5, 1]})
        case("slice", [x], x[2:, 1:, :], {"begin": [2, 1, 0], "size": [-1, -1, -1]})
        case("strided_slice", [x], x[0:4:2, 1:5:3, :], {"begin": [0, 1, 0], "end": [4, 5, 3], "strides": [2, 3, 1]})
        case("strided_slice", [x], x[::-1, 3:0:-2, 0:2], {"begin": [3, 3, 0], "end": [-(2**31), 0, 2], "strides": [-1, -2, 1]})
        case("flip", [x], np.flip(x))
        case("flip", [x], np.flip(x, 1), {"axis": [1]})
        case("flip", [x], np.flip(x, (0, 2)), {"axis": [0, -1]})
        case("roll", [x], np.roll(x, 7), {"shift": [7]})
        case("roll", [x], np.roll(x, -2, 1), {"shift": [-2], "axis": [1]})
        case("roll", [x], np.roll(x, (1, -1), (0, 2)), {"shift": [1, -1], "axis": [0, 2]})
    x = floats([5])
    case("slice", [x], x[2:2], {"begin": [2], "size": [0]})
    case("strided_slice", [x], x[-3:-1], {"begin": [-3], "end": [-1]})
    case("strided_slice", [x], x[1:], {"begin": [1], "end": [2**31]})


def _joins():
    for dtype in ("f32", "f64", "f16", "bf16", *INTS):
        make = (lambda s, n: floats(s, dtype=dtype, seed=n)) if "f" in dtype else (lambda s, n: ints(s, dtype=dtype, seed=n))
        a, b, c = make([2, 3], 1), make([4, 3], 2), make([1, 3], 3)
        case("concat", [a, b, c], np.concatenate([a, b, c], 0), {"axis": 0})
        case("concat", [a.T.copy(), b.T.copy()], np.concatenate([a.T, b.T], 1), {"axis": -1})
        case("concat", [a], a)
        case("concat", [a, a[:0]], a)
        case("stack", [a, make([2, 3], 4)], np.stack([a, make([2, 3], 4)]), {"axis": 0})
        for axis in (1, 2, -1):
            case("stack", [a, make([2, 3], 4), make([2, 3], 5)], np.stack([a, make([2, 3], 4), make([2, 3], 5)], axis), {"axis": axis})
    for x in _kinds([6, 4]):
        case("split", [x], np.split(x, [1, 3]), {"sizes": [1, 2, 3], "axis": 0})
        case("split", [x], np.split(x, 2, 1), {"sizes": [2, 2], "axis": 1})
        case("split", [x], [x[:, :0], x[:, :4]], {"sizes": [0, 4], "axis": -1})
        case("unstack", [x[:3]], [x[0], x[1], x[2]], {"axis": 0})
        case("unstack", [x[:, :2].copy()], [x[:, 0], x[:, 1]], {"axis": 1})


def _fills():
    for x in _kinds([3, 4]):
        if x.dtype == bool:
            continue
        case("pad", [x], np.pad(x, [(1, 2), (0, 3)]), {"paddings": [1, 2, 0, 3]})
        case("pad", [x], np.pad(x, [(1, 0), (2, 1)], constant_values=3), {"paddings": [1, 0, 2, 1], "value": 3.0})
        for mode in ("reflect", "symmetric", "edge"):
            case("pad", [x], np.pad(x, [(2, 1), (3, 2)], mode=mode), {"paddings": [2, 1, 3, 2], "mode": mode})
    case("pad", [np.zeros([0, 2], np.float32)], np.full([2, 2], 1.5, np.float32), {"paddings": [1, 1, 0, 0], "value": 1.5})
    for x in _kinds([2, 3]):
        for reps in ([2, 1], [1, 3], [2, 2], [0, 1]):
            case("tile", [x], np.tile(x, reps), {"reps": reps})
        case("repeat", [x], np.repeat(x, 3, 0), {"repeats": 3, "axis": 0})
        case("repeat", [x], np.repeat(x, 2, 1), {"repeats": 2, "axis": -1})
    for dtype in ("f32", "f64", "i32", "i64"):
        number = DTYPES[dtype]
        case("eye", [], np.eye(3, dtype=number), {"rows": 3, "dtype": dtype})
        case("eye", [], np.eye(2, 4, dtype=number), {"rows": 2, "columns": 4, "dtype": dtype})
        case("arange", [], np.arange(2, 11, 3, dtype=number), {"start": 2.0, "stop": 11.0, "step": 3.0, "dtype": dtype})
        case("arange", [], np.arange(5, -4, -2, dtype=number), {"start": 5.0, "stop": -4.0, "step": -2.0, "dtype": dtype})
        case("arange", [], np.arange(3, 3, dtype=number), {"start": 3.0, "stop": 3.0, "dtype": dtype})
        case("fill", [], np.full([2, 3], 7, number), {"shape": [2, 3], "value": 7.0, "dtype": dtype})
    case("fill", [], np.full([], -1.5, np.float32), {"shape": [], "value": -1.5, "dtype": "f32"})
    case("fill", [], np.ones([3], bool), {"shape": [3], "value": 1.0, "dtype": "bool"})
    case("arange", [], np.arange(0, 1, 0.3).astype(np.float32), {"start": 0.0, "stop": 1.0, "step": 0.3, "dtype": "f32"}, rtol=1e-6)
    for dtype, rtol in (("f32", 1e-6), ("f64", 1e-15)):
        for start, stop, num, endpoint in ((0, 1, 5, True), (-2, 3, 7, False), (4, 4, 3, True), (1, 9, 1, True), (5, -5, 11, True)):
            case("linspace", [], np.linspace(start, stop, num, endpoint).astype(DTYPES[dtype]),
                 {"start": float(start), "stop": float(stop), "num": num, "endpoint": endpoint, "dtype": dtype}, rtol=rtol, atol=rtol)
    for x in _kinds([4, 5]) + [floats([2, 3, 3])]:
        for k in (0, 1, -2):
            case("tril", [x], np.tril(x, k), {"k": k})
            case("triu", [x], np.triu(x, k), {"k": k})
    for x in _kinds([3]):
        for offset in (0, 1, -2):
            case("diag", [x], np.diag(x, offset), {"offset": offset})
    for x in _kinds([4, 5]):
        for offset in (0, 2, -1):
            case("diag_part", [x], np.diag(x, offset), {"offset": offset})


def make():
    _views()
    _joins()
    _fills()
