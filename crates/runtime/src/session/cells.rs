//! Cells: the places of variables, read and assigned in and outside of recordings.

use super::Session;
use crate::frame::{Binding, CellUse, Purpose};
use crate::slots::State;
use crate::{Error, Handle, Result};
use talray_core::{Type, Value};

/// A cell: a variable's place.
pub(crate) struct Cell {
    pub slot: u32,
    pub ty: Type,
    pub name: String,
}

impl Session {
    pub(crate) fn cell(&self, cell: u32) -> Result<&Cell> {
        self.cells.get(&cell).ok_or_else(|| Error::option("this variable was disposed"))
    }

    /// The value of a cell in recording number `depth`.
    pub(crate) fn cell_value(&mut self, cell: u32, depth: usize) -> Result<Value> {
        if let Some(used) = self.frames[depth].cells.get(&cell) {
            return Ok(used.value);
        }
        let (slot, ty) = {
            let c = self.cell(cell)?;
            (c.slot, c.ty.clone())
        };
        let value = match self.frames[depth].purpose {
            Purpose::Eager => return self.value_in(slot, depth),
            Purpose::Jit => {
                let f = &mut self.frames[depth];
                f.bindings.push(Binding::Cell(cell));
                f.graph.input(ty)
            }
            Purpose::Region => {
                let outer = self.cell_value(cell, depth - 1)?;
                let outer_slot = match self.frames[depth - 1].purpose {
                    Purpose::Eager => self.alias(slot),
                    _ => self.slots.add(ty.clone(), State::Pending { frame: self.frames[depth - 1].id, value: outer }),
                };
                let f = &mut self.frames[depth];
                f.captures.push(outer_slot);
                f.graph.input(ty)
            }
        };
        self.frames[depth].cells.insert(cell, CellUse { value, assigned: false });
        Ok(value)
    }

    /// A new cell with the value of `handle`.
    ///
    /// # Errors
    /// A disposed tensor, or a value of unknown shape.
    pub fn new_cell(&mut self, handle: Handle, name: &str) -> Result<u32> {
        let i = self.slots.index(handle)?;
        if self.frames.len() > 1 {
            // Initial values are computed outside of the recording that happens to make the variable.
            if let State::Pending { frame, .. } = self.slots.get(i).state
                && frame != self.frames[0].id
            {
                return Err(Error::option(
                    "a variable's initial value cannot depend on a recording; make the variable before jit, or from plain numbers",
                ));
            }
        }
        let ty = self.slots.get(i).ty.clone();
        let slot = self.alias(i);
        let id = self.number();
        self.cells.insert(id, Cell { slot, ty, name: name.to_owned() });
        Ok(id)
    }

    /// Frees a cell.
    pub fn free_cell(&mut self, cell: u32) {
        if let Some(c) = self.cells.remove(&cell) {
            self.slots.release(c.slot);
        }
    }

    /// A handle for a cell's current value.
    ///
    /// # Errors
    /// A disposed cell.
    pub fn read_cell(&mut self, cell: u32) -> Result<(Handle, Type)> {
        let ty = self.cell(cell)?.ty.clone();
        let depth = self.frames.len() - 1;
        let slot = if self.frames[depth].purpose == Purpose::Eager {
            let slot = self.cell(cell)?.slot;
            self.alias(slot)
        } else {
            let value = self.cell_value(cell, depth)?;
            self.slots.add(ty.clone(), State::Pending { frame: self.frames[depth].id, value })
        };
        Ok((self.slots.handle(slot), ty))
    }

    /// Gives a cell a new value of the same dtype and shape.
    ///
    /// # Errors
    /// `SHAPE` or `DTYPE` when the types differ; `UNSUPPORTED` inside a region.
    pub fn assign(&mut self, cell: u32, handle: Handle) -> Result<()> {
        let i = self.slots.index(handle)?;
        let (old, want, name) = {
            let c = self.cell(cell)?;
            (c.slot, c.ty.clone(), c.name.clone())
        };
        let got = &self.slots.get(i).ty;
        if got.dtype != want.dtype {
            return Err(Error::dtype(format!("variable {name} holds {}, received {}; cast first", want.dtype, got.dtype)));
        }
        if got.shape.known().is_some() && got.shape != want.shape {
            return Err(Error::shape(format!("variable {name} has shape {}, received {}", want.shape, got.shape)));
        }
        let depth = self.frames.len() - 1;
        match self.frames[depth].purpose {
            Purpose::Eager => {
                let own = self.alias(i);
                self.slots.release(old);
                if let Some(c) = self.cells.get_mut(&cell) {
                    c.slot = own;
                }
            }
            Purpose::Jit => {
                let value = self.value(i)?;
                // A cell that is assigned is also an input: its buffer is where the new value goes.
                self.cell_value(cell, depth)?;
                let f = self.top();
                let used = f.cells.insert(cell, CellUse { value, assigned: true });
                if !used.is_some_and(|u| u.assigned) {
                    f.assigned.push(cell);
                }
            }
            Purpose::Region => {
                return Err(Error::unsupported(format!(
                    "variable {name} is assigned inside a branch, a loop body or an update rule; return the new value and assign it outside"
                )));
            }
        }
        Ok(())
    }
}
