"""Philox4x32-10 words from TensorFlow's stateless generator, and uniform and normal draws made of them by NumPy and SciPy."""

import numpy as np
import scipy.special
import tensorflow as tf

from record import case

_STATES = [(0, 0), (42 + (7 << 32), 3), (0x9E3779B97F4A7C15, 2**40 + 5), (2**64 - 1, 2**64 - 1)]
_TF = f"TensorFlow {tf.__version__}, Philox"


def _state(key, offset):
    return np.array([key & 0xFFFFFFFF, key >> 32, offset & 0xFFFFFFFF, offset >> 32], np.uint32)


def _words(shape, key, offset, dtype):
    return tf.raw_ops.StatelessRandomUniformFullIntV2(shape=shape, key=tf.constant([key], tf.uint64), counter=tf.constant([0, offset], tf.uint64), alg=1, dtype=dtype).numpy()


def make():
    for key, offset in _STATES:
        state = _state(key, offset)
        for shape in ([1], [3, 7], [130]):
            case("random_bits", [state], _words(shape, key, offset, tf.uint32), {"shape": shape}, _TF)
            case("random_bits", [state], _words(shape, key, offset, tf.uint64), {"shape": shape, "dtype": "u64"}, _TF)
        bits, wide = _words([3, 7], key, offset, tf.uint32), _words([9], key, offset, tf.uint64)
        unit = (bits >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
        case("random_uniform", [state], unit, {"shape": [3, 7]}, f"{_TF}, 24 bits scaled by NumPy", rtol=0)
        case("random_uniform", [state], (wide >> np.uint64(11)).astype(np.float64) * 2.0**-53, {"shape": [9], "dtype": "f64"}, f"{_TF}, 53 bits scaled by NumPy", rtol=0)
        middle = ((bits >> np.uint32(8)).astype(np.float64) - 2**23 + 0.5) * 2.0**-23
        normal = np.sqrt(2) * scipy.special.erfinv(middle)
        case("random_normal", [state], normal.astype(np.float32), {"shape": [3, 7]}, f"{_TF}, inverted by SciPy", rtol=5e-6, atol=1e-6)
        case("random_bernoulli", [state], unit < np.float32(0.3), {"shape": [3, 7], "p": 0.3}, f"{_TF}, compared by NumPy")
        whole = -5 + (bits.astype(object) * 23 // 2**32)
        case("random_randint", [state], whole.astype(np.int32), {"shape": [3, 7], "low": -5, "high": 18}, f"{_TF}, scaled by Python integers")
        words = _words([3, 7], key, offset, tf.uint64).astype(object)
        case("random_randint", [state], (-(2**40) + words * 2**42 // 2**64).astype(np.int64), {"shape": [3, 7], "low": -(2**40), "high": 3 * 2**40, "dtype": "i64"},
             f"{_TF}, scaled by Python integers")
        case("random_permutation", [state], np.argsort(_words([41], key, offset, tf.uint32), kind="stable").astype(np.int32), {"n": 41}, f"{_TF}, sorted by NumPy")
        cut = np.clip(np.sqrt(2) * scipy.special.erfinv(scipy.special.erf(np.sqrt(2)) * middle), -2, 2)
        case("random_truncated_normal", [state], cut.astype(np.float32), {"shape": [3, 7]}, f"{_TF}, inverted by SciPy", rtol=5e-6, atol=1e-6)
        for count in (1, 2**33 + 7):
            case("advance", [state], _state(key, (offset + count) % 2**64), {"count": count}, "Python integers")
    empty = np.zeros([0, 2], np.uint32)
    case("random_bits", [_state(1, 1)], empty, {"shape": [0, 2]}, _TF)
