"""Writes golden values of the scalar functions, rounded from 60 digits, for the ulp test of kernels-cpu.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath
    /tmp/venv/bin/python tests/golden/scalar_ulp.py [points a function and type] > FILE

Lines: `@ name bound`, then `f32 x [y] result` or `f64 …` in hexadecimal bits. Points are spread over each
function's interesting ranges and over all exponents, with the edges of its domain. Functions of poles and
infinities follow C99; a line says NaN as any NaN.
"""
import math, random, struct, sys
from mpmath import mp, mpf, mpmathify
import mpmath as m

mp.dps = 60
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 260
INF, NAN = math.inf, math.nan
TYPES = {"f32": ("f", "I", 8, 2.0**-149, 3.4028234663852886e38), "f64": ("d", "Q", 16, 2.0**-1074, sys.float_info.max)}


def bits(t, x):
    f, w, digits, _, _ = TYPES[t]
    return format(struct.unpack("<" + w, struct.pack("<" + f, x))[0], "0%dx" % digits)


def rounded(t, x):
    """Nearest number of the type, ties to even, as a Python float."""
    if isinstance(x, float) and (math.isnan(x) or math.isinf(x) or x == 0):
        return x
    x = mpmathify(x)
    if m.isnan(x):
        return NAN
    if x == 0:
        return 0.0
    p, low, high = (24, -149, 128) if t == "f32" else (53, -1074, 1024)
    sign, man, exp, bc = mpf(x)._mpf_
    top = exp + bc
    unit = max(top - p, low)
    q = mpf(x) / mpf(2) ** unit
    n = int(m.floor(q))
    rest = q - n
    if rest > mpf(1) / 2 or (rest == mpf(1) / 2 and n % 2):
        n += 1
    if n == 0:
        return -0.0 if sign else 0.0
    if abs(n).bit_length() + unit > high:
        return -INF if sign else INF
    return math.ldexp(n, unit)


def nearest(t, x):
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0] if t == "f32" else x
    except OverflowError:
        return math.copysign(INF, x)


def guard(f, domain=lambda x: True, at={}, outside=NAN):
    """f on its domain, NaN outside, `at` at single points (−0 is looked up as 0 with the sign kept apart)."""
    def g(x):
        if math.isnan(x):
            return NAN
        if x in at:
            v = at[x]
            return v(x) if callable(v) else v
        return f(mpf(x)) if domain(x) else outside
    return g


keep = lambda x: x
signed = lambda v: lambda x: math.copysign(v, x)


def sigmoid(x):
    return 1 / (1 + m.exp(-x))


def lgamma(x):
    return m.log(abs(m.gamma(x))) if abs(x) < 1e5 else (m.loggamma(x) if x > 0 else m.log(m.pi) - m.log(abs(x * m.sinpi(x))) - m.loggamma(-x))


def digamma(x):
    if x < 0:
        return m.digamma(1 - x) - m.pi * m.cospi(x) / m.sinpi(x)
    return m.digamma(x)


def erfinv(x):
    if abs(x) < 1e-20:
        return x * m.sqrt(m.pi) / 2
    with mp.workdps(80):
        c = 1 - abs(x)
        y = m.erfinv(abs(x)) if c > mpf(10) ** -6 else m.sqrt(-m.log(c))
        for _ in range(12):
            step = (m.erfc(y) - c) * m.sqrt(m.pi) / 2 * m.exp(y * y)
            y += step / (1 - y * step) if c <= mpf(10) ** -6 else step
        return y if x > 0 else -y


def erfc(x):
    if x > 200:
        return mpf(10) ** -20000
    return m.erfc(x)


def cap(f, limit):
    """f of x held to ±limit: beyond, the rounded result is the same and mpmath would take for ever."""
    return lambda x: f(max(min(x, mpf(limit)), -mpf(limit)))


def near_integers(x):
    return x > 0 or x != math.floor(x)


