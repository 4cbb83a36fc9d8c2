//! Each op against what independent programs gave for it.

use talray_core::graph::Graph;
use talray_core::{Code, Type, ops};
use talray_tests::golden::{Array, attrs, read};

/// Shapes and dtypes that `infer` gives against those of the golden outputs. Sizes that depend on data stay open.
fn inference(name: &str) {
    let Some(id) = ops::find(name) else {
        println!("{name} has golden cases and is no op yet");
        return;
    };
    let wrong: Vec<String> = read(name)
        .cases
        .iter()
        .enumerate()
        .filter_map(|(n, case)| {
            let mut graph = Graph::new();
            let inputs: Vec<_> = case.inputs.iter().map(|x| x.as_ref().map(|x| graph.constant(x.literal()))).collect();
            let got = match graph.apply(id, &inputs, attrs(id, case), &[]) {
                Ok(values) => values,
                // Said openly, with its reason: a dtype that the op leaves out is not a wrong shape.
                Err(e) if e.code == Code::Unsupported => return None,
                Err(e) => return Some(format!("case {n}: {e}")),
            };
            let fits = |ty: &Type, want: &Array| {
                ty.dtype == want.dtype()
                    && ty.shape.rank() == want.shape.len()
                    && ty.shape.dims().iter().zip(&want.shape).all(|(d, w)| d.known().is_none_or(|d| d == *w))
            };
            let bad = case.outputs.iter().zip(&got).find(|(want, v)| !fits(graph.ty(**v), want));
            bad.map(|(want, v)| format!("case {n}: expected {} {:?}, inferred {:?}", want.dtype, want.shape, graph.ty(*v)))
        })
        .collect();
    assert!(wrong.is_empty(), "{name}: {} cases\n{}", wrong.len(), wrong.join("\n"));
}

macro_rules! golden {
    ($op:ident) => {
        mod $op {
            #[test]
            fn inference() {
                let name = stringify!($op);
                super::inference(name.strip_prefix("r#").unwrap_or(name));
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/golden.rs"));
