// A functional model's graph as data: layers once, and their applications by number.
import type { DType } from '../index.js';
import type { Layer } from '../nn/core/layer.js';
import type { PartialShape } from '../nn/core/shapes.js';
import { SymbolicTensor } from '../nn/core/symbolic.js';
import { type GraphStep, LayerGraph, type SymbolicParts } from './functional.js';

/** Numbers of symbolic values in the form they were given. */
export type Places = number | readonly number[] | Readonly<Record<string, number>>;

/** A graph as data. */
export interface GraphData {
  readonly layers: readonly Layer<never, unknown>[];
  readonly placeholders: readonly { readonly id: number; readonly shape: PartialShape; readonly dtype: DType; readonly name?: string }[];
  readonly steps: readonly GraphStep[];
  readonly inputs: Places;
  readonly outputs: Places;
}

function mapForm<A, B>(
  parts: A | readonly A[] | Readonly<Record<string, A>>,
  isOne: (part: unknown) => part is A,
  fn: (part: A) => B,
): B | B[] | Record<string, B> {
  if (isOne(parts)) return fn(parts);
  if (Array.isArray(parts)) return parts.map((part: A) => fn(part));
  return Object.fromEntries(Object.entries(parts as Readonly<Record<string, A>>).map(([name, part]) => [name, fn(part)]));
}

const isSymbol = (part: unknown): part is SymbolicTensor => part instanceof SymbolicTensor;
const isNumber = (part: unknown): part is number => typeof part === 'number';

/** The graph as data. */
export function graphData(graph: LayerGraph): GraphData {
  const { inputs } = graph;
  const symbols = isSymbol(inputs) ? [inputs] : Object.values(inputs as Readonly<Record<string, SymbolicTensor>>);
  return {
    layers: graph.layers,
    placeholders: symbols.map(({ id, shape, dtype, name }) => ({ id, shape, dtype, ...(name === undefined ? {} : { name }) })),
    steps: graph.steps,
    inputs: mapForm(inputs, isSymbol, ({ id }) => id),
    outputs: mapForm(graph.outputs, isSymbol, ({ id }) => id),
  };
}

/** The graph that {@link graphData} wrote down; applying the layers anew builds them. */
export function graphOf(data: GraphData): LayerGraph {
  const known = new Map<number, SymbolicTensor>();
  for (const { id, shape, dtype, name } of data.placeholders) known.set(id, new SymbolicTensor(shape, dtype, undefined, name));
  for (const { id, layer, inputs } of data.steps) {
    const args = typeof inputs === 'number' ? known.get(inputs)! : inputs.map((input) => known.get(input)!);
    known.set(id, data.layers[layer]!.apply(args as never) as unknown as SymbolicTensor);
  }
  const parts = (places: Places): SymbolicParts => mapForm(places, isNumber, (id) => known.get(id)!);
  return new LayerGraph(parts(data.inputs), parts(data.outputs));
}