# name: (function, bound in ulp, ranges, extra points)
UNARY = {
    "exp": (guard(cap(m.exp, 2000), at={INF: INF, -INF: 0.0}), 2, [(-105, 90), (-746, 711), (-1, 1)], [88.72283935546875, 88.7228469, -87.33655, -103.9720840454, 709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, -708.3964185322641]),
    "exp2": (guard(cap(lambda x: mpf(2) ** x, 2000), at={INF: INF, -INF: 0.0}), 2, [(-151, 130), (-1080, 1030), (-1, 1)], [127.99999, 128.0, -126.0, -149.0, -150.0, 1023.9999999999999, 1024.0, -1022.0, -1074.0, -1075.0]),
    "expm1": (guard(cap(m.expm1, 2000), at={INF: INF, -INF: -1.0, 0.0: keep}), 2, [(-40, 90), (-40, 711), (-1.2, 1.2)], [-0.34657359, 0.34657359, 1.0397207708, -1.03972, 88.7228, 709.782712893384]),
    "log": (guard(m.log, lambda x: x > 0, {INF: INF, 0.0: -INF, -INF: NAN}), 2, [(0, 3), (0.7, 1.42), (0, 1e4)], [1.0, 0.70710678, 0.70710677, 1.41421354, 0.7071067811865476, 0.7071067811865475]),
    "log2": (guard(lambda x: m.log(x, 2), lambda x: x > 0, {INF: INF, 0.0: -INF, -INF: NAN}), 2, [(0, 3), (0.7, 1.42), (0, 1e4)], [1.0, 2.0, 0.5, 8.0, 1024.0, 0.70710678]),
    "log1p": (guard(m.log1p, lambda x: x > -1, {INF: INF, -1.0: -INF, 0.0: keep, -INF: NAN}), 2, [(-1, 2), (-0.3, 0.45), (-1, 1e4)], [-0.29289323, 0.41421357]),
    "sqrt": (guard(m.sqrt, lambda x: x >= 0, {INF: INF, 0.0: keep, -INF: NAN}), 0, [(0, 10)], []),
    "sin": (guard(m.sin, math.isfinite, {0.0: keep}), 2, [(-7, 7), (-1000, 1000), (-1e6, 1e6), (-1e9, 1e9)], [math.pi, math.pi / 2, 2 * math.pi, 355.0, 1048576.0, 6381956970095103 * 2.0**797]),
    "cos": (guard(m.cos, math.isfinite), 2, [(-7, 7), (-1000, 1000), (-1e6, 1e6), (-1e9, 1e9)], [math.pi, math.pi / 2, 3 * math.pi / 2, 355.0, 11.0, 6381956970095103 * 2.0**797]),
    "tan": (guard(m.tan, math.isfinite, {0.0: keep}), 2, [(-7, 7), (-1000, 1000), (-1e6, 1e6), (-1e9, 1e9)], [math.pi, math.pi / 2, math.pi / 4, 355.0, 11.0]),
    "asin": (guard(m.asin, lambda x: abs(x) <= 1, {0.0: keep}), 2, [(-1, 1), (0.9, 1)], [1.0, -1.0, 0.5, 1.0000001]),
    "acos": (guard(m.acos, lambda x: abs(x) <= 1, {1.0: 0.0}), 2, [(-1, 1), (0.9, 1)], [1.0, -1.0, 0.5, 1.0000001]),
    "atan": (guard(m.atan, at={0.0: keep, INF: math.pi / 2, -INF: -math.pi / 2}), 2, [(-3, 3), (-100, 100)], [1.0, -1.0]),
    "sinh": (guard(cap(m.sinh, 2000), at={0.0: keep, INF: INF, -INF: -INF}), 2, [(-1, 1), (-91, 91), (-711, 711)], [89.4159, 89.41599, 710.4758600739439, 710.475860073944]),
    "cosh": (guard(cap(m.cosh, 2000), at={INF: INF, -INF: INF}), 2, [(-1, 1), (-91, 91), (-711, 711)], [89.4159, 89.41599, 710.4758600739439, 710.475860073944]),
    "tanh": (guard(cap(m.tanh, 2000), at={0.0: keep}), 2, [(-1, 1), (-10, 10), (-22, 22)], [0.625, 0.62499994, 9.0109]),
    "asinh": (guard(m.asinh, at={0.0: keep, INF: INF, -INF: -INF}), 2, [(-1, 1), (-100, 100)], []),
    "acosh": (guard(m.acosh, lambda x: x >= 1, {1.0: 0.0, INF: INF}), 2, [(1, 1.5), (1, 100)], [1.0, 0.99999994, 1.0000001192092896, 1.0000000000000002]),
    "atanh": (guard(m.atanh, lambda x: abs(x) < 1, {0.0: keep, 1.0: INF, -1.0: -INF}), 2, [(-1, 1), (0.9, 1)], [0.99999994]),
    "sigmoid": (guard(cap(sigmoid, 2000), at={INF: 1.0, -INF: 0.0}), 2, [(-20, 20), (-110, 90), (-750, 40)], [-88.0, -103.0, -104.0, -745.0, 0.0]),
    "erf": (guard(cap(m.erf, 100), at={0.0: keep}), 2, [(-1, 1), (-6, 6)], [3.9, 4.0, 0.84375, 1.25, 6.0]),
    "erfc": (guard(erfc, at={-INF: 2.0, INF: 0.0}), 2, [(-6, 6), (0, 11), (0, 28)], [9.19, 10.05, 26.5, 27.2, 0.84375]),
    "erfinv": (guard(erfinv, lambda x: abs(x) < 1, {0.0: keep, 1.0: INF, -1.0: -INF}), 8, [(-1, 1), (0.84, 1), (0.9999, 1)], [0.85, 0.99999994, 0.9999999999999999]),
    "lgamma": (guard(lgamma, near_integers, {INF: INF, 0.0: INF, -INF: INF}, INF), 8, [(0, 5), (-10, 0), (0, 100), (-40, 0), (0, 1e6), (-3, -2)], [1.0, 2.0, 3.0, 1.0000001, 1.9999999, 0.99999994, -2.4570247382208006, -2.457024738220801, -2.45702473822080, -2.7476826467274127, -3.14358088834998, -3.955294284858598, -4.039361839740537, -5.0082181683225935, -7.000198333407325, 4.08500343e36, 4.0850036e36, 2.55e305]),
    "digamma": (guard(digamma, near_integers, {INF: INF, 0.0: signed(-INF) , -INF: NAN}), 8, [(0, 5), (-10, 0), (0, 100), (-40, 0), (0, 1e6), (1.3, 1.6), (-1000, -20)], [1.0, 2.0, 1.4616321449683622, 1.4616321449683625, 1.461632144968362, 1.4616321325302124, 1.46163213, 1.46163225, -0.504083008264455, -1.573498473162390, -29.706, -20.74213]),
    "floor": (guard(lambda x: m.floor(x), at={INF: INF, -INF: -INF, 0.0: keep}), 0, [(-5, 5), (-1e17, 1e17)], [0.5, -0.5, 2.0, 8388607.5, 4503599627370495.5]),
    "ceil": (guard(lambda x: m.ceil(x) if x > 0 or m.ceil(x) != 0 else -0.0, at={INF: INF, -INF: -INF, 0.0: keep}), 0, [(-5, 5), (-1e17, 1e17)], [0.5, -0.5, 2.0, 8388607.5]),
    "trunc": (guard(lambda x: (m.floor(x) if x > 0 else (m.ceil(x) if m.ceil(x) != 0 else -0.0)), at={INF: INF, -INF: -INF, 0.0: keep}), 0, [(-5, 5), (-1e17, 1e17)], [0.5, -0.5, 2.0, 8388607.5]),
    "round": (guard(lambda x: float(round(float(x))) if round(float(x)) != 0 else math.copysign(0.0, float(x)), at={INF: INF, -INF: -INF, 0.0: keep}), 0, [(-5, 5), (-1e17, 1e17)], [0.5, -0.5, 1.5, 2.5, -2.5, 8388607.5]),
}
# The sign of digamma's pole is that of −x.
UNARY["digamma"] = (lambda x, g=UNARY["digamma"][0]: math.copysign(INF, -x) if x == 0 else g(x),) + UNARY["digamma"][1:]


