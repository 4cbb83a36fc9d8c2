//! Random draws: fast = plain to the bit, at sizes around the chunk borders, and dropout's rate.

use crate::common::{FLOATS, Tensor, agree, fast_equals_plain, run};
use talray_core::op::sample;
use talray_core::{AttrValue, DType, Sample};
use talray_kernels_cpu::{Implementation, Pool};

#[test]
fn samples_agree() {
    fast_equals_plain(&["random_bits", "random_randint", "random_gamma", "random_poisson", "advance", "dropout"], &FLOATS);
}

fn state() -> Option<Tensor> {
    Some(Tensor::of(&[1.0, 2.0, 3.0, 4.0], DType::U32, &[4]))
}

fn of_shape(n: usize) -> Sample {
    sample(vec![]).dims("shape", &[n])
}

#[test]
fn lengths_around_the_chunks_agree() {
    let bits = talray_core::ops::id("random_bits").def();
    let ints = talray_core::ops::id("random_randint").def();
    for n in [1, 3, 63, 64, 65, 8191, 8192, 8193, 16384, 16385, 40_001] {
        agree(bits, &[state()], &of_shape(n), DType::F32, "u32 bits");
        agree(bits, &[state()], &of_shape(n).attr("dtype", AttrValue::DType(DType::U64)), DType::F32, "u64 bits");
        let s = of_shape(n).attr("low", AttrValue::I64(-5)).attr("high", AttrValue::I64(9));
        agree(ints, &[state()], &s, DType::F32, "integers");
        let s = of_shape(n)
            .attr("low", AttrValue::I64(i64::MIN))
            .attr("high", AttrValue::I64(7))
            .attr("dtype", AttrValue::DType(DType::I64));
        agree(ints, &[state()], &s, DType::F32, "wide integers");
    }
}

#[test]
fn dropout_keeps_its_share_and_its_mean() {
    let op = talray_core::ops::id("dropout").def();
    let x = Some(Tensor::of(&vec![1.0; 100_000], DType::F32, &[100_000]));
    let s = sample(vec![]).attr("rate", AttrValue::F64(0.2));
    let out = run(op, &[x, state()], &s, Implementation::Simd, &Pool::serial()).expect("runs");
    let mean = |t: &Tensor| t.values().iter().sum::<f64>() / 1e5;
    assert!((mean(&out[0]) - 1.0).abs() < 0.01);
    assert!((mean(&out[1]) - 0.8).abs() < 0.01);
}
