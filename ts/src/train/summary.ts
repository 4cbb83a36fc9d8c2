// A model as a table.
import { TableVariable, type Variable } from '../index.js';
import type { Layer } from '../nn/core/layer.js';
import { layersByPath, weightsByPath } from '../nn/core/weights.js';
import type { Model } from './model.js';

/** A line a layer: path, type, its own weights' shapes, their number; then totals. */
export function summaryOf(model: Model): string {
  const all = weightsByPath(model);
  const layers = layersByPath(model);
  const rows: string[][] = [['layer', 'type', 'weights', 'parameters']];
  const covered = new Set<Variable>();
  for (const [path, layer] of layers) {
    const own = [...ownWeights(layer)];
    own.forEach(([, weight]) => covered.add(weight));
    rows.push([path, typeName(layer), shapes(own), count(own.map(([, weight]) => weight)).toLocaleString('en-US')]);
  }
  const rest = [...all].filter(([, weight]) => !covered.has(weight));
  if (rest.length > 0)
    rows.push(['(model)', typeName(model), shapes(rest), count(rest.map(([, weight]) => weight)).toLocaleString('en-US')]);
  const moving = new Set(model.trainableWeights);
  const total = count([...all.values()]);
  const trainable = count([...moving]);
  return [...table(rows), `parameters: ${total.toLocaleString('en-US')}, of which trainable: ${trainable.toLocaleString('en-US')}`].join(
    '\n',
  );
}

/** Weights that no sub-layer of `layer` has. */
function ownWeights(layer: Layer<never, unknown>): [string, Variable][] {
  const inner = new Set([...layersByPath(layer).values()].flatMap((part) => [...weightsByPath(part).values()]));
  return [...weightsByPath(layer)].filter(([, weight]) => !inner.has(weight));
}

function typeName(layer: object): string {
  const { type } = layer.constructor as { type?: string };
  return type ?? layer.constructor.name;
}

/** A weight's sizes; of a table, the rows that it has now. */
function shapeOf(weight: Variable): readonly number[] {
  return weight instanceof TableVariable ? [weight.rows, weight.dim] : weight.shape;
}

function shapes(weights: readonly [string, Variable][]): string {
  return weights.map(([name, weight]) => `${name} [${shapeOf(weight).join(', ')}]`).join(' ');
}

function count(weights: readonly Variable[]): number {
  return weights.reduce((sum, weight) => sum + shapeOf(weight).reduce((a, b) => a * b, 1), 0);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
