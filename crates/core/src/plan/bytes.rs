//! Plans as bytes: what crosses a port to an engine elsewhere.

use super::Plan;
use super::check::check;
use crate::graph::{Graph, Kind, Node, Value};
use crate::op::Lower;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// What of a plan crosses; the rest follows from it.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    graph: Cow<'a, Graph>,
    commit: u32,
    /// Plans of the regions of control flow, for each node.
    #[serde(deserialize_with = "crate::depth::nested")]
    regions: Vec<Vec<Wire<'a>>>,
}

impl Wire<'_> {
    fn of(plan: &Plan) -> Wire<'_> {
        let regions = plan.regions.iter().map(|plans| plans.iter().map(|plan| Wire::of(plan)).collect()).collect();
        Wire { graph: Cow::Borrowed(&plan.graph), commit: plan.commit as u32, regions }
    }

    fn plan(self) -> Result<Plan> {
        let (graph, commit) = (self.graph.into_owned(), self.commit as usize);
        check(&graph)?;
        let arc = |region: Wire<'_>| region.plan().map(Arc::new);
        let regions = self.regions.into_iter().map(|plans| plans.into_iter().map(arc).collect::<Result<_>>());
        let regions: Vec<Vec<Arc<Plan>>> = regions.collect::<Result<_>>()?;
        let fits =
            regions.len() == graph.nodes.len() && graph.nodes.iter().zip(&regions).all(|(node, plans)| planned(node, plans));
        if commit > graph.nodes.len() || !fits {
            return Err(Error::format("these bytes are not a plan of this build: its parts do not belong together"));
        }
        Plan::assemble(graph, commit, regions)
    }
}

/// Are these plans of the node's regions?
fn planned(node: &Node, plans: &[Arc<Plan>]) -> bool {
    if !matches!(node.kind, Kind::Op(op) if matches!(op.def().lower, Lower::Control)) {
        return plans.is_empty();
    }
    let types = |graph: &Graph, values: &[Value]| values.iter().map(|v| graph.ty(*v).dtype).collect::<Vec<_>>();
    let same = |region: &Graph, planned: &Graph| {
        types(region, &region.inputs) == types(planned, &planned.inputs)
            && types(region, &region.outputs) == types(planned, &planned.outputs)
    };
    plans.len() == node.regions.len() && node.regions.iter().zip(plans).all(|(region, plan)| same(region, &plan.graph))
}

impl Plan {
    /// The plan as bytes. They are for the same build on the other side of a port, not for files.
    ///
    /// # Errors
    /// `INTERNAL` where serialisation fails.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(&Wire::of(self)).map_err(|e| Error::internal(format!("plan: {e}")))
    }

    /// The plan that `bytes` hold.
    ///
    /// # Errors
    /// `FORMAT` for bytes that are not a plan of this build.
    pub fn from_bytes(bytes: &[u8]) -> Result<Plan> {
        let wire: Wire<'_> =
            postcard::from_bytes(bytes).map_err(|e| Error::format(format!("these bytes are not a plan of this build: {e}")))?;
        wire.plan()
    }
}
