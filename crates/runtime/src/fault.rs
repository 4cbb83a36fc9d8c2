//! Saying where a failure began: a failed run is run again in checking mode, on what it left as it was.

use crate::frame::Places;
use crate::{Cpu, Error, Tensor};
use talray_core::exec::check::first_fault;
use talray_core::graph::Kind;
use talray_core::{Code, Graph, Value};

/// The error with the op, node and place where it began.
///
/// A failed guard (`NUMERIC`) gets the first op that made a NaN or an infinity; other errors get the place of their
/// op where places were said. `roots` are what the run computes, `source` gives the tensors of inputs and leaves, and
/// `name` says what an input is.
pub(crate) fn locate(
    error: Error,
    cpu: &Cpu,
    graph: &Graph,
    places: &Places,
    roots: &[Value],
    source: &mut dyn FnMut(&Kind) -> Option<Tensor>,
    name: &dyn Fn(&Kind) -> String,
) -> Error {
    let numeric = error.code == Code::Numeric;
    let explicable = numeric || matches!(error.code, Code::Shape | Code::Dtype | Code::Option | Code::Unsupported);
    if !explicable || (!numeric && places.is_empty()) {
        return error;
    }
    let Ok(Some(fault)) = first_fault(cpu, graph, roots, numeric, source) else { return error };
    let place = places.of(fault.node).map_or(String::new(), |p| format!(", recorded {p}"));
    let Error { code, op, message } = error;
    match fault.kind {
        Kind::Op(first) if numeric => {
            let message = format!("{message}; the first op that made one: {}{place}", fault.what);
            Error { code, op: Some(first.def().name.into()), message: message.into() }
        }
        Kind::Op(_) | Kind::Fused(_) => Error { code, op, message: format!("{message}{place}").into() },
        kind => Error { code, op, message: format!("{message}; {} {}", name(&kind), fault.what).into() },
    }
}
