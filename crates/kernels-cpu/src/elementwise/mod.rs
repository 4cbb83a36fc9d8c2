//! Evaluates scalar programs over tensors, block by block.
