//! What the table does not ask, and why. An entry that exempts nothing fails the test `table/exemptions/needed`.

use std::collections::HashSet;

/// Question, op, reason.
const EXEMPT: &[(&str, &str, &str)] = &[
    ("samples", "cond", REGIONS),
    ("samples", "while_loop", REGIONS),
    ("samples", "scan", REGIONS),
    ("samples", "custom_gradient", REGIONS),
    ("samples", "update_rows", UPDATES),
    ("samples", "lookup_rows", TABLES),
    ("samples", "table_vectors", TABLES),
    ("samples", "update_table", TABLES),
    ("samples", "sum_table", TABLES),
    ("golden", "custom_gradient", REGIONS),
    ("golden", "update_rows", UPDATES),
    ("golden", "lookup_rows", TABLES),
    ("golden", "table_vectors", TABLES),
    ("golden", "update_table", TABLES),
    ("golden", "sum_table", TABLES),
    ("gradient", "table_vectors", TABLES),
    ("second", "table_vectors", TABLES),
    ("gradient", "custom_gradient", REGIONS),
    ("second", "custom_gradient", REGIONS),
    ("sizes", "search_sorted", "its first input must be in order, which repeated values are not; kernels-cpu tests its lengths"),
    ("implementations", "search_sorted/bool", "the sample is not in order as truth values"),
];

const REGIONS: &str = "it has regions: tested where they are written, in core's and the TypeScript tests of control flow";
const UPDATES: &str = "its rule is a region: judged by Keras's optimizers (tests/golden/keras) and the training fixtures";
const TABLES: &str = "it reaches a table outside the graph: judged against dense embeddings under every optimizer in the TypeScript tests of tables";

/// The exemptions, with note of which were used.
#[derive(Default)]
pub struct Exemptions {
    used: HashSet<(&'static str, &'static str)>,
}

impl Exemptions {
    /// Is `op` exempt from `question`?
    pub fn holds(&mut self, question: &str, op: &str) -> bool {
        let found = EXEMPT.iter().find(|(q, o, _)| *q == question && *o == op);
        found.is_some_and(|(q, o, _)| {
            self.used.insert((q, o));
            true
        })
    }

    /// Names the entries that exempted nothing.
    pub fn unused(&self) -> String {
        let unused = EXEMPT.iter().filter(|(q, o, _)| !self.used.contains(&(*q, *o)));
        unused.map(|(q, o, _)| format!("{q} does not ask {o}, so that its exemption is not needed\n")).collect()
    }

    /// Prints all with their reasons, and how many there are.
    pub fn print(&self) {
        for (question, op, why) in EXEMPT {
            println!("exempt: {question}/{op}: {why}");
        }
        println!("exempt: {} of (question, op)", EXEMPT.len());
    }
}
