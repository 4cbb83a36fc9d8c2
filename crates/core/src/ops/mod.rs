//! The one list of ops. Its index is the wire number: append only, one line an op.

use crate::OpDef;
use crate::graph::OpId;
use std::collections::HashMap;
use std::sync::LazyLock;

mod add;
mod cast;
mod matmul;
mod sum;

/// Every op, in wire order.
pub static OPS: &[&OpDef] = &[&add::DEF, &cast::DEF, &matmul::DEF, &sum::DEF];

static BY_NAME: LazyLock<HashMap<&'static str, OpId>> =
    LazyLock::new(|| OPS.iter().enumerate().map(|(i, d)| (d.name, OpId(i as u16))).collect());

/// The op of this name.
pub fn find(name: &str) -> Option<OpId> {
    BY_NAME.get(name).copied()
}

/// The op of this name, which must exist.
///
/// # Panics
/// When there is none: names here are written by us and tests reach each of them.
pub fn id(name: &str) -> OpId {
    match find(name) {
        Some(id) => id,
        None => panic!("no op is named {name}"),
    }
}
