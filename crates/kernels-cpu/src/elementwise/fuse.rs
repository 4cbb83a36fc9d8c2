//! Joins neighbouring loops of plain arithmetic into tiles, which keep the running value in registers.

use talray_core::DType;
use talray_core::expr::Prim;

use crate::simd::Level;
use crate::simd::machine::Link;
use crate::simd::steps::Step;
use crate::simd::tile::{Act, Operation, act, exchanged, tile};

/// A loop as planned: its slots, and the primitive where it is one on f32 or f64.
pub(super) struct Loop {
    pub(super) step: Step,
    pub(super) src: [u16; 3],
    pub(super) arguments: usize,
    pub(super) dst: u16,
    pub(super) arithmetic: Option<(Prim, DType)>,
}

impl Loop {
    fn act(&self) -> Option<(Act, DType)> {
        self.arithmetic.and_then(|(prim, dtype)| act(prim).map(|act| (act, dtype)))
    }

    fn reads(&self, slot: u16) -> bool {
        self.src[..self.arguments].contains(&slot)
    }
}

/// The links of a chain of loops; slots from `first_temporary` on do not outlive it.
pub(super) fn links(loops: &[Loop], first_temporary: u16, level: Level) -> Vec<Link> {
    let mut links = Vec::new();
    let mut at = 0;
    while at < loops.len() {
        let dtype = loops[at].act().map(|(_, dtype)| dtype);
        let run = loops[at..].iter().take_while(|l| dtype.is_some() && l.act().map(|(_, d)| d) == dtype).count();
        match dtype.and_then(|dtype| tile(dtype, level)).filter(|_| run > 1) {
            Some(tile) => {
                links.push(Link::Tile { tile, operations: operations(loops, at..at + run, first_temporary) });
                at += run;
            }
            None => {
                links.push(Link::Step { step: loops[at].step, src: loops[at].src, dst: loops[at].dst });
                at += 1;
            }
        }
    }
    links
}

fn operations(loops: &[Loop], run: std::ops::Range<usize>, first_temporary: u16) -> Vec<Operation> {
    let mut operations = Vec::new();
    // The slot whose value is the running one.
    let mut held = None;
    for k in run.clone() {
        let (this, Some((act, _))) = (&loops[k], loops[k].act()) else { continue };
        let [a, b, _] = this.src;
        let binary = this.arguments == 2;
        if binary && a == b && act == Act::Multiply {
            if held != Some(a) {
                operations.push(Operation { act: Act::Load, slot: a });
            }
            operations.push(Operation { act: Act::Square, slot: a });
        } else if let Some(back) = exchanged(act).filter(|_| binary && held == Some(b) && a != b) {
            operations.push(Operation { act: back, slot: a });
        } else {
            if held != Some(a) {
                operations.push(Operation { act: Act::Load, slot: a });
            }
            operations.push(Operation { act, slot: b });
        }
        held = Some(this.dst);
        let next = (k + 1 < run.end).then_some(k + 1);
        if this.dst < first_temporary || is_needed(loops, k, next) {
            operations.push(Operation { act: Act::Store, slot: this.dst });
        }
    }
    operations
}

/// Whether the temporary that loop `k` writes is read from memory: by anything but, once, the `next` loop of the run.
fn is_needed(loops: &[Loop], k: usize, next: Option<usize>) -> bool {
    let slot = loops[k].dst;
    for (j, later) in loops.iter().enumerate().skip(k + 1) {
        if later.reads(slot) {
            let both = later.arguments == 2 && later.src[0] == later.src[1];
            let square = both && later.act().is_some_and(|(act, _)| act == Act::Multiply);
            if Some(j) != next || (both && !square) {
                return true;
            }
        }
        if later.dst == slot {
            return false;
        }
    }
    false
}
