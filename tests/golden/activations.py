"""Keras's activations: by PyTorch in f64, rounded once, and checked against Keras (whose constants are f32); what PyTorch does not
have by Keras in f64."""

import keras
import mpmath
import numpy as np
import torch
from torch.nn import functional

from record import case, edges, floats

_KERAS = f"Keras {keras.__version__} in f64"
_TORCH = f"PyTorch {torch.__version__.split('+')[0]} in f64"
_IN_TORCH = {
    "relu6": functional.relu6, "selu": functional.selu, "silu": functional.silu, "softsign": functional.softsign, "hard_sigmoid": functional.hardsigmoid,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)), "hard_silu": functional.hardswish, "hard_tanh": functional.hardtanh,
    "tanh_shrink": functional.tanhshrink, "mish": functional.mish, "log_sigmoid": functional.logsigmoid, "exponential": torch.exp,
    "leaky_relu": lambda x, negative_slope=0.2: functional.leaky_relu(x, negative_slope), "elu": functional.elu, "celu": functional.celu,
    "gelu": lambda x, approximate=False: functional.gelu(x, approximate="tanh" if approximate else "none"),
    "hard_shrink": lambda x, threshold=0.5: functional.hardshrink(x, threshold), "soft_shrink": lambda x, threshold=0.5: functional.softshrink(x, threshold),
    "glu": lambda x, axis=-1: functional.glu(x, axis),
}
_PLAIN = ["relu6", "selu", "silu", "softplus", "softsign", "hard_sigmoid", "hard_silu", "hard_tanh", "tanh_shrink", "mish", "log_sigmoid",
          "exponential", "sparse_plus", "sparse_sigmoid"]


_OWN = {
    # Without Keras's f32 constants and cancellation.
    "relu": (lambda x, negative_slope=0.0, max_value=np.inf, threshold=0.0: np.where(x >= max_value, max_value, np.where(x >= threshold, x, negative_slope * (x - threshold))),
             "NumPy in f64"),
    "squareplus": (lambda x, b=4.0: np.array([float((mpmath.mpf(v) + mpmath.sqrt(mpmath.mpf(v) ** 2 + b)) / 2) for v in x.reshape(-1).tolist()]).reshape(x.shape),
                   f"mpmath {mpmath.__version__}"),
}


def _run(name, x, **attrs):
    """(values, source)"""
    by_keras = np.asarray(getattr(keras.activations, name)(keras.ops.convert_to_tensor(x.astype(np.float64)), **attrs))
    if name in _OWN:
        function, source = _OWN[name]
        values = np.asarray(function(x.astype(np.float64), **attrs), np.float64)
        np.testing.assert_allclose(values, by_keras, rtol=1e-6, atol=1e-6)
        return values.astype(x.dtype), f"{source}, checked against Keras"
    if name not in _IN_TORCH:
        return by_keras.astype(x.dtype), _KERAS
    values = _IN_TORCH[name](torch.from_numpy(x.astype(np.float64)), **attrs).numpy()
    np.testing.assert_allclose(values, by_keras, rtol=1e-6, atol=1e-6)
    return values.astype(x.dtype), f"{_TORCH}, checked against Keras"


def _cases(name, attrs=None, keras_attrs=None):
    attrs = attrs or {}
    for dtype, rtol in (("f32", 1e-6), ("f64", 8e-15), ("f16", 2e-3), ("bf16", 1.6e-2)):
        for shape, low, high in (([5, 7], -4, 4), ([13], -40, 40), ([1], 0, 1), ([0, 2], 0, 1)):
            x = floats(shape, low, high, dtype)
            values, source = _run(name, x, **(keras_attrs or attrs))
            case(name, [x], values, attrs, source, rtol=rtol, atol=rtol * 1e-1)
    x = np.array([0.0, -0.0, 1e-30, -1e-30, 80.0, -80.0], np.float32)
    values, source = _run(name, x, **(keras_attrs or attrs))
    case(name, [x], values, attrs, source, rtol=2e-6, atol=1e-37)


def _simplex(x):
    """Sparsemax over the last axis from its definition: max(x - t, 0) with the t for which it sums to 1. Not from Keras, whose
    3.15 adds up cumulative sums in place of the sorted entries, so that its rows do not sum to 1."""
    x = x.astype(np.float64)
    low, high = x.max(-1, keepdims=True) - 1, x.max(-1, keepdims=True)
    for _ in range(200):
        middle = (low + high) / 2
        above = np.maximum(x - middle, 0).sum(-1, keepdims=True) > 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.maximum(x - (low + high) / 2, 0)


def make():
    for name in _PLAIN:
        _cases(name)
    _cases("relu")
    _cases("relu", {"negative_slope": 0.1})
    _cases("relu", {"max_value": 1.5})
    _cases("relu", {"negative_slope": 0.25, "max_value": 2.0, "threshold": 0.5})
    _cases("leaky_relu")
    _cases("leaky_relu", {"negative_slope": 0.01})
    _cases("elu")
    _cases("elu", {"alpha": 0.5})
    _cases("celu")
    _cases("celu", {"alpha": 0.7})
    _cases("gelu")
    _cases("gelu", {"approximate": True})
    _cases("hard_shrink")
    _cases("hard_shrink", {"threshold": 1.0})
    _cases("soft_shrink")
    _cases("soft_shrink", {"threshold": 1.0})
    _cases("threshold", {"threshold": 0.5, "value": -2.0}, {"threshold": 0.5, "default_value": -2.0})
    _cases("squareplus")
    _cases("squareplus", {"b": 2.0})
    for dtype, rtol in (("f32", 1e-6), ("f64", 8e-15), ("f16", 2e-3), ("bf16", 1.6e-2)):
        x = floats([3, 4, 6], dtype=dtype)
        for attrs in ({}, {"axis": 1}):
            values, source = _run("glu", x, **attrs)
            case("glu", [x], values, attrs, source, rtol=rtol, atol=rtol)
        x = floats([5, 7], -2, 2, dtype)
        case("sparsemax", [x], _simplex(x).astype(x.dtype), {}, "bisection in NumPy f64", rtol=rtol * 4, atol=rtol * 4)
        alpha = floats([7], 0, 0.5, dtype, 3)
        case("prelu", [x, alpha], np.where(x > 0, x, alpha * x), {}, "NumPy")
    x = edges("f32")
    case("relu", [x], np.maximum(x, np.float32(0)), {}, "NumPy")
