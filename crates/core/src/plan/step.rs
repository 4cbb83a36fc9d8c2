//! What the executor looks up when it comes to a node, worked out once a plan.

use crate::AttrValue;
use crate::backend::OutputSpec;
use crate::graph::{Graph, Kind, Node, Value};
use smallvec::SmallVec;

/// The prepared part of one node. Values of all nodes stand in one list; a place is an index into it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Place of its first output.
    pub first: u32,
    /// Its inputs; `None` for an absent optional.
    pub args: SmallVec<[Option<Arg>; 4]>,
    /// The outputs to be made, where all their sizes are known beforehand.
    pub outputs: Option<SmallVec<[OutputSpec; 2]>>,
    /// For each output, whether anything reads it.
    pub used: SmallVec<[bool; 2]>,
    /// Do its attributes hold sizes that are bound when the plan runs?
    pub symbolic: bool,
}

/// An input of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arg {
    /// Where it stands.
    pub place: u32,
    /// Whether its tensor moves into the step.
    pub take: Take,
}

/// What becomes of the tensor that an input stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    /// A later step reads it.
    Keep,
    /// A later argument of this step moves it.
    Share,
    /// Nothing does: it moves, and its buffer may be written.
    Move,
    /// Nothing does, but it came from outside: it moves unless a run that fails must be able to give it back.
    MoveUnlessKept,
}

/// What a run of a plan looks up.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    /// For each node.
    pub of: Vec<Step>,
    /// Number of places.
    pub places: usize,
    /// Inputs of the plan that nothing reads from its commit point on.
    pub given_up: Vec<u32>,
    /// Inputs of the plan whose buffers are written from there on.
    pub overwritten: Vec<Overwritten>,
    /// Places of the plan's outputs, and whether the tensor moves: it is not an output once more.
    pub outputs: Vec<(u32, bool)>,
}

/// Inputs of one type that end at one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overwritten {
    /// Where they stand: arguments before captured values and states.
    pub places: SmallVec<[u32; 4]>,
    /// How many of them the node's outputs of that type can lie over.
    pub needed: usize,
}

