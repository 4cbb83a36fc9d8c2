//! What the joined tests share.

pub mod golden;
pub mod run;
