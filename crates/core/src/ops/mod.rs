//! The list of ops, by group: each op is one file, listed in its group's `mod.rs`.
//!
//! The index in [`OPS`] is the wire number between one build's wrappers and its engine (a hash of
//! the table guards it); files name ops by name and version.

use crate::OpDef;
use crate::graph::OpId;
use std::collections::HashMap;
use std::sync::LazyLock;

mod control;
mod elementwise;
mod nn;
mod structure;

const GROUPS: [&[&OpDef]; 4] = [elementwise::LIST, structure::LIST, nn::LIST, control::LIST];

const COUNT: usize = GROUPS[0].len() + GROUPS[1].len() + GROUPS[2].len() + GROUPS[3].len();

/// Every op, in wire order.
pub static OPS: [&OpDef; COUNT] = {
    let mut all = [GROUPS[0][0]; COUNT];
    let (mut group, mut at) = (0, 0);
    while group < GROUPS.len() {
        let mut i = 0;
        while i < GROUPS[group].len() {
            all[at] = GROUPS[group][i];
            at += 1;
            i += 1;
        }
        group += 1;
    }
    all
};

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

/// A hash of the table: names, versions, arguments and attributes of all ops in wire order.
/// Wrappers generated from another table are refused.
pub fn fingerprint() -> u32 {
    let mut hash = 0x811c_9dc5u32;
    for def in OPS {
        let spelled = format!("{} {} {:?} {:?} {:?}\n", def.name, def.version, def.args, def.attrs, def.outputs);
        for byte in spelled.bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}
