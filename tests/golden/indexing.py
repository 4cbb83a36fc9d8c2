"""Gather, scatter, segments, sorting and searching: NumPy, and TensorFlow where NumPy has no such op."""

import numpy as np
import tensorflow as tf

from record import DTYPES, INTS, bools, case, floats, ints

_TF = f"TensorFlow {tf.__version__}"


def _values(shape, dtype, seed=0):
    return floats(shape, dtype=dtype, seed=seed) if "f" in dtype else ints(shape, dtype=dtype, seed=seed)


def _gathers():
    for dtype in ("f32", "f64", "f16", "bf16", *INTS):
        x = _values([5, 4, 3], dtype)
        for index in (np.array([0, 4, 2, 2], np.int32), np.array([[1, 0], [4, 3]], np.int64), np.int32(3), np.zeros([0], np.int32)):
            case("gather", [x, index], np.take(x, index, 0), {"axis": 0})
        case("gather", [x, np.array([3, 0, 1], np.int32)], np.take(x, [3, 0, 1], 1), {"axis": 1})
        case("gather", [x, np.array([[2, 0]], np.int32)], np.take(x, [[2, 0]], -1), {"axis": -1})
        index = ints([5, 2], 0, 4, "i32")
        case("gather", [x, index], tf.gather(x, index, axis=1, batch_dims=1).numpy(), {"axis": 1, "batch_dims": 1}, _TF)
        index = ints([5, 4, 2], 0, 3, "i32", 1)
        case("gather", [x, index], tf.gather(x, index, axis=2, batch_dims=2).numpy(), {"axis": 2, "batch_dims": 2}, _TF)
        index = np.array([[0, 1], [4, 3], [2, 2]], np.int32)
        case("gather_nd", [x, index], tf.gather_nd(x, index).numpy(), {}, _TF)
        index = np.array([[[4, 3, 2]], [[0, 0, 0]]], np.int64)
        case("gather_nd", [x, index], tf.gather_nd(x, index).numpy(), {}, _TF)
        index = ints([5, 2, 1], 0, 4, "i32")
        case("gather_nd", [x, index], tf.gather_nd(x, index, batch_dims=1).numpy(), {"batch_dims": 1}, _TF)
        for axis in (0, 1, 2):
            index = ints([5, 4, 3] if axis else [2, 4, 3], 0, x.shape[axis], "i32", axis)
            case("take_along_axis", [x, index], np.take_along_axis(x, index.astype(np.int64), axis), {"axis": axis})
    case("gather", [bools([4, 2]), np.array([3, 3], np.int32)], bools([4, 2])[[3, 3]], {"axis": 0})


def _scatters():
    for dtype in ("f32", "f64", "i32", "i64"):
        x = _values([6, 3], dtype)
        index, updates = np.array([[4], [0], [4], [2]], np.int32), _values([4, 3], dtype, 7)
        once, first = np.array([[4], [0], [2]], np.int32), _values([3, 3], dtype, 8)
        case("scatter_nd", [index, updates], tf.scatter_nd(index, updates, [6, 3]).numpy(), {"shape": [6, 3]}, _TF, rtol=1e-6, atol=1e-6)
        cells, values = np.array([[1, 2], [0, 0], [1, 2]], np.int64), _values([3], dtype, 9)
        case("scatter_nd", [cells, values], tf.scatter_nd(cells, values, [3, 4]).numpy(), {"shape": [3, 4]}, _TF, rtol=1e-6, atol=1e-6)
        case("scatter_update", [x, once, first], tf.tensor_scatter_nd_update(x, once, first).numpy(), {}, _TF)
        for name, function in (("add", tf.tensor_scatter_nd_add), ("min", tf.tensor_scatter_nd_min), ("max", tf.tensor_scatter_nd_max)):
            case(f"scatter_{name}", [x, index, updates], function(x, index, updates).numpy(), {}, _TF, rtol=1e-6, atol=1e-6)
        cells = np.array([[1, 2], [5, 0], [0, 1]], np.int32)
        for name, function in (("update", tf.tensor_scatter_nd_update), ("add", tf.tensor_scatter_nd_add),
                               ("min", tf.tensor_scatter_nd_min), ("max", tf.tensor_scatter_nd_max)):
            case(f"scatter_{name}", [x, cells, values], function(x, cells, values).numpy(), {}, _TF, rtol=1e-6, atol=1e-6)
            case(f"scatter_{name}", [x, index[:0], updates[:0]], x, {}, _TF)
    for dtype in ("f32", "f64", "i32", "i64", "bool"):
        on = {} if dtype == "bool" else {"on_value": 5.0, "off_value": -1.0}
        for index in (np.array([0, 2, 1], np.int32), np.array([[1, 3], [-1, 0]], np.int64)):
            for axis in (-1, 0):
                case("one_hot", [index], tf.one_hot(index, 3, axis=axis).numpy().astype(DTYPES[dtype]), {"depth": 3, "axis": axis, "dtype": dtype}, _TF)
            if on:
                case("one_hot", [index], tf.one_hot(index, 4, DTYPES[dtype](5), DTYPES[dtype](-1), dtype=DTYPES[dtype]).numpy(),
                     {"depth": 4, "dtype": dtype, **on}, _TF)


