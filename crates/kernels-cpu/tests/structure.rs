//! The fast structure kernels against the plain ones: samples of the op table and random shapes,
//! over dtypes and layouts, on one thread and on eight.

mod common;

use common::{Layout, Tensor, check, run, spread};
use talray_core::{AttrValue, Code, DType, ops};
use talray_kernels_cpu::{Implementation, kernel, reference};

const DTYPES: [DType; 9] =
    [DType::F32, DType::F64, DType::F16, DType::BF16, DType::I8, DType::I32, DType::I64, DType::U8, DType::Bool];

fn ints(values: &[i64]) -> AttrValue {
    values.into()
}

#[test]
fn samples_agree_for_every_dtype_and_layout() {
    for def in reference::KERNELS[0] {
        let Some(op) = ops::find(def.op).map(|id| id.def()) else { panic!("{} is no op", def.op) };
        for (n, sample) in (op.samples)().iter().enumerate() {
            // A float where an integer must stand is refused as such only.
            let dtypes = if sample.refuses == Some(Code::Dtype) { &DTYPES[..1] } else { &DTYPES };
            for &dtype in dtypes {
                if def.op == "search_sorted" && dtype == DType::Bool {
                    continue; // The sample is not in order any more as truth values.
                }
                let inputs: Vec<_> = sample.inputs.iter().map(|x| x.as_ref().map(|x| Tensor::of_sample(x, dtype))).collect();
                let what = format!("{}, sample {n}, {dtype}", def.op);
                check(def.op, &inputs, &sample.attrs, sample.refuses, &what);
            }
        }
    }
}

#[test]
fn every_plain_kernel_has_a_fast_one() {
    for def in reference::KERNELS[0] {
        let fast = kernel(def.op, Implementation::Simd).map(|k| std::ptr::fn_addr_eq(k.run, def.run));
        assert_eq!(fast, Some(false), "{}", def.op);
    }
}

#[test]
fn reductions_agree_around_vector_and_block_sizes() {
    let names = ["sum", "prod", "mean", "max", "min", "any", "all"];
    let lengths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 255, 257, 4095, 4097, 9001, 70_001];
    for dtype in [DType::F32, DType::F64, DType::BF16, DType::I8, DType::I32] {
        for n in lengths {
            let mut shapes = vec![(vec![n], vec![0]), (vec![n, 3], vec![0]), (vec![3, n], vec![1]), (vec![n, 2], vec![1])];
            if n < 5000 {
                shapes.extend([(vec![5, n, 4], vec![1]), (vec![4, 3, n], vec![0, 2]), (vec![2, n, 3, 5], vec![1, 3])]);
            }
            for (shape, axes) in shapes {
                for name in names {
                    let x = Tensor::new(dtype, &shape, &spread(&shape, 0.8, 1.2));
                    let what = format!("{name} of {dtype}{shape:?} over {axes:?}");
                    check(name, &[Some(x)], &[("axis", ints(&axes))], None, &what);
                }
            }
        }
    }
}

#[test]
fn wide_columns_agree() {
    for shape in [[300, 257], [2050, 1030], [1, 5000], [129, 600]] {
        for axes in [vec![0], vec![1], vec![0, 1]] {
            for name in ["sum", "max", "mean"] {
                let x = Tensor::new(DType::F32, &shape, &spread(&shape, -1.0, 2.0));
                check(name, &[Some(x)], &[("axis", ints(&axes))], None, &format!("{name} {shape:?} {axes:?}"));
            }
        }
    }
}

#[test]
fn sums_are_accurate() {
    let n = 1 << 20;
    let x = Tensor::new(DType::F32, &[n], &vec![0.1; n]);
    let y = run("sum", Implementation::Simd, &[Some(x)], &[], Layout::Plain, 2).unwrap();
    let want = f64::from(0.1f32) * n as f64;
    assert!((y[0].values()[0] / want - 1.0).abs() < 1e-6, "{} for {want}", y[0].values()[0]);
}

