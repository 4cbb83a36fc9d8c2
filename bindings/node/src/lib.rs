//! N-API binding.