def _along():
    for dtype in ("f32", "f64", "i32"):
        for axis, size in ((0, 6), (1, 4), (-1, 5)):
            index, updates = ints([3, 4, 2], 0, size, "i32", axis + 3), _values([3, 4, 2], dtype, axis + 5)
            shape = list(updates.shape)
            shape[axis] = size
            wanted = np.zeros(shape, updates.dtype)
            for at in np.ndindex(*updates.shape):
                to = list(at)
                to[axis] = index[at]
                wanted[tuple(to)] += updates[at]
            case("scatter_along_axis", [index, updates], wanted, {"axis": axis, "size": [size]}, "NumPy, element by element", rtol=1e-6, atol=1e-6)
        a, b = _values([5, 3], dtype, 1), _values([5, 3], dtype, 2)
        for axis in (0, 1):
            for reverse in (False, True):
                x, y = (np.flip(v, axis).astype(np.float64) if dtype != "i32" else np.flip(v, axis) for v in (a, b)) if reverse else (a, b)
                x, y = np.moveaxis(x, axis, 0), np.moveaxis(y, axis, 0)
                rows = [y[0]]
                for i in range(1, len(x)):
                    rows.append(x[i] * rows[-1] + y[i])
                wanted = np.moveaxis(np.stack(rows), 0, axis)
                wanted = np.flip(wanted, axis) if reverse else wanted
                case("linear_recurrence", [a, b], wanted.astype(a.dtype), {"axis": axis, "reverse": reverse}, "NumPy, step by step", rtol=1e-5, atol=1e-5)
    for dtype in ("i32", "f32", "i64"):
        for shape, axis in (([4], 0), ([2, 3, 4], 1), ([2, 3, 4], -1), ([0, 2], 0)):
            case("iota", [], np.broadcast_to(np.arange(shape[axis]).reshape([-1 if i == axis % len(shape) else 1 for i in range(len(shape))]), shape).astype(DTYPES[dtype]),
                 {"shape": shape, "axis": axis, "dtype": dtype})
        x = np.zeros([2, 3, 4], np.float32)
        case("size", [x], np.asarray(24, DTYPES[dtype]), {"dtype": dtype})
        case("size", [x], np.asarray(8, DTYPES[dtype]), {"axis": [0, -1], "dtype": dtype})


def _segments():
    for kind in ("sum", "mean", "prod", "min", "max"):
        for dtype in ("f32", "f64", "i32", "i64"):
            if kind == "mean" and dtype[0] == "i":
                continue
            tolerance = {"rtol": 2e-6 if dtype == "f32" else 1e-14, "atol": 1e-6 if dtype == "f32" else 1e-14} if dtype[0] == "f" else {}
            for shape in ([7, 3], [7]):
                x = _values(shape, dtype)
                # Every segment is used here: what an unused one holds is each program's own choice for min and max.
                ids = np.array([2, 0, 1, 2, 3, 0, 2], np.int32)
                wanted = getattr(tf.math, f"unsorted_segment_{kind}")(x, ids, 4).numpy()
                case(f"unsorted_segment_{kind}", [x, ids], wanted, {"num_segments": 4}, _TF, **tolerance)
                ids = np.array([0, 0, 1, 1, 1, 2, 3], np.int32)
                case(f"segment_{kind}", [x, ids], getattr(tf.math, f"segment_{kind}")(x, ids).numpy(), {"num_segments": 4}, _TF, **tolerance)
            if kind in ("sum", "mean", "prod"):
                x = _values([5, 2], dtype)
                ids = np.array([4, 0, 4, 2, 0], np.int64)
                wanted = getattr(tf.math, f"unsorted_segment_{kind}")(x, ids, 6).numpy()
                case(f"unsorted_segment_{kind}", [x, ids], wanted, {"num_segments": 6}, _TF, **tolerance)


