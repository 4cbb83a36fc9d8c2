//! Softmax, cross-entropies and normalisations: fast = plain, at odd sizes too.

use crate::common::{FLOATS, Tensor, agree, fast_equals_plain, run, tensor};
use talray_core::op::{floats, sample, values};
use talray_core::{Code, DType};
use talray_kernels_cpu::{Implementation, Pool};

#[test]
fn samples_agree_in_every_float_type() {
    fast_equals_plain(
        &[
            "softmax",
            "log_softmax",
            "softmax_cross_entropy",
            "sparse_softmax_cross_entropy",
            "layer_normalization",
            "rms_normalization",
            "batch_normalization",
        ],
        &FLOATS,
    );
}

#[test]
fn row_lengths_around_the_vector_width_agree() {
    for n in [1, 2, 7, 8, 15, 16, 17, 31, 33, 129, 5000] {
        for rows in [1, 3, 40] {
            let x = floats(&[rows, n], -5.0, 5.0);
            let s = sample(vec![x.clone()]);
            let t = |i: &Option<_>| i.as_ref().map(|i| tensor(i, DType::F32));
            for name in ["softmax", "log_softmax", "layer_normalization", "rms_normalization", "batch_normalization"] {
                let op = talray_core::ops::id(name).def();
                let mut inputs = vec![t(&x)];
                inputs.resize(op.args.len(), None);
                if n > 1 || !name.contains("normalization") {
                    agree(op, &inputs, &s, DType::F32, &format!("{name} [{rows}, {n}]"));
                }
            }
            let labels: Vec<f64> = (0..rows).map(|r| ((r * 7) % n) as f64).collect();
            let labels = Some(Tensor::of(&labels, DType::I32, &[rows]));
            agree(talray_core::ops::id("sparse_softmax_cross_entropy").def(), &[t(&x), labels], &s, DType::F32, "sparse");
        }
    }
}

#[test]
fn empty_tensors_are_accepted() {
    for shape in [[0, 3], [3, 0]] {
        let x = floats(&shape, 0.0, 1.0);
        let inputs = [x.as_ref().map(|x| tensor(x, DType::F32))];
        agree(talray_core::ops::id("softmax").def(), &inputs, &sample(vec![x.clone()]), DType::F32, "empty softmax");
    }
}

#[test]
fn a_label_outside_the_classes_is_refused() {
    let op = talray_core::ops::id("sparse_softmax_cross_entropy").def();
    let s = sample(vec![floats(&[2, 3], 0.0, 1.0), values(DType::I32, &[2], &[1.0, 3.0])]);
    let inputs: Vec<_> = s.inputs.iter().map(|i| i.as_ref().map(|i| tensor(i, DType::F32))).collect();
    for implementation in [Implementation::Simd, Implementation::Reference] {
        let e = run(op, &inputs, &s, implementation, &Pool::serial()).expect_err("3 is outside");
        assert_eq!(e.code, Code::Option, "{e}");
    }
}
