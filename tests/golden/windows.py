"""The kernels that convolutions, pools and resizing are made of, and their gradients: PyTorch's and TensorFlow's own
differentiation in f64, rounded once. x is [batch, spatial…, channels]; kernels are [spatial…, in / groups, out].
"""

import numpy as np
import tensorflow as tf
import torch

from record import case, floats

_TORCH = f"PyTorch {torch.__version__.split('+')[0]} in f64"
_TF = f"TensorFlow {tf.__version__}"
_TOLERANCE = {"f32": 5e-6, "f64": 2e-14, "f16": 2e-3, "bf16": 1.6e-2}
# Spatial sizes, taps, strides, dilations, groups, padding.
_CONVOLUTIONS = [
    ([9], [3], [1], [1], 1, "valid"), ([9], [3], [2], [1], 1, "same"), ([9], [2], [1], [3], 2, "valid"), ([8], [4], [3], [1], 4, (2, 1)), ([1], [1], [1], [1], 1, "valid"),
    ([6, 7], [3, 2], [1, 1], [1, 1], 1, "same"), ([6, 7], [3, 3], [2, 1], [1, 1], 2, "valid"), ([7, 8], [2, 3], [1, 1], [2, 2], 1, "valid"), ([5, 6], [2, 2], [2, 3], [1, 1], 4, "same"),
    ([5, 5], [3, 3], [1, 1], [1, 1], 4, (1, 2, 0, 1)), ([4, 4], [1, 1], [2, 2], [1, 1], 1, "valid"),
    ([4, 5, 6], [2, 3, 2], [1, 1, 1], [1, 1, 1], 1, "same"), ([5, 4, 4], [2, 2, 2], [2, 1, 2], [1, 1, 1], 2, "valid"), ([4, 5, 5], [2, 2, 2], [1, 1, 1], [2, 2, 2], 1, (1, 1, 0, 1, 2, 0)),
]