def power(x, y):
    try:
        v = math.pow(x, y)
        special = math.isnan(x) or math.isnan(y) or math.isnan(v) or math.isinf(x) or math.isinf(y) or x == 0 or y == 0
    except OverflowError:
        special = False
    except ValueError:
        return math.copysign(INF, x) if x == 0 and y % 2 == 1 else (INF if x == 0 else NAN)
    if special:
        return v
    e = mpf(y) * m.log(abs(mpf(x)))
    r = m.exp(max(min(e, mpf(2000)), mpf(-2000)))
    return -r if x < 0 and y % 2 == 1 else r


def arc2(y, x):
    special = math.isnan(x) or math.isnan(y) or math.isinf(x) or math.isinf(y) or y == 0
    if special:
        if x != x or y != y:
            return NAN
        if y == 0 and (x > 0 or math.copysign(1, x) > 0):
            return y
        return m.mpf(math.copysign(1, y)) * (m.pi if y == 0 or (x == -INF and not math.isinf(y)) else (3 * m.pi / 4 if x == -INF else (m.pi / 4 if x == INF and math.isinf(y) else (m.pi / 2 if math.isinf(y) else math.copysign(0.0, y))))) if not (x == INF and not math.isinf(y)) else math.copysign(0.0, y)
    return m.atan2(mpf(y), mpf(x))


