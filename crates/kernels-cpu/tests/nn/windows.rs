//! Convolutions, pools, resizing and pooled lookups: fast = plain.

use crate::common::{FLOATS, agree, fast_equals_plain, tensor};
use talray_core::op::{floats, sample};
use talray_core::{AttrValue, DType};

#[test]
fn samples_of_convolutions_agree() {
    fast_equals_plain(&["conv", "conv_input_grad", "conv_kernel_grad"], &FLOATS);
}

#[test]
fn convolutions_of_several_blocks_agree() {
    for (x, kernel, groups) in
        [([3, 17, 19, 12], [3, 3, 12, 10], 1), ([2, 21, 18, 24], [5, 3, 1, 48], 24), ([1, 9, 9, 66], [1, 1, 66, 3], 1)]
    {
        let (x, kernel) = (floats(&x, -1.0, 1.0), floats(&kernel, -1.0, 1.0));
        let s = sample(vec![]).attr("padding", AttrValue::Enum(1)).attr("groups", AttrValue::I64(groups));
        let inputs: Vec<_> = [x, kernel].iter().map(|i| i.as_ref().map(|i| tensor(i, DType::F32))).collect();
        agree(talray_core::ops::id("conv").def(), &inputs, &s, DType::F32, "conv");
        let y = inputs[0].as_ref().map(|x| [&x.shape[..3], &inputs[1].as_ref().expect("kernel").shape[3..]].concat());
        let dy = floats(&y.expect("x"), -1.0, 1.0);
        let dy = dy.as_ref().map(|i| tensor(i, DType::F32));
        let of =
            |t: &Option<crate::common::Tensor>, from: usize| t.as_ref().map(|t| t.shape[from..from + 2].to_vec()).expect("given");
        let s_input = s.clone().dims("shape", &of(&inputs[0], 1));
        let op = talray_core::ops::id("conv_input_grad").def();
        agree(op, &[dy.clone(), inputs[1].clone()], &s_input, DType::F32, "conv_input_grad");
        let s_kernel = s.dims("shape", &of(&inputs[1], 0));
        let op = talray_core::ops::id("conv_kernel_grad").def();
        agree(op, &[inputs[0].clone(), dy], &s_kernel, DType::BF16, "conv_kernel_grad");
    }
}

#[test]
fn samples_of_pools_agree() {
    fast_equals_plain(&["pool_max", "pool_max_grad", "pool_max_pick", "pool_avg", "pool_avg_grad"], &FLOATS);
}

#[test]
fn samples_of_resize_agree() {
    fast_equals_plain(&["resize", "resize_grad"], &FLOATS);
}

#[test]
fn samples_of_embedding_bag_agree() {
    fast_equals_plain(&["embedding_bag"], &FLOATS);
}

#[test]
fn many_channels_and_examples_agree() {
    for (shape, pool, stride) in [([3, 9, 11, 65], [3, 2], [2, 3]), ([70, 4, 5, 1], [2, 2], [1, 1])] {
        for name in ["pool_max", "pool_avg"] {
            let x = floats(&shape, -1.0, 1.0);
            let s = sample(vec![x.clone()]).i64s("pool_size", &pool).i64s("strides", &stride).attr("padding", AttrValue::Enum(1));
            let inputs = [x.as_ref().map(|x| tensor(x, DType::F32))];
            agree(talray_core::ops::id(name).def(), &inputs, &s, DType::F32, name);
        }
    }
}
