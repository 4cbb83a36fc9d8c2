//! The table: every op is asked every question that concerns it, at every dtype, each as a test of its own.
//!
//! `cargo test -p talray-tests --test table -- NAME` runs those whose name (`question/op/dtype`) holds NAME. What is not asked
//! stands in `exempt.rs` with its reason, and is counted in the output.

mod awaited;
mod composites;
mod distributions;
mod exempt;
mod extremes;
mod golden;
mod gradients;
mod implementations;
mod layouts;
mod primitives;
mod refusals;
mod sizes;
mod threads;

use exempt::Exemptions;
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;
use std::sync::RwLock;
use talray_core::graph::OpId;
use talray_core::{Lower, OpDef, ops};

/// Held for reading by tests that run at the process's SIMD level, for writing by those that change it.
static LEVEL: RwLock<()> = RwLock::new(());

/// Questions as they are collected.
struct Table {
    trials: Vec<Trial>,
    exemptions: Exemptions,
}

impl Table {
    /// Is `op` to be asked `question`? Counts the exemption when it is not.
    fn asks(&mut self, question: &'static str, op: &str) -> bool {
        !self.exemptions.holds(question, op)
    }

    /// Adds the test `question/op/detail`.
    fn ask(&mut self, question: &str, op: &str, detail: &str, answer: impl FnOnce() -> Result<(), String> + Send + 'static) {
        if !detail.is_empty() && self.exemptions.holds(question, &format!("{op}/{detail}")) {
            return;
        }
        let dash = if detail.is_empty() { "" } else { "/" };
        self.trials.push(Trial::test(format!("{question}/{op}{dash}{detail}"), move || answer().map_err(Failed::from)));
    }
}

/// Every op that runs by itself. Control ops have regions: `samples` asks for the reason why they are left out here.
fn each_op() -> impl Iterator<Item = (OpId, &'static OpDef)> {
    let all = ops::OPS.iter().enumerate().map(|(n, def)| (OpId(n as u16), *def));
    all.filter(|(_, def)| !matches!(def.lower, Lower::Control))
}

/// `samples`: each op has a sample that is accepted, or an exemption that says where it is tested. All other questions go over samples.
fn samples(table: &mut Table) {
    for def in ops::OPS {
        if table.asks("samples", def.name) {
            table.ask("samples", def.name, "", || {
                let accepted = (def.samples)().iter().any(|s| s.refuses.is_none());
                let control = matches!(def.lower, Lower::Control);
                if accepted && !control { Ok(()) } else { Err("there is no sample to ask the other questions of".to_owned()) }
            });
        }
    }
}

fn read_level() -> std::sync::RwLockReadGuard<'static, ()> {
    LEVEL.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut table = Table { trials: Vec::new(), exemptions: Exemptions::default() };
    samples(&mut table);
    golden::questions(&mut table);
    awaited::questions(&mut table);
    gradients::questions(&mut table);
    extremes::questions(&mut table);
    implementations::questions(&mut table);
    threads::questions(&mut table);
    layouts::questions(&mut table);
    sizes::questions(&mut table);
    composites::questions(&mut table);
    refusals::questions(&mut table);
    primitives::questions(&mut table);
    distributions::questions(&mut table);
    let Table { mut trials, exemptions } = table;
    let unused = exemptions.unused();
    trials.push(Trial::test("table/exemptions/needed", move || if unused.is_empty() { Ok(()) } else { Err(unused.into()) }));
    if !arguments.list {
        exemptions.print();
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