def _pads(sizes, taps, strides, dilations, padding):
    """Before and after each axis. `same` is TensorFlow's: what is odd goes behind."""
    if padding == "valid":
        return [(0, 0)] * len(sizes)
    if padding != "same":
        return list(zip(padding[::2], padding[1::2]))
    whole = [max((-(-n // s) - 1) * s + (t - 1) * d + 1 - n, 0) for n, t, s, d in zip(sizes, taps, strides, dilations)]
    return [(p // 2, p - p // 2) for p in whole]


def _first(x, rank):
    return torch.from_numpy(x.astype(np.float64)).permute(0, rank + 1, *range(1, rank + 1))


def _last(t, rank):
    return t.permute(0, *range(2, rank + 2), 1)


def _convolutions(dtype):
    for n, (sizes, taps, strides, dilations, groups, padding) in enumerate(_CONVOLUTIONS):
        rank, same = len(sizes), {"rtol": _TOLERANCE[dtype], "atol": _TOLERANCE[dtype]}
        x, kernel = floats([2, *sizes, 4], -1, 1, dtype, n), floats([*taps, 4 // groups, 8], -1, 1, dtype, n + 50)
        a, k = _first(x, rank).requires_grad_(), torch.from_numpy(kernel.astype(np.float64)).requires_grad_()
        pads = [p for pair in reversed(_pads(sizes, taps, strides, dilations, padding)) for p in pair]
        function = getattr(torch.nn.functional, f"conv{rank}d")
        y = function(torch.nn.functional.pad(a, pads), k.permute(rank + 1, rank, *range(rank)), None, strides, 0, dilations, groups)
        attrs = {"strides": strides, "dilations": dilations, "groups": groups, "padding": padding if isinstance(padding, str) else "explicit"}
        if not isinstance(padding, str):
            attrs["pads"] = list(padding)
        case("conv", [x, kernel], _last(y.detach(), rank).numpy().astype(x.dtype), attrs, _TORCH, **same)
        dy = floats(list(_last(y, rank).shape), -1, 1, dtype, n + 100)
        dx, dk = torch.autograd.grad(y, (a, k), _first(dy, rank))
        case("conv_input_grad", [dy, kernel], _last(dx, rank).numpy().astype(x.dtype), {**attrs, "shape": sizes}, _TORCH, **same)
        case("conv_kernel_grad", [x, dy], dk.numpy().astype(x.dtype), {**attrs, "shape": taps}, _TORCH, **same)


def _pools(dtype):
    shapes = [([9], [3], [2], "valid"), ([6, 7], [2, 3], [2, 1], "same"), ([5, 4], [3, 3], [1, 1], "same"), ([4, 5, 4], [2, 2, 2], [2, 2, 1], "valid"), ([7], [3], [3], (1, 2)), ([3, 3], [3, 3], [3, 3], "valid")]
    for n, (sizes, taps, strides, padding) in enumerate(shapes):
        rank, same = len(sizes), {"rtol": _TOLERANCE[dtype], "atol": _TOLERANCE[dtype]}
        attrs = {"pool_size": taps, "strides": strides, "padding": padding if isinstance(padding, str) else "explicit"}
        if not isinstance(padding, str):
            attrs["pads"] = list(padding)
        # All elements differ, so that a window has one maximum.
        x = np.random.default_rng(n).permutation(2 * int(np.prod(sizes)) * 3).reshape(2, *sizes, 3)
        x = (x / 8 - 10).astype(floats([1], dtype=dtype).dtype)
        pads = [p for pair in reversed(_pads(sizes, taps, strides, [1] * rank, padding)) for p in pair]
        a = _first(x, rank).requires_grad_()
        top = torch.nn.functional.pad(a, pads, value=-np.inf)
        y = getattr(torch.nn.functional, f"max_pool{rank}d")(top, taps, strides)
        case("pool_max", [x], _last(y.detach(), rank).numpy().astype(x.dtype), attrs, _TORCH, **same)
        dy = floats(list(_last(y, rank).shape), -1, 1, dtype, n + 7)
        (dx,) = torch.autograd.grad(y, a, _first(dy, rank))
        case("pool_max_grad", [x, dy], _last(dx, rank).numpy().astype(x.dtype), attrs, _TORCH, **same)
        place = getattr(torch.nn.functional, f"max_pool{rank}d")(top, taps, strides, return_indices=True)[1]
        u = floats(list(x.shape), -1, 1, dtype, n + 8)
        held = torch.nn.functional.pad(_first(u, rank), pads)
        picked = held.flatten(2).gather(2, place.flatten(2)).reshape(place.shape)
        case("pool_max_pick", [x, u], _last(picked, rank).numpy().astype(x.dtype), attrs, _TORCH, **same)
        # The mean over what lies inside: sums of the window over sums of ones.
        ones = torch.nn.functional.pad(torch.ones_like(a), pads)
        inside = tuple(range(-rank, 0))
        mean = _unfolded(torch.nn.functional.pad(a, pads), taps, strides).sum(inside) / _unfolded(ones, taps, strides).sum(inside)
        case("pool_avg", [x], _last(mean.detach(), rank).numpy().astype(x.dtype), attrs, _TORCH, **same)
        (dx,) = torch.autograd.grad(mean, a, _first(dy, rank))
        case("pool_avg_grad", [dy], _last(dx, rank).numpy().astype(x.dtype), {**attrs, "shape": sizes}, _TORCH, **same)


def _unfolded(t, taps, strides):
    for axis, (size, step) in enumerate(zip(taps, strides)):
        t = t.unfold(axis + 2, size, step)
    return t


def _resizes():
    kernels = {"nearest": tf.raw_ops.ResizeNearestNeighbor, "bilinear": tf.raw_ops.ResizeBilinear, "bicubic": tf.raw_ops.ResizeBicubic}
    for method, kernel in kernels.items():
        for n, size in enumerate(([5, 4], [10, 8], [3, 7], [1, 1], [8, 3])):
            for align, half in ((False, True), (True, False)):
                x = tf.constant(floats([2, 5, 4, 3], -2, 2))
                dy = floats([2, *size, 3], -1, 1, seed=n)
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    y = kernel(images=x, size=size, align_corners=align, half_pixel_centers=half)
                attrs = {"shape": [5, 4], "method": method, "align_corners": align, "half_pixel_centers": half}
                case("resize_grad", [dy], tape.gradient(y, x, dy).numpy(), attrs, _TF, rtol=3e-5, atol=3e-5)
    # PyTorch's bicubic kernel has another coefficient (-0.75), its bilinear one is the same.
    for dtype in ("f64", "f16", "bf16"):
        for size in ([10, 8], [3, 7], [5, 4]):
            x = floats([2, 5, 4, 3], -2, 2, dtype)
            for method in ("nearest-exact", "bilinear"):
                a = _first(x, 2).requires_grad_()
                y = torch.nn.functional.interpolate(a, size=size, mode=method)
                dy = floats([2, *size, 3], -1, 1, dtype, 3)
                (dx,) = torch.autograd.grad(y, a, _first(dy, 2))
                # Positions are f32 in TensorFlow, whatever the dtype.
                same = {"rtol": max(4 * _TOLERANCE[dtype], 1e-6), "atol": max(4 * _TOLERANCE[dtype], 1e-6)}
                name = method.split("-")[0]
                case("resize", [x], _last(y.detach(), 2).numpy().astype(x.dtype), {"size": size, "method": name}, _TORCH, **same)
                case("resize_grad", [dy], _last(dx, 2).numpy().astype(x.dtype), {"shape": [5, 4], "method": name}, _TORCH, **same)


def make():
    for dtype in ("f32", "f64", "f16", "bf16"):
        _convolutions(dtype)
        _pools(dtype)
    _resizes()
