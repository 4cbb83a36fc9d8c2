"""Makes the golden cases: `python tests/golden/make.py` with the interpreter of benches/.venv. Run by a person, never in CI.

Every value here comes from an independent program (mpmath, NumPy, SciPy, TensorFlow with Keras, PyTorch; each case names
its source), never from Talray's own output. An op's cases are made in the module of its family.
"""

import os
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.filterwarnings("ignore")
sys.path.insert(0, os.path.dirname(__file__))

import numpy as np  # noqa: E402

import activations  # noqa: E402
import binary  # noqa: E402
import convolution  # noqa: E402
import indexing  # noqa: E402
import linear  # noqa: E402
import normalisation  # noqa: E402
import randomness  # noqa: E402
import record  # noqa: E402
import reductions  # noqa: E402
import shaping  # noqa: E402
import unary  # noqa: E402
import windows  # noqa: E402

if __name__ == "__main__":
    np.seterr(all="ignore")
    for module in (unary, binary, activations, reductions, shaping, indexing, linear, normalisation, convolution, windows, randomness):
        module.make()
    ops, cases, size = record.write(os.path.dirname(os.path.abspath(__file__)))
    print(f"{cases} cases of {ops} ops, {size / 1e6:.2f} MB")
