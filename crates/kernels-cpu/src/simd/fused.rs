//! `a·b + c` rounded once, where the processor has no instruction for it.

/// In f64, where the product is exact. The sum is rounded to odd, so that rounding it once more to f32 is as if it had been
/// exact (Boldo and Melquiond, 2008).
#[inline(always)]
pub(super) fn f32(a: f32, b: f32, c: f32) -> f32 {
    let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let sum = product + c;
    // What the sum lost, exactly (Knuth's two-sum).
    let part = sum - product;
    let lost = (product - (sum - part)) + (c - part);
    let bits = sum.to_bits();
    // Sums that are exact or odd stay, and so do infinities and NaN; an even one moves towards what was lost.
    if lost == 0.0 || lost.is_nan() || bits & 1 == 1 {
        return sum as f32;
    }
    let outward = (lost > 0.0) == (sum > 0.0);
    f64::from_bits(if outward { bits + 1 } else { bits - 1 }) as f32
}

/// By the standard library's code.
#[cfg(target_family = "wasm")]
#[inline(always)]
pub(super) fn f64(a: f64, b: f64, c: f64) -> f64 {
    a.mul_add(b, c)
}

#[cfg(test)]
mod tests {
    #[test]
    fn f32_rounds_as_the_fused_instruction() {
        let special = [0.0, -0.0, 1.0, -1.0, f32::MIN_POSITIVE, 1e-45, f32::MAX, f32::INFINITY, f32::NAN, 1.0 + f32::EPSILON];
        let mut state = 1u32;
        let mut word = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        // Any bit patterns, and products that lie between two f32, which a small sum moves to one side.
        let mut any: Vec<[f32; 3]> = (0..300_000).map(|_| std::array::from_fn(|_| f32::from_bits(word()))).collect();
        any.extend((0..300_000).map(|_| {
            let near = |w: u32, scale: f32| (1.0 + (w & 0xfff) as f32 / 4096.0) * scale;
            [
                near(word(), 1.0),
                near(word(), 1.0),
                near(word(), (0.5f32).powi((word() % 60).cast_signed())) * if word() & 1 == 0 { 1.0 } else { -1.0 },
            ]
        }));
        for a in special {
            any.extend(special.iter().flat_map(|&b| special.map(|c| [a, b, c])));
        }
        let mut twice = 0;
        for [a, b, c] in any {
            twice += usize::from((f64::from(a) * f64::from(b) + f64::from(c)) as f32 != a.mul_add(b, c) && !(a * b + c).is_nan());
            let (ours, fused) = (super::f32(a, b, c), a.mul_add(b, c));
            assert!(
                ours.to_bits() == fused.to_bits() || (ours.is_nan() && fused.is_nan()),
                "{a:e}·{b:e} + {c:e}: {ours:e}, not {fused:e}"
            );
        }
        assert!(twice > 0, "no case tells this from rounding twice");
    }
}
