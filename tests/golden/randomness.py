"""Philox4x32-10 words from TensorFlow's stateless generator, and draws made of them by NumPy, SciPy and Python from the published rules."""

import numpy as np
import scipy.special
import tensorflow as tf

from record import case, floats

_STATES = [(0, 0), (42 + (7 << 32), 3), (0x9E3779B97F4A7C15, 2**40 + 5), (2**64 - 1, 2**64 - 1)]
_TF = f"TensorFlow {tf.__version__}, Philox"


def _state(key, offset):
    return np.array([key & 0xFFFFFFFF, key >> 32, offset & 0xFFFFFFFF, offset >> 32], np.uint32)


def _words(shape, key, offset, dtype):
    return tf.raw_ops.StatelessRandomUniformFullIntV2(shape=shape, key=tf.constant([key], tf.uint64), counter=tf.constant([0, offset], tf.uint64), alg=1, dtype=dtype).numpy()


def _block(key, offset, index, attempt):
    """The four words of block (index, attempt): Philox with counter (index, attempt, offset)."""
    counter = tf.constant([index + (attempt << 32), offset], tf.uint64)
    return tf.raw_ops.StatelessRandomUniformFullIntV2(shape=[4], key=tf.constant([key], tf.uint64), counter=counter, alg=1, dtype=tf.uint32).numpy()


def _open(word):
    """(w + 1/2) / 2^32"""
    return (float(word) + 0.5) / 2.0**32


def _gamma(key, offset, element, alpha):
    """Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), with Box-Muller normals."""
    if not 0 < alpha < np.inf:
        return np.nan
    d = (alpha + 1 if alpha < 1 else alpha) - 1 / 3
    boost = _open(_block(key, offset, element, 0)[3]) ** (1 / alpha) if alpha < 1 else 1.0
    for attempt in range(1000):
        words = _block(key, offset, element, attempt)
        z = np.sqrt(-2 * np.log(_open(words[0]))) * np.cos(2 * np.pi * _open(words[1]))
        v = (1 + z / np.sqrt(9 * d)) ** 3
        if v > 0 and np.log(_open(words[2])) < z * z / 2 + d - d * v + d * np.log(v):
            return d * v * boost
    raise ArithmeticError("no draw was accepted")


def _poisson(key, offset, element, mean):
    """Knuth's products below 10, then PTRS of Hoermann, "The transformed rejection method for generating Poisson random variables" (1993)."""
    if not mean >= 0:
        return np.nan
    uniform = lambda i: _open(_block(key, offset, element, i // 4)[i % 4])  # noqa: E731
    if mean < 10:
        product, k = uniform(0), 0
        while product > np.exp(-mean):
            k += 1
            product *= uniform(k)
        return k
    b = 0.931 + 2.53 * np.sqrt(mean)
    a = -0.059 + 0.02483 * b
    for attempt in range(1000):
        u, v = uniform(2 * attempt) - 0.5, uniform(2 * attempt + 1)
        us = 0.5 - abs(u)
        k = np.floor((2 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        if np.log(v) + np.log(1.1239 + 1.1328 / (b - 3.4)) - np.log(a / (us * us) + b) <= -mean + k * np.log(mean) - scipy.special.gammaln(k + 1):
            return k
    raise ArithmeticError("no draw was accepted")


def _parameterised():
    for key, offset in _STATES:
        state = _state(key, offset)
        for dtype, kind in (("f32", np.float32), ("f64", np.float64)):
            alpha = np.array([0.1, 0.5, 1.0, 2.5, 40.0, -1.0, 0.0], kind)
            draws = [[_gamma(key, offset, 7 * row + i, float(a)) for i, a in enumerate(alpha)] for row in range(5)]
            case("random_gamma", [state, alpha], np.array(draws).astype(kind), {"shape": [5, 7]}, f"{_TF}, Marsaglia and Tsang in Python",
                 rtol=2e-6 if dtype == "f32" else 1e-12)
        mean = np.array([0.0, 0.3, 4.0, 9.5, 10.0, 33.0, 1e4, -1.0], np.float32)
        draws = np.array([[_poisson(key, offset, 8 * row + i, float(m)) for i, m in enumerate(mean)] for row in range(6)])
        case("random_poisson", [state, mean], np.nan_to_num(draws, nan=-1).astype(np.int32), {"shape": [6, 8]}, f"{_TF}, Knuth and Hoermann in Python")
        for dtype, kind in (("i64", np.int64), ("f32", np.float32), ("f64", np.float64)):
            wanted = (draws if "f" in dtype else np.nan_to_num(draws, nan=-1)).astype(kind)
            case("random_poisson", [state, mean], wanted, {"shape": [6, 8], "dtype": dtype}, f"{_TF}, Knuth and Hoermann in Python")
        for logits in (np.array([[0.0, 1.0, -1.0, 2.0, 0.5], [3.0, 3.0, 3.0, -9.0, 3.0]], np.float32), np.array([0.1, 0.2, 0.3], np.float64), np.array([[0.0, -np.inf]], np.float32)):
            shape = [*logits.shape[:-1], 6, logits.shape[-1]]
            u = ((_words(shape, key, offset, tf.uint32) >> np.uint32(9)).astype(np.float64) + 0.5) * 2.0**-23
            wanted = np.argmax(logits[..., None, :].astype(np.float64) - np.log(-np.log(u)), -1).astype(np.int32)
            case("random_categorical", [state, logits], wanted, {"num_samples": 6}, f"{_TF}, Gumbel-max in NumPy f64")


def _dropout():
    for key, offset in _STATES:
        state = _state(key, offset)
        for dtype in ("f32", "f64", "f16", "bf16"):
            x = floats([5, 7], dtype=dtype)
            for rate, noise in ((0.3, None), (0.5, [5, 1]), (0.9, [7]), (0.0, None), (1.0, None)):
                shape = [5, 7] if noise is None else noise
                unit = (_words(shape, key, offset, tf.uint32) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
                mask = unit >= np.float32(rate)
                kept = np.where(mask, x.astype(np.float64) / (1 - rate) if rate < 1 else 0.0, 0.0)
                attrs = {"rate": rate, **({} if noise is None else {"noise_shape": noise})}
                case("dropout", [x, state], [kept.astype(x.dtype), mask], attrs, f"{_TF}, kept and scaled by NumPy")


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
    _parameterised()
    _dropout()
