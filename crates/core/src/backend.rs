//! What executes graphs: see the executor's trait.