#[test]
fn nan_and_infinities_propagate_as_in_numpy() {
    let x = Tensor::new(DType::F32, &[3, 3], &[1.0, f64::NAN, 2.0, f64::INFINITY, 1.0, 0.0, f64::NEG_INFINITY, 5.0, 3.0]);
    let along = |name| {
        let y = run(name, Implementation::Simd, &[Some(x.clone())], &[("axis", ints(&[1]))], Layout::Plain, 1).unwrap();
        y[0].values()
    };
    let max = along("max");
    assert!(max[0].is_nan() && max[1] == f64::INFINITY && max[2] == 5.0);
    let min = along("min");
    assert!(min[0].is_nan() && min[1] == 0.0 && min[2] == f64::NEG_INFINITY);
}

#[test]
fn gathers_and_segments_agree_on_larger_tensors() {
    for inner in [1, 2, 3, 4, 7, 8, 16, 17, 32, 33] {
        let (n, m) = (53, 2000);
        let ids: Vec<f64> = (0..m).map(|i| ((i * 7919 + i / 3) % n) as f64).collect();
        let ids = Tensor::new(DType::I32, &[m], &ids);
        let x = Tensor::new(DType::F32, &[n, inner], &spread(&[n, inner], -1.0, 1.0));
        check("gather", &[Some(x), Some(ids.clone())], &[], None, &format!("gather, rows of {inner}"));
        let rows = Tensor::new(DType::F32, &[m, inner], &spread(&[m, inner], 0.9, 1.1));
        for kind in ["sum", "mean", "max", "min", "prod"] {
            let name = format!("unsorted_segment_{kind}");
            let attrs = [("num_segments", AttrValue::Dims([n.into()].into_iter().collect()))];
            check(&name, &[Some(rows.clone()), Some(ids.clone())], &attrs, None, &format!("{name}, rows of {inner}"));
        }
    }
}

#[test]
fn orders_and_scans_agree_on_larger_tensors() {
    for dtype in [DType::F32, DType::F64, DType::I32, DType::I64, DType::F16, DType::U8] {
        for (shape, axis) in [(vec![1000], 0), (vec![37, 300], 1), (vec![300, 37], 0), (vec![5, 70, 6], 1)] {
            let x = Tensor::new(dtype, &shape, &spread(&shape, -3.0, 3.0).iter().map(|x| (x * 40.0).round()).collect::<Vec<_>>());
            let axis = ("axis", AttrValue::I64(axis));
            for falling in [false, true] {
                let attrs = [axis.clone(), ("descending", AttrValue::Bool(falling))];
                check("sort", &[Some(x.clone())], &attrs, None, &format!("sort {dtype}{shape:?}"));
                check("argsort", &[Some(x.clone())], &attrs, None, &format!("argsort {dtype}{shape:?}"));
            }
            for name in ["cumsum", "cummax", "cummin"] {
                for (exclusive, reverse) in [(false, false), (true, false), (false, true), (true, true)] {
                    let attrs = [axis.clone(), ("exclusive", exclusive.into()), ("reverse", reverse.into())];
                    check(name, &[Some(x.clone())], &attrs, None, &format!("{name} {dtype}{shape:?}"));
                }
            }
            for name in ["argmax", "argmin"] {
                check(name, &[Some(x.clone())], &[axis.clone()], None, &format!("{name} {dtype}{shape:?}"));
            }
            check("unique", &[Some(x.clone())], &[], None, &format!("unique {dtype}{shape:?}"));
            for k in [1, 3, *shape.last().unwrap() as i64] {
                check("top_k", &[Some(x.clone())], &[("k", AttrValue::I64(k))], None, &format!("top_k {dtype}{shape:?} {k}"));
            }
        }
    }
}

#[test]
fn indices_out_of_range_are_named() {
    let x = Tensor::new(DType::F32, &[4, 2], &spread(&[4, 2], 0.0, 1.0));
    let at = Tensor::new(DType::I64, &[3], &[0.0, 3.0, 7.0]);
    let e = run("gather", Implementation::Simd, &[Some(x), Some(at)], &[], Layout::Plain, 1).unwrap_err();
    assert_eq!(e.code, Code::Shape);
    assert!(e.message.contains("index 7 at position 2") && e.message.contains("size 4"), "{e}");
}
