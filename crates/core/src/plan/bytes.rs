//! Plans as bytes: what crosses a port to an engine elsewhere.

use super::Plan;
use crate::{Error, Result};

impl Plan {
    /// The plan as bytes. They are for the same build on the other side of a port, not for files.
    ///
    /// # Errors
    /// `INTERNAL` where serialisation fails.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self).map_err(|e| Error::internal(format!("plan: {e}")))
    }

    /// The plan that `bytes` hold.
    ///
    /// # Errors
    /// `FORMAT` for bytes that are not a plan of this build.
    pub fn from_bytes(bytes: &[u8]) -> Result<Plan> {
        postcard::from_bytes(bytes).map_err(|e| Error::format(format!("these bytes are not a plan of this build: {e}")))
    }
}
