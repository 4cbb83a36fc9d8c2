"""Normalisations: PyTorch in f64, rounded once. Gamma or beta may be absent."""

import numpy as np
import torch

from record import case, floats

_SOURCE = f"PyTorch {torch.__version__.split('+')[0]} in f64"


def _t(x):
    return None if x is None else torch.from_numpy(x.astype(np.float64))


def _affine(size, dtype):
    """(gamma, beta) in the four ways in which they can be present."""
    gamma, beta = floats(size, 0.5, 2, dtype, 11), floats(size, -1, 1, dtype, 12)
    return [(gamma, beta), (None, None), (gamma, None), (None, beta)]


def _scaled(y, gamma, beta):
    y = y if gamma is None else y * _t(gamma)
    return y if beta is None else y + _t(beta)


def _batch_gradient(x, dtype, gamma, axis, same):
    """The gradient of batch normalisation by PyTorch's autograd, from the statistics as they are stored."""
    others = tuple(i for i in range(x.ndim) if i != axis)
    along = [-1 if i == axis else 1 for i in range(x.ndim)]
    stored = np.float64 if x.dtype == np.float64 else np.float32
    mean, variance = (t.numpy().astype(stored) for t in (_t(x).mean(others), _t(x).var(others, unbiased=False)))
    dy = floats(list(x.shape), -1, 1, dtype, 13)
    t, g, b = _t(x).requires_grad_(), torch.ones(x.shape[axis], dtype=torch.float64) if gamma is None else _t(gamma), torch.zeros(x.shape[axis], dtype=torch.float64)
    g.requires_grad_(), b.requires_grad_()
    centred = t - t.mean(others, keepdim=True)
    out = centred / (t.var(others, unbiased=False, keepdim=True) + 1e-3).sqrt() * g.reshape(along) + b.reshape(along)
    out.backward(_t(dy))
    wanted = [t.grad.numpy().astype(x.dtype), g.grad.numpy().astype(stored), b.grad.numpy().astype(stored)]
    case("batch_normalization_grad", [x, gamma, dy, mean, variance], wanted, {"axis": axis, "epsilon": 1e-3}, **{**same, "atol": 4 * same["atol"]})


def make():
    functional = torch.nn.functional
    for dtype, tolerance in (("f32", 5e-6), ("f64", 2e-14), ("f16", 4e-3), ("bf16", 3e-2)):
        same = {"source": _SOURCE, "rtol": tolerance, "atol": tolerance}
        x = floats([3, 4, 6], -2, 3, dtype)
        for gamma, beta in _affine([6], dtype):
            for epsilon in (1e-3, 1e-6):
                wanted = functional.layer_norm(_t(x), [6], _t(gamma), _t(beta), epsilon)
                case("layer_normalization", [x, gamma, beta], wanted.numpy().astype(x.dtype), {"epsilon": epsilon}, **same)
        gamma, beta = _affine([4, 6], dtype)[0]
        wanted = functional.layer_norm(_t(x), [4, 6], _t(gamma), _t(beta), 1e-3)
        case("layer_normalization", [x, gamma, beta], wanted.numpy().astype(x.dtype), {"axis": [-2, -1]}, **same)
        for gamma, beta in _affine([6], dtype)[1:3]:
            if beta is None:
                wanted = functional.rms_norm(_t(x), [6], _t(gamma), 1e-5)
                case("rms_normalization", [x, gamma], wanted.numpy().astype(x.dtype), {"epsilon": 1e-5}, **same)
        for gamma, beta in _affine([6], dtype):
            flat = _t(x)
            mean, variance = flat.mean((0, 1)), flat.var((0, 1), unbiased=False)
            wanted = _scaled((flat - mean) / (variance + 1e-3).sqrt(), gamma, beta)
            case("batch_normalization", [x, gamma, beta], [wanted.numpy().astype(x.dtype), *(t.numpy().astype(np.float64 if dtype == "f64" else np.float32) for t in (mean, variance))],
                 {"epsilon": 1e-3}, **same)
        for gamma, axis in ((floats([6], 0.5, 2, dtype, 11), 2), (None, 2), (floats([4], 0.5, 2, dtype, 11), 1)):
            _batch_gradient(x, dtype, gamma, axis, same)
        gamma, beta = _affine([4], dtype)[0]
        wanted = functional.batch_norm(_t(x), None, None, _t(gamma), _t(beta), True, 0.1, 1e-5)
        case("batch_normalization", [x, gamma, beta], wanted.numpy().astype(x.dtype), {"axis": 1, "epsilon": 1e-5}, **same)
        image = floats([2, 4, 3, 6], -2, 3, dtype, 1)
        channels_first = _t(image).permute(0, 3, 1, 2)
        for gamma, beta in _affine([6], dtype)[:2]:
            for groups in (1, 2, 3, 6):
                wanted = functional.group_norm(channels_first, groups, _t(gamma), _t(beta), 1e-3).permute(0, 2, 3, 1)
                case("group_normalization", [image, gamma, beta], wanted.numpy().astype(x.dtype), {"groups": groups, "epsilon": 1e-3}, **same)
            wanted = functional.instance_norm(channels_first, weight=_t(gamma), bias=_t(beta), eps=1e-3).permute(0, 2, 3, 1)
            case("instance_normalization", [image, gamma, beta], wanted.numpy().astype(x.dtype), {"epsilon": 1e-3}, **same)
