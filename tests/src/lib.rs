//! What the joined tests share.

pub mod golden;
