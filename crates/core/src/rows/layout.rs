//! What a row consists of: `[vector | slots | frequency | version]`.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// How much of a slot belongs to one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotWidth {
    /// As many numbers as the vector has.
    Param,
    /// One number.
    Row,
    /// None: one number for the whole table, kept beside the rows.
    Scalar,
}

/// One value that an optimizer keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotSpec {
    /// Its name in the rule and in files.
    pub name: String,
    /// Its size.
    pub width: SlotWidth,
    /// What it is before the first update.
    pub initial: f64,
}

/// The layout of every row of a store. Field 0 is the vector; field `i + 1` is slot `i`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowLayout {
    width: usize,
    slots: Vec<SlotSpec>,
    tracked: bool,
}

impl RowLayout {
    /// A layout of `width` numbers and these slots. `tracked` rows carry a frequency (how often
    /// the key was seen in training) and a version (the step that last changed it).
    ///
    /// # Errors
    /// `OPTION` for a width of 0 or above 65,536, an empty name, or a name used twice.
    pub fn new(width: usize, slots: Vec<SlotSpec>, tracked: bool) -> Result<RowLayout> {
        if width == 0 || width > 1 << 16 {
            return Err(Error::option(format!("a row's width must be from 1 to 65536; received {width}")));
        }
        for (i, slot) in slots.iter().enumerate() {
            if slot.name.is_empty() || slots[..i].iter().any(|s| s.name == slot.name) {
                return Err(Error::option(format!("slot {i} needs a name of its own; received {:?}", slot.name)));
            }
        }
        Ok(RowLayout { width, slots, tracked })
    }

    /// Numbers in a vector.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The slots.
    pub fn slots(&self) -> &[SlotSpec] {
        &self.slots
    }

    /// Do rows carry frequency and version?
    pub fn tracked(&self) -> bool {
        self.tracked
    }

    /// Number of fields: the vector and the slots.
    pub fn fields(&self) -> usize {
        1 + self.slots.len()
    }

    /// Numbers of field `field` in one row; 0 for scalar slots.
    pub fn field_width(&self, field: usize) -> usize {
        match field.checked_sub(1).map(|i| self.slots[i].width) {
            None | Some(SlotWidth::Param) => self.width,
            Some(SlotWidth::Row) => 1,
            Some(SlotWidth::Scalar) => 0,
        }
    }

    /// Where field `field` starts in a row, in elements.
    pub fn field_offset(&self, field: usize) -> usize {
        (0..field).map(|f| self.field_width(f)).sum()
    }

    /// Elements of one row: vector and slots.
    pub fn elements(&self) -> usize {
        self.field_offset(self.fields())
    }
}
