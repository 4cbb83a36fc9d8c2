"""Products of matrices, einsum, losses from logits, softmax and attention: NumPy in f64, TensorFlow and PyTorch."""

import numpy as np
import tensorflow as tf
import torch

from record import DTYPES, case, floats, ints

_TF = f"TensorFlow {tf.__version__} in f64"
_TORCH = f"PyTorch {torch.__version__.split('+')[0]} in f64"
_FLOATS = (("f32", 3e-6), ("f64", 1e-14), ("f16", 2e-3), ("bf16", 1.6e-2))


def _wide(x):
    return None if x is None else x.astype(np.float64)


def _products():
    for dtype, tolerance in _FLOATS:
        same = {"rtol": tolerance, "atol": tolerance}

        def product(sa, sb, ta=False, tb=False):
            a, b = floats(sa, dtype=dtype, seed=1), floats(sb, dtype=dtype, seed=2)
            x, y = _wide(a), _wide(b)
            x, y = np.swapaxes(x, -1, -2) if ta else x, np.swapaxes(y, -1, -2) if tb else y
            case("matmul", [a, b], np.matmul(x, y).astype(a.dtype), {**({"transpose_a": True} if ta else {}), **({"transpose_b": True} if tb else {})},
                 "NumPy in f64", **same)

        for sa, sb in (([2, 3], [3, 4]), ([1, 1], [1, 1]), ([17, 33], [33, 19]), ([5, 2, 3], [3, 4]), ([2, 1, 2, 3], [5, 3, 2]), ([3], [3, 4]), ([2, 3], [3]),
                       ([3], [3]), ([0, 3], [3, 4]), ([2, 0], [0, 4]), ([3, 2, 4], [3, 4, 5]), ([64, 1], [1, 64]), ([1, 70], [70, 1])):
            product(sa, sb)
        product([3, 2], [4, 3], True, True)
        product([7, 5], [7, 6], ta=True)
        product([5, 7], [6, 7], tb=True)
        product([2, 3, 4], [2, 5, 4], tb=True)
        for equation, shapes in (("ij,jk->ik", [[3, 4], [4, 5]]), ("bij,bjk->bik", [[2, 3, 4], [2, 4, 5]]), ("ij->ji", [[3, 4]]), ("ij->", [[3, 4]]), ("ii->i", [[4, 4]]),
                                 ("ii", [[4, 4]]), ("i,j->ij", [[3], [4]]), ("bhqd,bhkd->bhqk", [[2, 2, 3, 4], [2, 2, 5, 4]]), ("ij,ij->i", [[3, 4], [3, 4]]),
                                 ("ij,jk,kl->il", [[2, 3], [3, 4], [4, 2]]), ("...ij,jk->...ik", [[2, 2, 3, 4], [4, 5]]), ("i,i", [[5], [5]]), ("bij->bj", [[2, 3, 4]])):
            operands = [floats(s, dtype=dtype, seed=n) for n, s in enumerate(shapes)]
            case("einsum", operands, np.einsum(equation, *map(_wide, operands)).astype(operands[0].dtype), {"equation": equation}, "NumPy in f64", **same)
        for sa, sb, axes in (([2, 3, 4], [4, 3, 5], ([1, 2], [1, 0])), ([3, 4], [4, 5], ([1], [0])), ([2, 3], [4], ([], [])), ([3, 4], [3, 4], ([0, 1], [0, 1]))):
            a, b = floats(sa, dtype=dtype, seed=1), floats(sb, dtype=dtype, seed=2)
            case("tensordot", [a, b], np.tensordot(_wide(a), _wide(b), axes).astype(a.dtype), {"axes_a": axes[0], "axes_b": axes[1]}, "NumPy in f64", **same)
        a, b = floats([4], dtype=dtype), floats([3], dtype=dtype, seed=1)
        case("outer", [a, b], np.outer(a, b))
    a, b = ints([3, 4]), ints([4, 5], seed=1)
    case("matmul", [a, b], a @ b)
    case("matmul", [a.astype(np.int64), b.astype(np.int64)], a.astype(np.int64) @ b)


