//! What holds the memory of an environment.

use crate::session::Session;
use crate::slots::State;
use std::collections::HashMap;

impl Session {
    /// The largest live tensors of this environment, as text: their variable's name, type and bytes. At most `most`;
    /// tensors that share a buffer count once.
    pub fn largest(&self, most: usize) -> String {
        let names: HashMap<u32, &str> = self.cells.values().map(|c| (c.slot, c.name.as_str())).collect();
        let mut found: Vec<(usize, usize, String)> = Vec::new();
        for (i, slot) in self.slots.living() {
            let State::Ready(promise) = &slot.state else { continue };
            let Some(Ok(tensor)) = promise.get() else { continue };
            let name = names.get(&i).map_or_else(|| "a tensor".into(), |name| format!("variable {name}"));
            found.push((
                tensor.buffer.bytes().len(),
                tensor.buffer.address(),
                format!("{name} {}{:?}", tensor.dtype, tensor.shape()),
            ));
        }
        // Names of variables come before the plain handles of the same buffer.
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(b.2.cmp(&a.2)));
        found.dedup_by_key(|(_, address, _)| *address);
        let lines = found.iter().take(most).map(|(bytes, _, what)| format!("{what} ({bytes} bytes)"));
        lines.collect::<Vec<_>>().join(", ")
    }
}
