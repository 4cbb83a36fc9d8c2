"""Keras's activations, computed in f64 by Keras on TensorFlow and rounded once; sparsemax and glu as Keras has them too."""

import keras
import numpy as np

from record import case, edges, floats

_SOURCE = f"Keras {keras.__version__} in f64"
_PLAIN = ["relu6", "selu", "silu", "softplus", "softsign", "hard_sigmoid", "hard_silu", "hard_tanh", "tanh_shrink", "mish", "log_sigmoid",
          "exponential", "sparse_plus", "sparse_sigmoid"]


def _run(name, x, **attrs):
    function = getattr(keras.activations, name)
    return np.asarray(function(keras.ops.convert_to_tensor(x.astype(np.float64)), **attrs)).astype(x.dtype)


# Keras rounds some constants to f32 even in f64, and loses digits of some functions where they are small.
_F64_RTOL = {"gelu": 1e-6, "leaky_relu": 4e-8, "relu": 4e-8, "squareplus": 4e-13}
_EDGE_ATOL = {"elu": 1e-29, "selu": 1e-29}


def _cases(name, attrs=None, keras_attrs=None, keras_name=None, finite=False):
    attrs = attrs or {}
    for dtype, rtol in (("f32", 1e-6), ("f64", _F64_RTOL.get(name, 8e-15))):
        for shape, low, high in (([5, 7], -4, 4), ([13], -40, 40), ([1], 0, 1), ([0, 2], 0, 1)):
            x = floats(shape, low, high, dtype)
            case(name, [x], _run(keras_name or name, x, **(keras_attrs or attrs)), attrs, _SOURCE, rtol=rtol, atol=rtol * 1e-1)
    if not finite:
        x = np.array([0.0, -0.0, 1e-30, -1e-30, 100.0, -100.0], np.float32)
        case(name, [x], _run(keras_name or name, x, **(keras_attrs or attrs)), attrs, _SOURCE, rtol=1e-6, atol=_EDGE_ATOL.get(name, 1e-37))


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
    for dtype, rtol in (("f32", 1e-6), ("f64", 8e-15)):
        x = floats([3, 4, 6], dtype=dtype)
        case("glu", [x], _run("glu", x), {}, _SOURCE, rtol=rtol, atol=rtol)
        case("glu", [x], _run("glu", x, axis=1), {"axis": 1}, _SOURCE, rtol=rtol, atol=rtol)
        x = floats([5, 7], -2, 2, dtype)
        case("sparsemax", [x], _run("sparsemax", x), {}, _SOURCE, rtol=rtol * 4, atol=rtol * 4)
        alpha = floats([7], 0, 0.5, dtype, 3)
        case("prelu", [x, alpha], np.where(x > 0, x, alpha * x), {}, "NumPy")
    x = edges("f32")
    case("relu", [x], np.maximum(x, np.float32(0)), {}, "NumPy")