def _probabilities():
    for dtype, tolerance in (("f32", 1e-6), ("f64", 4e-15), ("f16", 2e-3), ("bf16", 1.6e-2)):
        same = {"rtol": 2 * tolerance, "atol": tolerance / 10}
        for name, function in (("softmax", torch.softmax), ("log_softmax", torch.log_softmax)):
            for shape, axis in (([3, 7], -1), ([3, 7], 0), ([2, 3, 4], 1), ([1, 1], -1), ([5], 0), ([4, 67], -1)):
                x = floats(shape, -6, 6, dtype)
                case(name, [x], function(torch.from_numpy(_wide(x)), axis).numpy().astype(x.dtype), {"axis": axis}, _TORCH, **same)
            x = np.array([[1000.0, 0.0, -1000.0], [-np.inf, 0.0, 1.0], [-1e30, -1e30, -1e30]], dtype=DTYPES[dtype])
            case(name, [x], function(torch.from_numpy(_wide(x)), -1).numpy().astype(x.dtype), {"axis": -1}, _TORCH, **same)
        x = np.concatenate([floats([4, 5], -8, 8, dtype), np.array([[100, -100, 0, 1000, -1000]], dtype=DTYPES[dtype])])
        z = floats([5, 5], 0, 1, dtype, 1)
        wanted = tf.nn.sigmoid_cross_entropy_with_logits(labels=_wide(z), logits=_wide(x)).numpy().astype(x.dtype)
        case("sigmoid_cross_entropy", [x, z], wanted, {}, _TF, **same)
        x = floats([6, 5], -4, 4, dtype)
        z = floats([6, 5], 0, 1, dtype, 1)
        z = (z / z.sum(1, keepdims=True)).astype(x.dtype)
        case("softmax_cross_entropy", [x, z], tf.nn.softmax_cross_entropy_with_logits(_wide(z), _wide(x)).numpy().astype(x.dtype), {}, _TF, rtol=4 * tolerance, atol=tolerance)
        for kind in (np.int32, np.int64):
            labels = np.array([0, 4, 2, 2, 1, 3], kind)
            case("sparse_softmax_cross_entropy", [x, labels], tf.nn.sparse_softmax_cross_entropy_with_logits(labels, _wide(x)).numpy().astype(x.dtype), {}, _TF,
                 rtol=4 * tolerance, atol=tolerance)
        x = np.array([[1000.0, 0.0, -1000.0]], dtype=DTYPES[dtype])
        labels = np.array([2], np.int32)
        case("sparse_softmax_cross_entropy", [x, labels], tf.nn.sparse_softmax_cross_entropy_with_logits(labels, _wide(x)).numpy().astype(x.dtype), {}, _TF, **same)


def _attention():
    for dtype, tolerance in (("f32", 3e-6), ("f64", 1e-14), ("f16", 2e-3), ("bf16", 1.6e-2)):
        q, k, v = (floats(s, -1.5, 1.5, dtype, n) for n, s in enumerate(([2, 3, 5, 4], [2, 3, 6, 4], [2, 3, 6, 7])))

        def attend(mask=None, q=q, k=k, v=v, **options):
            t = [torch.from_numpy(_wide(x)) for x in (q, k, v)]
            m = None if mask is None else torch.from_numpy(mask if mask.dtype == bool else _wide(mask))
            wanted = torch.nn.functional.scaled_dot_product_attention(*t, attn_mask=m, scale=options.get("scale"), is_causal=options.get("causal", False))
            case("scaled_dot_product_attention", [q, k, v, mask], wanted.numpy().astype(q.dtype), options, _TORCH, rtol=tolerance, atol=tolerance)

        attend()
        attend(scale=0.25)
        mask = np.random.default_rng(3).integers(0, 2, [2, 1, 5, 6]).astype(bool)
        mask[..., 0] = True
        attend(mask)
        attend(floats([5, 6], -2, 2, dtype, 8))
        attend(q=floats([1, 2, 6, 4], dtype=dtype, seed=1), k=floats([1, 2, 6, 4], dtype=dtype, seed=2), v=floats([1, 2, 6, 4], dtype=dtype, seed=3), causal=True)


