"""Convolutions, pooling and resizing: Keras on TensorFlow and PyTorch, in f64 and rounded once; TensorFlow's f32 ops for resizing.

Layouts: x is [batch, spatial…, channels]; kernels are [spatial…, in / groups, out], for transposed convolutions
[spatial…, out, in], for depthwise ones [spatial…, in, multiplier], all as Keras has them.
"""

import keras
import numpy as np
import tensorflow as tf
import torch

from record import case, floats

_KERAS = f"Keras {keras.__version__} on TensorFlow {tf.__version__} in f64"
_TORCH = f"PyTorch {torch.__version__.split('+')[0]} in f64"
_SPATIAL = {1: [9], 2: [7, 6], 3: [5, 3, 4]}


def _same(dtype):
    tolerance = 5e-6 if dtype == "f32" else 2e-14
    return {"rtol": tolerance, "atol": tolerance}


def _wide(x):
    return keras.ops.convert_to_tensor(x.astype(np.float64))


def _torch_conv(rank, x, kernel, stride, dilation, groups, pads):
    """Channels-last convolution with explicit symmetric padding, by PyTorch."""
    axes = list(range(1, rank + 1))
    t = torch.from_numpy(x.astype(np.float64)).permute(0, rank + 1, *axes)
    k = torch.from_numpy(kernel.astype(np.float64)).permute(rank + 1, rank, *range(rank))
    y = getattr(torch.nn.functional, f"conv{rank}d")(t, k, None, stride, pads, dilation, groups)
    return y.permute(0, *(a + 1 for a in axes), 1).numpy()