impl Steps {
    /// `frees` names, for each node, the values that are read there for the last time.
    pub(super) fn new(graph: &Graph, frees: &[SmallVec<[Value; 2]>], commit: usize) -> Steps {
        let mut firsts = Vec::with_capacity(graph.nodes.len());
        let mut places = 0;
        for node in &graph.nodes {
            firsts.push(places as u32);
            places += node.types.len();
        }
        let place = |v: Value| firsts[v.node as usize] + u32::from(v.out);
        let mut used = vec![false; places];
        let read = graph.nodes.iter().flat_map(|node| node.inputs.iter().flatten()).chain(&graph.outputs);
        read.for_each(|v| used[place(*v) as usize] = true);
        let is_input = |v: Value| matches!(graph.nodes[v.node as usize].kind, Kind::Input(_));
        let symbolic = |a: &AttrValue| matches!(a, AttrValue::Dims(d) if d.iter().any(|d| d.known().is_none()));
        let step = |(i, node): (usize, &Node)| {
            // A value that a node reads twice moves with the last of the two.
            let take = |at: usize, v: Value| {
                if !frees[i].contains(&v) {
                    Take::Keep
                } else if node.inputs[at + 1..].contains(&Some(v)) {
                    Take::Share
                } else if i < commit && is_input(v) {
                    Take::MoveUnlessKept
                } else {
                    Take::Move
                }
            };
            let arg = |(at, v): (usize, &Option<Value>)| v.map(|v| Arg { place: place(v), take: take(at, v) });
            let spec = |t: &crate::Type| Some(OutputSpec::new(t.dtype, &t.shape.known()?));
            let first = firsts[i];
            Step {
                first,
                args: node.inputs.iter().enumerate().map(arg).collect(),
                outputs: node.types.iter().map(spec).collect(),
                used: used[first as usize..][..node.types.len()].into(),
                symbolic: node.attrs.iter().any(symbolic),
            }
        };
        let of: Vec<Step> = graph.nodes.iter().enumerate().map(step).collect();
        let late = |v: Value| graph.nodes[commit.min(graph.nodes.len())..].iter().any(|n| n.inputs.contains(&Some(v)));
        let given_up = graph.inputs.iter().filter(|v| !late(**v) && !graph.outputs.contains(v)).map(|v| place(*v)).collect();
        let mut overwritten = Vec::new();
        for (node, freed) in graph.nodes.iter().zip(frees).skip(commit) {
            for (n, ty) in node.types.iter().enumerate().filter(|(n, ty)| !node.types[..*n].contains(ty)) {
                let alike = |v: &&Value| is_input(**v) && graph.ty(**v) == ty;
                let mut places: SmallVec<[u32; 4]> = freed.iter().filter(alike).map(|v| place(*v)).collect();
                places.sort_unstable();
                let outputs = node.types[n..].iter().filter(|other| *other == ty).count();
                let needed = outputs.min(places.len());
                if needed > 0 {
                    overwritten.push(Overwritten { places, needed });
                }
            }
        }
        let outputs = graph.outputs.iter().enumerate();
        let outputs = outputs.map(|(i, v)| (place(*v), !graph.outputs[i + 1..].contains(v))).collect();
        Steps { of, places, given_up, overwritten, outputs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::Passes;
    use crate::plan::Plan;
    use crate::{DType, Shape, Type};

    fn square(graph: &mut Graph) -> Value {
        graph.input(Type::new(DType::F32, Shape::of(&[2, 2])))
    }

    fn takes(plan: &Plan, node: usize) -> Vec<Take> {
        plan.steps.of[node].args.iter().flatten().map(|a| a.take).collect()
    }

    #[test]
    fn a_value_moves_into_the_last_argument_that_reads_it() {
        let mut graph = Graph::new();
        let x = square(&mut graph);
        let y = graph.build().matmul(x, x, false, false).unwrap();
        let z = graph.build().matmul(y, x, false, true).unwrap();
        graph.outputs = vec![z];
        let plan = Plan::new(&graph, 1, &Passes::NONE, &|_| true).unwrap();
        assert_eq!(takes(&plan, 1), [Take::Keep, Take::Keep]);
        assert_eq!(takes(&plan, 2), [Take::Move, Take::MoveUnlessKept]);
        assert_eq!(plan.steps.of[2].outputs.as_ref().unwrap()[0].shape(), [2, 2]);
        assert_eq!(plan.steps.given_up, [0]);
    }

    #[test]
    fn a_value_that_one_node_reads_twice_moves_once() {
        let mut graph = Graph::new();
        let x = square(&mut graph);
        graph.outputs = vec![graph.build().matmul(x, x, false, false).unwrap()];
        let plan = Plan::new(&graph, 1, &Passes::NONE, &|_| true).unwrap();
        assert_eq!(takes(&plan, 1), [Take::Share, Take::MoveUnlessKept]);
    }

    #[test]
    fn a_state_that_is_written_in_place_is_named() {
        let mut graph = Graph::new();
        let (x, state) = (square(&mut graph), square(&mut graph));
        let y = graph.build().matmul(x, x, false, false).unwrap();
        let next = graph.build().add(state, y).unwrap();
        graph.outputs = vec![y, next];
        let plan = Plan::new(&graph, 1, &Passes::default(), &|_| true).unwrap();
        let (x, state) = (plan.graph.inputs[0].node, plan.graph.inputs[1].node);
        let places = SmallVec::from_slice(&[plan.steps.of[state as usize].first]);
        assert_eq!(plan.steps.overwritten, [Overwritten { places, needed: 1 }]);
        assert_eq!(plan.steps.given_up, [plan.steps.of[x as usize].first]);
        assert_eq!(takes(&plan, plan.commit).first(), Some(&Take::Move));
    }
}
