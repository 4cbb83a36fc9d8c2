"""The rows that every benchmark of this folder trains on: counter-based, so that row i is the same in every program.

A number is a function of (seed, stream, counter) alone; see `unit`. Ids follow a Zipf law with exponent 1.05 whose ranks
are spread over the table by a bijection, so that hot rows are not neighbours.
"""

import numpy as np

SEED = 2021
DENSE = 13
CARDINALITIES = (
    1460, 583, 1000000, 1000000, 305, 24, 12517, 633, 3, 93145, 5683, 1000000, 3194,
    27, 14992, 1000000, 10, 5652, 2173, 4, 1000000, 18, 15, 286181, 105, 142572,
)
FIELDS = len(CARDINALITIES)

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def mix(z):
    """The finaliser of SplitMix64, over a uint64 array."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def unit(stream, counter, seed=SEED):
    """Uniform f64 numbers in [0, 1) for an array of counters."""
    key = mix(np.array([(seed * _GOLDEN + stream) & _MASK], dtype=np.uint64))
    steps = (np.asarray(counter, dtype=np.uint64) + np.uint64(1)) * np.uint64(_GOLDEN)
    return (mix(key + steps) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def zipf_id(u, size):
    """Ids below `size` for uniform numbers: Zipf rank, then the spreading bijection."""
    a = 1 - 1.05
    low, high = 0.5**a, (size + 0.5) ** a
    x = (low + u * (high - low)) ** (1 / a)
    rank = np.clip(np.floor(x + 0.5).astype(np.int64) - 1, 0, size - 1)
    return (rank.astype(np.uint64) * np.uint64(2654435761) % np.uint64(size)).astype(np.int64)


def criteo(start, count):
    """(dense f32 [count, 13], ids i64 [count, 26], label f32 [count]) of the rows from `start` on."""
    row = np.arange(start, start + count)
    dense = np.stack([unit(100 + j, row) for j in range(DENSE)], axis=1).astype(np.float32)
    ids = np.stack([zipf_id(unit(200 + f, row), size) for f, size in enumerate(CARDINALITIES)], axis=1)
    return dense, ids, (unit(300, row) < 0.25).astype(np.float32)


def one_table(start, count, size):
    """(ids i64 [count, 26] below `size`, label f32 [count]) for the one-table model."""
    counter = np.arange(start * FIELDS, (start + count) * FIELDS)
    ids = zipf_id(unit(500, counter), size).reshape(count, FIELDS)
    return ids, (unit(300, np.arange(start, start + count)) < 0.25).astype(np.float32)


def batches(rows, batch, number=16):
    """`number` batches in a row from `rows(start, count)`."""
    return [rows(i * batch, batch) for i in range(number)]