BINARY = {"pow": (power, 8, [((0, 10), (-40, 40)), ((0.9, 1.1), (-3000, 3000)), ((-5, 5), (-5, 5)), ((0, 1e4), (-9, 9))]), "atan2": (arc2, 2, [((-2, 2), (-2, 2)), ((-1e6, 1e6), (-1, 1)), ((-1, 1), (-1e6, 1e6))])}
EDGES = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN]
PAIRS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -2.0, -3.0, 1e30, -1e30, INF, -INF, NAN]


def points(t, ranges, extra, rng):
    _, _, _, tiny, huge = TYPES[t]
    normal = 2.0**-126 if t == "f32" else 2.0**-1022
    xs = EDGES + [tiny, -tiny, huge, -huge, normal, -normal, normal * 0.75, 1e-10, -1e-10, 1e-20, -1e-20]
    for x in extra:
        for s in (x, -x):
            xs += [s]
    for a, b in ranges:
        xs += [a + (b - a) * rng.random() for _ in range(COUNT // (len(ranges) + 1))]
    spread = (-149, 127) if t == "f32" else (-1074, 1023)
    xs += [rng.choice((1, -1)) * math.ldexp(1 + rng.random(), rng.randint(*spread)) for _ in range(COUNT // (len(ranges) + 1))]
    return sorted({bits(t, nearest(t, x)) for x in xs})


def value(t, b):
    f, w, _, _, _ = TYPES[t]
    return struct.unpack("<" + f, struct.pack("<" + w, int(b, 16)))[0]


def result(t, y):
    y = rounded(t, y)
    return "nan" if math.isnan(y) else bits(t, y)


rng = random.Random(20240607)
print("# written by tests/golden/scalar_ulp.py", COUNT)
for name, (f, bound, ranges, extra) in UNARY.items():
    print("@", name, bound)
    for t in TYPES:
        for b in points(t, ranges, extra, rng):
            print(t, b, result(t, f(value(t, b))))
for name, (f, bound, ranges) in BINARY.items():
    print("@", name, bound)
    for t in TYPES:
        pairs = [(x, y) for x in PAIRS for y in PAIRS]
        for (a, b), (c, d) in ranges:
            pairs += [(a + (b - a) * rng.random(), c + (d - c) * rng.random()) for _ in range(COUNT // 3)]
            pairs += [(a + (b - a) * rng.random(), float(rng.randint(int(c), int(d)))) for _ in range(COUNT // 6)]
        for x, y in pairs:
            x, y = bits(t, nearest(t, x)), bits(t, nearest(t, y))
            print(t, x, y, result(t, f(value(t, x), value(t, y))))