def _bags():
    for dtype, tolerance in (("f32", 2e-6), ("f64", 1e-14), ("f16", 2e-3), ("bf16", 1.6e-2)):
        table = floats([9, 4], dtype=dtype)
        ids, offsets = np.array([3, 1, 3, 8, 0, 0, 5], np.int32), np.array([0, 2, 3, 6], np.int32)
        t = torch.from_numpy(_wide(table))
        for mode in ("sum", "mean"):
            wanted = torch.nn.functional.embedding_bag(torch.from_numpy(ids), t, torch.from_numpy(offsets), mode=mode).numpy().astype(table.dtype)
            case("embedding_bag", [table, ids, offsets, None], wanted, {"mode": mode}, _TORCH, rtol=tolerance, atol=tolerance)
        weights = floats([7], 0.1, 2, dtype, 1)
        wanted = torch.nn.functional.embedding_bag(torch.from_numpy(ids), t, torch.from_numpy(offsets), mode="sum", per_sample_weights=torch.from_numpy(_wide(weights)))
        case("embedding_bag", [table, ids, offsets, weights], wanted.numpy().astype(table.dtype), {"mode": "sum"}, _TORCH, rtol=tolerance, atol=tolerance)


def _interactions():
    for dtype, tolerance in _FLOATS:
        for shape in ([3, 4, 5], [6, 2], [2, 27, 16], [2, 3, 18, 1], [2, 1, 3]):
            x = floats(shape, dtype=dtype)
            t = torch.from_numpy(_wide(x)).requires_grad_()
            row, column = torch.tril_indices(shape[-2], shape[-2], -1)
            dots = (t @ t.transpose(-1, -2))[..., row, column]
            case("dot_interaction", [x], dots.detach().numpy().astype(x.dtype), {}, _TORCH, rtol=tolerance, atol=tolerance)
            dy = floats(list(dots.shape), dtype=dtype, seed=1)
            dots.backward(torch.from_numpy(_wide(dy)))
            case("dot_interaction_grad", [x, dy], t.grad.numpy().astype(x.dtype), {}, _TORCH, rtol=tolerance, atol=4 * tolerance)


def _first_layers():
    ids = np.array([[4, 0, -1], [4, 1, 3], [4, 1, 3], [2, 1, 3], [0, 1, -5], [4, 2, 3], [4, -4, 3]], np.int32)
    for dtype, tolerance in _FLOATS:
        for dim, units, numbers in ((2, 3, 0), (4, 70, 5)) if dtype in ("f32", "f64") else ((2, 3, 1),):
            table, x = floats([5, dim], dtype=dtype, seed=1), floats([7, numbers], dtype=dtype, seed=2) if numbers else None
            kernel, dy = floats([3 * dim + numbers, units], dtype=dtype, seed=3), floats([7, units], dtype=dtype, seed=4)
            for at in (ids,) if dim == 4 else (ids, ids.astype(np.int64)):
                t, k = (torch.from_numpy(_wide(v)).requires_grad_() for v in (table, kernel))
                vectors = t[torch.from_numpy(at.astype(np.int64))]
                vectors.retain_grad()
                flat = vectors.reshape(7, 3 * dim)
                y = (flat if x is None else torch.cat([flat, torch.from_numpy(_wide(x))], 1)) @ k
                y.backward(torch.from_numpy(_wide(dy)))
                wanted = y.detach().numpy().astype(table.dtype)
                case("embedding_matmul", [table, at, kernel, x], wanted, {}, _TORCH, rtol=tolerance, atol=8 * tolerance)
                pairs = [(c, i) for c in range(3) for i in sorted(set((at[:, c] % 5).tolist()))]
                rows = [vectors.grad.numpy()[at[:, c] % 5 == i, c].sum(0) for c, i in pairs]
                wanted = [np.array([i for _, i in pairs], at.dtype), np.array(rows).astype(table.dtype), k.grad.numpy().astype(table.dtype)]
                case("embedding_matmul_grad", [at, table, kernel, dy, x], wanted, {}, _TORCH, rtol=tolerance, atol=20 * tolerance)


def make():
    _products()
    _probabilities()
    _attention()
    _bags()
    _interactions()
    _first_layers()
