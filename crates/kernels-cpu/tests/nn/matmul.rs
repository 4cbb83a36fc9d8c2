//! Matrix products: fast = plain in every numeric type, at odd sizes, and for any number of threads.

use crate::common::{agree, fast_equals_plain, tensor};
use talray_core::op::{floats, sample};
use talray_core::{AttrValue, DType};

#[test]
fn samples_agree() {
    let numeric: Vec<DType> = DType::ALL.into_iter().filter(|d| *d != DType::Bool).collect();
    fast_equals_plain(&["matmul"], &numeric);
}

#[test]
fn odd_sizes_agree() {
    let op = talray_core::ops::id("matmul").def();
    for (m, k, n) in [(1, 1, 1), (1, 300, 7), (3, 17, 33), (65, 64, 63), (129, 31, 1), (257, 130, 66)] {
        for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
            let a = floats(&if ta { [k, m] } else { [m, k] }, -1.0, 1.0);
            let b = floats(&if tb { [n, k] } else { [k, n] }, -1.0, 1.0);
            let s = sample(vec![]).attr("transpose_a", AttrValue::Bool(ta)).attr("transpose_b", AttrValue::Bool(tb));
            let inputs: Vec<_> = [a, b].iter().map(|i| i.as_ref().map(|i| tensor(i, DType::F32))).collect();
            agree(op, &inputs, &s, DType::F32, &format!("{m}x{k}x{n} {ta} {tb}"));
        }
    }
}

#[test]
fn batches_and_empty_operands_agree() {
    let op = talray_core::ops::id("matmul").def();
    let cases: [(&[usize], &[usize]); 6] = [
        (&[33, 5, 7], &[33, 7, 3]),
        (&[4, 1, 5, 7], &[6, 7, 3]),
        (&[9, 5, 7], &[7, 3]),
        (&[5, 7], &[9, 7, 3]),
        (&[2, 0], &[0, 3]),
        (&[0, 4], &[4, 3]),
    ];
    for (a, b) in cases {
        let (x, y) = (floats(a, -1.0, 1.0), floats(b, -1.0, 1.0));
        let inputs: Vec<_> = [x, y].iter().map(|i| i.as_ref().map(|i| tensor(i, DType::F64))).collect();
        agree(op, &inputs, &sample(vec![]), DType::F64, &format!("{a:?} {b:?}"));
    }
}