def _orders():
    for dtype in ("f32", "f64", "f16", "bf16", *INTS):
        x = _values([4, 9], dtype)
        for axis in (-1, 0):
            case("sort", [x], np.sort(x, axis), {"axis": axis})
            case("sort", [x], np.flip(np.sort(x, axis), axis), {"axis": axis, "descending": True})
            case("argsort", [x], np.argsort(x, axis, kind="stable").astype(np.int32), {"axis": axis})
        if dtype[0] != "u":
            case("argsort", [x], np.argsort(-x, -1, kind="stable").astype(np.int32), {"descending": True})
        for k in (1, 4, 9):
            values, places = tf.math.top_k(x, k)
            case("top_k", [x], [values.numpy(), places.numpy()], {"k": k}, _TF)
        line = np.sort(_values([9], dtype))
        wanted = np.concatenate([line[::2], _values([5], dtype, 3)])
        for side in ("left", "right"):
            case("search_sorted", [line, wanted], np.searchsorted(line, wanted, side).astype(np.int32), {"side": side})
        few = ints([12], 0, 4, dtype) if "f" not in dtype else ints([12], 0, 4).astype(DTYPES[dtype])
        values, inverse, counts = np.unique(few, return_inverse=True, return_counts=True)
        case("unique", [few], [values, inverse.astype(np.int32), counts.astype(np.int32)])
        few = few.reshape(3, 4) % DTYPES[dtype](2)
        case("nonzero", [few], np.stack(np.nonzero(few), 1).astype(np.int32))
    x = np.array([2, np.nan, -np.inf, np.inf, 1, -1], np.float32)
    case("sort", [x], np.sort(x))
    case("argsort", [x], np.argsort(x, kind="stable").astype(np.int32))
    for x in (bools([7]), bools([2, 3]), np.zeros([3], np.float32), np.zeros([0, 2], bool), np.array([0.0, -0.0, np.nan], np.float32)):
        case("nonzero", [x], np.stack(np.nonzero(x), 1).astype(np.int32).reshape(-1, x.ndim))
    empty = np.zeros([0], np.float32)
    case("sort", [empty], empty)
    case("unique", [empty], [empty, np.zeros([0], np.int32), np.zeros([0], np.int32)])


def _rows():
    """The rows of equal ids summed in order of position."""
    for dtype in ("f32", "f64"):
        for kind in (np.int32, np.int64):
            for ids in ([3, 1, 3, 0, 1], [7], [2, 2, 2, 2], [], [-1, 5, -1]):
                ids = np.array(ids, kind)
                rows = _values([len(ids), 3], dtype, len(ids))
                distinct = np.unique(ids)
                sums = np.zeros([len(distinct), 3], rows.dtype)
                np.add.at(sums, np.searchsorted(distinct, ids), rows)
                case("coalesce_rows", [ids, rows], [distinct, sums])


def _slices():
    """Zeros with a slice filled in: what the gradient of a slice is."""
    for dtype in ("f32", "f64", "f16", "bf16", "i32", "i64"):
        for shape, place, attrs in (
            ([5, 4], np.s_[1:4], {"begin": [1], "end": [4]}),
            ([5, 4], np.s_[-2::-2, 0:3:2], {"begin": [-2, 0], "end": [-(2**63), 3], "strides": [-2, 2]}),
            ([3, 2, 4], np.s_[:, 1:2, ::3], {"begin": [0, 1, 0], "end": [3, 2, 4], "strides": [1, 1, 3]}),
            ([4], np.s_[2:2], {"begin": [2], "end": [2]}),
        ):
            whole = np.zeros(shape, DTYPES[dtype])
            x = _values(list(whole[place].shape), dtype, len(shape))
            whole[place] = x
            case("strided_slice_grad", [x], whole, {**attrs, "shape": shape})
    for dtype in ("f32", "f64", "f16", "bf16"):
        x = _values([3, 4], dtype)
        case("check_finite", [x], x, {"what": "x"})


def make():
    _rows()
    _slices()
    _gathers()
    _scatters()
    _along()
    _segments()
    _orders()