def _convolutions(dtype):
    for rank in (1, 2, 3):
        name = f"conv{rank}d"
        x = floats([2, *_SPATIAL[rank], 4], -1, 1, dtype, rank)
        for size in (1, 2, 3):
            kernel = floats([size] * rank + [4, 5], -1, 1, dtype, size)
            for padding in ("valid", "same"):
                for stride in (1, 2):
                    wanted = keras.ops.conv(_wide(x), _wide(kernel), stride, padding).numpy().astype(x.dtype)
                    case(name, [x, kernel], wanted, {"strides": [stride] * rank, "padding": padding}, _KERAS, **_same(dtype))
            wanted = _torch_conv(rank, x, kernel, 1, 2, 1, 0).astype(x.dtype) if size < 3 else None
            if wanted is not None:
                case(name, [x, kernel], wanted, {"dilations": [2] * rank}, _TORCH, **_same(dtype))
        for groups in (2, 4):
            kernel = floats([2] * rank + [4 // groups, 8], -1, 1, dtype, groups)
            case(name, [x, kernel], _torch_conv(rank, x, kernel, 1, 1, groups, 0).astype(x.dtype), {"groups": groups}, _TORCH, **_same(dtype))
        kernel = floats([3] * rank + [4, 2], -1, 1, dtype, 8)
        last_to_first = lambda a: np.ascontiguousarray(np.moveaxis(a, -1, 1))  # noqa: E731
        wanted = keras.ops.conv(_wide(x), _wide(kernel), 1, "same").numpy().astype(x.dtype)
        case(name, [last_to_first(x), kernel], last_to_first(wanted), {"padding": "same", "data_format": "channels_first"}, _KERAS, **_same(dtype))
        one = floats([1] + [3] * rank + [1], -1, 1, dtype)
        case(name, [one, kernel[..., :1, :1].copy()], keras.ops.conv(_wide(one), _wide(kernel[..., :1, :1]), 1, "valid").numpy().astype(x.dtype), {}, _KERAS, **_same(dtype))
    x, kernel = floats([2, 8, 7, 3], -1, 1, dtype), floats([3, 2, 3, 4], -1, 1, dtype, 1)
    wanted = keras.ops.conv(_wide(x), _wide(kernel), (2, 1), "same").numpy().astype(x.dtype)
    case("conv2d", [x, kernel], wanted, {"strides": [2, 1], "padding": "same"}, _KERAS, **_same(dtype))


def _transposed(dtype):
    for rank in (1, 2, 3):
        x = floats([2, *[n - 2 for n in _SPATIAL[rank]], 3], -1, 1, dtype, rank)
        for size in (2, 3):
            kernel = floats([size] * rank + [4, 3], -1, 1, dtype, size)
            for padding in ("valid", "same"):
                for stride in (1, 2):
                    wanted = keras.ops.conv_transpose(_wide(x), _wide(kernel), stride, padding).numpy().astype(x.dtype)
                    case(f"conv{rank}d_transpose", [x, kernel], wanted, {"strides": [stride] * rank, "padding": padding}, _KERAS, **_same(dtype))
    for rank in (1, 2):
        x = floats([2, *_SPATIAL[rank], 3], -1, 1, dtype, rank)
        for size, multiplier in ((2, 1), (3, 2)):
            kernel = floats([size] * rank + [3, multiplier], -1, 1, dtype, size)
            for padding in ("valid", "same"):
                for stride in (1, 2):
                    wanted = keras.ops.depthwise_conv(_wide(x), _wide(kernel), stride, padding).numpy().astype(x.dtype)
                    case(f"depthwise_conv{rank}d", [x, kernel], wanted, {"strides": [stride] * rank, "padding": padding}, _KERAS, **_same(dtype))


def _pooled(x, size, stride, padding, average):
    """Windows by NumPy; `same` pads as TensorFlow does (more behind than in front), and padding never counts."""
    rank = x.ndim - 2
    y = x.astype(np.float64)
    if padding == "same":
        pads = [max((-(-n // stride) - 1) * stride + size - n, 0) for n in x.shape[1:-1]]
        y = np.pad(y, [(0, 0), *((p // 2, p - p // 2) for p in pads), (0, 0)], constant_values=np.nan)
    axes = tuple(range(1, rank + 1))
    windows = np.lib.stride_tricks.sliding_window_view(y, [size] * rank, axes)[(slice(None), *[slice(None, None, stride)] * rank)]
    inside = tuple(range(-rank, 0))
    return (np.nanmean if average else np.nanmax)(windows, axis=inside).astype(x.dtype)


def _pools(dtype):
    for name in ("max_pool", "avg_pool"):
        for rank in (1, 2, 3):
            x = floats([2, *_SPATIAL[rank], 3], -2, 2, dtype, rank)
            for size, stride in ((2, 2), (3, 1), (3, 2)):
                for padding in ("valid", "same"):
                    wanted = _pooled(x, size, stride, padding, name == "avg_pool")
                    if dtype == "f32":
                        function = keras.ops.average_pool if name == "avg_pool" else keras.ops.max_pool
                        np.testing.assert_allclose(wanted, function(keras.ops.convert_to_tensor(x), size, stride, padding).numpy(), rtol=1e-5, atol=1e-6)
                    case(name, [x], wanted, {"pool_size": [size] * rank, "strides": [stride] * rank, "padding": padding}, "NumPy windows, checked against Keras",
                         **_same(dtype))
            case(name, [x], _pooled(x, 2, 2, "valid", name == "avg_pool"), {"pool_size": [2] * rank}, "NumPy windows", **_same(dtype))


def _resizes():
    x = floats([2, 5, 4, 3], -2, 2)
    source = f"TensorFlow {tf.__version__}"
    kernels = {"nearest": tf.raw_ops.ResizeNearestNeighbor, "bilinear": tf.raw_ops.ResizeBilinear, "bicubic": tf.raw_ops.ResizeBicubic}
    for method, kernel in kernels.items():
        for size in ([5, 4], [10, 8], [3, 7], [1, 1], [8, 3]):
            for align, half in ((False, True), (True, False)):
                wanted = kernel(images=x, size=size, align_corners=align, half_pixel_centers=half).numpy()
                case("resize", [x], wanted, {"size": size, "method": method, "align_corners": align, "half_pixel_centers": half}, source, rtol=3e-5, atol=3e-5)
    for method in ("bilinear", "bicubic"):
        wanted = tf.image.resize(x, [2, 3], method, antialias=True).numpy()
        case("resize", [x], wanted, {"size": [2, 3], "method": method, "antialias": True}, source, rtol=3e-5, atol=3e-5)


def make():
    for dtype in ("f32", "f64"):
        _convolutions(dtype)
        _transposed(dtype)
        _pools(dtype)
    _resizes()
