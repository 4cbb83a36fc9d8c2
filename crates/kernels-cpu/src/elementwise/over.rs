//! Which outputs of a program lie over which inputs.

use smallvec::SmallVec;
use talray_core::expr::{Operand, Program};

/// For each input the output that takes its place, of those that are free to be written over: input `i` is where bit `i` of
/// `free` is set. An output that is
/// made when its input has been read for the last time is written at once; others are copied at the end of a block,
/// so they come second.
pub(crate) fn laid_over(program: &Program, free: u64) -> SmallVec<[Option<usize>; 8]> {
    let mut over: SmallVec<[Option<usize>; 8]> = SmallVec::from_elem(None, program.inputs.len());
    if free == 0 {
        return over;
    }
    let fits = |over: &[Option<usize>], i: usize, o: usize| {
        i < 64 && free >> i & 1 == 1 && over[i].is_none() && !over.contains(&Some(o)) && program.inputs[i] == program.outputs[o].1
    };
    if program.outputs.len() > 1 {
        let last = last_reads(program);
        let made = |o: usize| match program.outputs[o].0 {
            Operand::Inst(k) => Some(usize::from(k)),
            _ => None,
        };
        let mut outputs: SmallVec<[usize; 4]> = (0..program.outputs.len()).filter(|o| made(*o).is_some()).collect();
        outputs.sort_by_key(|o| made(*o));
        for o in outputs {
            let in_time = |i: &usize| fits(&over, *i, o) && last[*i] <= made(o);
            if let Some(i) = (0..over.len()).filter(in_time).max_by_key(|i| last[*i]) {
                over[i] = Some(o);
            }
        }
    }
    for i in 0..over.len() {
        if let Some(o) = (0..program.outputs.len()).find(|o| fits(&over, i, *o)) {
            over[i] = Some(o);
        }
    }
    over
}

/// The last instruction that reads each input; all of them where an output is the input itself.
fn last_reads(program: &Program) -> SmallVec<[Option<usize>; 8]> {
    let mut last: SmallVec<[Option<usize>; 8]> = SmallVec::from_elem(None, program.inputs.len());
    for (k, inst) in program.insts.iter().enumerate() {
        for arg in &inst.args {
            if let Operand::Input(i) = arg {
                last[usize::from(*i)] = Some(k);
            }
        }
    }
    for (operand, _) in &program.outputs {
        if let Operand::Input(i) = operand {
            last[usize::from(*i)] = Some(usize::MAX);
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use talray_core::DType;
    use talray_core::expr::Expr;

    #[test]
    fn outputs_take_the_inputs_that_are_read_last_where_they_are_made() {
        // As an optimizer with momentum: m is read first, and so given first, but param' may not lie over it.
        let input = |i| Expr::input(i, DType::F32);
        let (m, gradient, param) = (input(0), input(1), input(2));
        let momentum = m + gradient;
        let program = Program::compile(&[DType::F32; 3], &[param - momentum.clone(), momentum]);
        let over = laid_over(&program, 0b101);
        assert_eq!(over.as_slice(), [Some(1), None, Some(0)]);
    }

    #[test]
    fn an_output_that_no_input_is_ready_for_takes_one_all_the_same() {
        let input = |i| Expr::input(i, DType::F32);
        let (a, b) = (input(0), input(1));
        let sum = a.clone() + b;
        let program = Program::compile(&[DType::F32; 2], &[sum.clone(), sum * a]);
        let over = laid_over(&program, 0b01);
        assert_eq!(over.as_slice(), [Some(1), None]);
        let both = laid_over(&program, 0b11);
        assert_eq!(both.as_slice(), [Some(1), Some(0)]);
    }
}
