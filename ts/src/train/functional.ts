// A graph of layers made by the functional style: which layers it has, and how it is run.
import { cast, TalrayError, type Tensor } from '../index.js';
import type { CallContext, Layer } from '../nn/core/layer.js';
import { SymbolicTensor } from '../nn/core/symbolic.js';
import { isRecord, partsOf, type Tensors } from './tree.js';

/** Symbolic inputs or outputs in the form they are fed or given. */
export type SymbolicParts = SymbolicTensor | readonly SymbolicTensor[] | Readonly<Record<string, SymbolicTensor>>;

/** One application of a layer, by the layer's place. */
export interface GraphStep {
  readonly id: number;
  readonly layer: number;
  readonly inputs: number | readonly number[];
}

function symbols(parts: SymbolicParts): Map<string, SymbolicTensor> {
  return parts instanceof SymbolicTensor
    ? new Map([['', parts]])
    : new Map(Object.entries(parts as Readonly<Record<string, SymbolicTensor>>));
}

/** Layers between symbolic inputs and outputs. */
export class LayerGraph {
  /** Each layer once, in order of first use. */
  readonly layers: Layer<never, unknown>[] = [];
  /** Applications in an order in which they can be run. */
  readonly steps: GraphStep[] = [];

  constructor(
    readonly inputs: SymbolicParts,
    readonly outputs: SymbolicParts,
  ) {
    const fed = new Set([...symbols(inputs).values()].map(({ id }) => id));
    const found = new Map<number, SymbolicTensor>();
    const visit = (x: SymbolicTensor): void => {
      if (fed.has(x.id) || found.has(x.id)) return;
      if (x.source === undefined)
        throw new TalrayError('OPTION', `an input${x.name ? ` (${x.name})` : ''} that outputs depend on is not among the model's inputs`);
      found.set(x.id, x);
      for (const part of listOf(x.source.inputs)) visit(part);
    };
    for (const output of symbols(outputs).values()) visit(output);
    for (const x of [...found.values()].sort((a, b) => a.id - b.id)) this.#add(x);
  }

  #add(x: SymbolicTensor): void {
    const { layer, inputs } = x.source!;
    if (!this.layers.includes(layer)) this.layers.push(layer);
    this.steps.push({
      id: x.id,
      layer: this.layers.indexOf(layer),
      inputs: inputs instanceof SymbolicTensor ? inputs.id : inputs.map(({ id }) => id),
    });
  }

  /** Runs the graph. Inputs are matched by form; a record is matched by the inputs' names or keys. */
  run(values: Tensors, context: Pick<CallContext, 'training'>): Tensors {
    const known = this.#feed(values);
    for (const { id, layer, inputs } of this.steps) {
      const args = typeof inputs === 'number' ? known.get(inputs)! : inputs.map((input) => known.get(input)!);
      known.set(id, this.layers[layer]!.apply(args as never, { training: context.training }) as unknown as Tensor);
    }
    const out = (x: SymbolicTensor): Tensor => known.get(x.id)!;
    if (this.outputs instanceof SymbolicTensor) return out(this.outputs);
    if (Array.isArray(this.outputs)) return this.outputs.map(out);
    return Object.fromEntries(Object.entries(this.outputs as Readonly<Record<string, SymbolicTensor>>).map(([name, x]) => [name, out(x)]));
  }

  #feed(values: Tensors): Map<number, Tensor> {
    const wanted = [...symbols(this.inputs)];
    const given = partsOf(values);
    if (given.size !== wanted.length) throw new TalrayError('OPTION', `the model takes ${wanted.length} inputs, got ${given.size}`);
    const ordered = [...given.values()];
    return new Map(
      wanted.map(([key, x], i) => {
        const value = isRecord(values) ? (given.get(x.name ?? key) ?? given.get(key)) : ordered[i];
        if (value === undefined)
          throw new TalrayError('OPTION', `no feature is called ${x.name ?? key}; got ${[...given.keys()].join(', ')}`);
        return [x.id, value.dtype === x.dtype ? value : cast(value, x.dtype)];
      }),
    );
  }
}

function listOf(inputs: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  return inputs instanceof SymbolicTensor ? [inputs] : inputs;
}
