"""Prints the polynomial coefficients of kernels-cpu's scalar functions: Chebyshev interpolation in 60 digits.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath
    /tmp/venv/bin/python tests/golden/fit_polynomials.py
"""
import struct
from mpmath import mp, mpf, matrix, lu_solve, cos, pi, exp, log, log1p, tanh, sin, atan, erf, sqrt

mp.dps = 60


def fit(f, a, b, n):
    """n coefficients that meet f at the Chebyshev points of a..b, and the largest error."""
    a, b = mpf(a), mpf(b)
    xs = [(a + b) / 2 + (b - a) / 2 * cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    powers, values = matrix(n, n), matrix(n, 1)
    for i, x in enumerate(xs):
        for j in range(n):
            powers[i, j] = x**j
        values[i] = f(x)
    c = lu_solve(powers, values)
    grid = [a + (b - a) * k / 200 for k in range(201)]
    return list(c), max(abs(sum(c[j] * x**j for j in range(n)) - f(x)) for x in grid)


def show(name, c, error, single=False):
    shown = [struct.unpack("f", struct.pack("f", float(v)))[0] if single else float(v) for v in c]
    print(f"{name}, error {float(error):.1e}:", *map(repr, shown), sep="\n    ")


def even(f, at_zero):
    """f as a function of z = x², with its value at 0."""
    return lambda z: f(sqrt(z), z) if z > mpf(10) ** -20 else mpf(at_zero)


half = log(2) / 2 * mpf("1.0001")
expo = lambda r: (exp(r) - 1 - r) / r**2 if abs(r) > mpf(10) ** -25 else mpf(1) / 2
show("exp f32", *fit(expo, -half, half, 6), True)
show("exp f64", *fit(expo, -half, half, 11))
root = sqrt(mpf(2))
loga = lambda f: (log1p(f) - f + f * f / 2) / f**3 if abs(f) > mpf(10) ** -15 else mpf(1) / 3
show("log f32", *fit(loga, root / 2 - 1, root - 1, 10), True)
show("log f64", *fit(even(lambda s, z: ((log1p(s) - log1p(-s)) / s - 2) / z, mpf(2) / 3), 0, ((root - 1) / (root + 1)) ** 2, 8))
tang = even(lambda x, z: (tanh(x) / x - 1) / z, -mpf(1) / 3)
show("tanh f32", *fit(tang, 0, mpf("0.391"), 6), True)
show("tanh f64", *fit(tang, 0, mpf("0.391"), 13))
quarter = (pi / 4 * mpf("1.0001")) ** 2
show("sin", *fit(even(lambda x, z: (sin(x) / x - 1) / z, -mpf(1) / 6), 0, quarter, 7))
show("cos", *fit(even(lambda x, z: (cos(x) - 1 + z / 2) / z**2, mpf(1) / 24), 0, quarter, 7))
show("erf", *fit(lambda u: erf(sqrt(8 * (u + 1))) / sqrt(8 * (u + 1)) if u > -1 else 2 / sqrt(pi), -1, 1, 22))
show("atan", *fit(even(lambda x, z: (atan(x) / x - 1) / z, -mpf(1) / 3), 0, 1, 15))
