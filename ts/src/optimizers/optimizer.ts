// The base of optimizers: slots, scalars of the step, clipping, weight decay, averages, constraints.
import {
  add,
  applyRule,
  cast,
  type Gradient,
  gather,
  maximum,
  minimum,
  mul,
  neg,
  RowGradient,
  TableGradient,
  type TableRule,
  TableVariable,
  sub,
  sum,
  square,
  sqrt,
  TalrayError,
  tensor,
  type Tensor,
  Variable,
  where,
  zeros,
  full,
  div,
  equal,
  remainder,
  type DType,
} from '../index.js';
import { depth } from '../array/native.js';
import { type RowUpdate, traitsOf } from '../nn/core/traits.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import type { LearningRateSchedule } from '../schedules/schedule.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** A fixed rate or a schedule of the step. */
export type LearningRate = number | LearningRateSchedule;

/** Options that every optimizer takes. Of the three clips at most one may be given. */
export interface OptimizerOptions {
  /** Each variable's gradient is scaled down to this L2 norm. */
  clipnorm?: number;
  /** Each element of a gradient is clipped to ± this. */
  clipvalue?: number;
  /** All gradients together are scaled down to this L2 norm. */
  globalClipnorm?: number;
  /** Each update first takes `learningRate · weightDecay · w` off a weight (decoupled). */
  weightDecay?: number;
  /** Weights that do not decay: by a part of their path, or by a function. Default none. */
  excludeFromWeightDecay?: readonly (string | RegExp)[] | ((path: string, variable: Variable) => boolean);
  /** Whether a moving average of the weights is kept. Default false. */
  useEma?: boolean;
  /** Share of the old average that is kept. Default 0.99. */
  emaMomentum?: number;
  /** Every so many steps the weights become their averages. Default never. */
  emaOverwriteFrequency?: number;
  /**
   * `'keras'` rounds to f32, beside weights of any dtype, what Keras 3 on TensorFlow rounds: momentum, weight decay,
   * schedules, the first values of slots, and betas where they are raised to the step. Default `'exact'`: f64.
   */
  rounding?: 'exact' | 'keras';
  /** What rows do that a row gradient does not name; default what the variable's layer says, else `'dense'`. */
  update?: RowUpdate;
}

type Built = { readonly path: string; readonly variable: Variable; readonly slots: Record<string, Variable> };

/**
 * An update rule with its state. A subclass names its slots and writes `rule` over one element; `shared` may add scalars
 * computed once a step. All hyper-parameters are run-time scalars: changing one records nothing anew.
 */
export abstract class Optimizer<Slot extends string = string, Hyper extends string = never, Shared extends string = never> {
  /** What a config calls the class. */
  static readonly type: string = '';

  /** Updates made so far, an f64 scalar. */
  readonly iterations = new Variable(0, { dtype: 'f64', trainable: false, name: 'iterations' });
  readonly #hyper: ReadonlyMap<string, Variable>;
  #rate: Variable | LearningRateSchedule;
  readonly #built = new Map<Variable, Built>();
  #rateValue = 0;
  readonly #changed: Record<string, number> = {};

  constructor(
    learningRate: LearningRate,
    protected readonly options: OptimizerOptions,
    hyper: Readonly<Record<Hyper, number>>,
  ) {
    const clips = [options.clipnorm, options.clipvalue, options.globalClipnorm].filter((clip) => clip !== undefined);
    if (clips.length > 1) throw new TalrayError('OPTION', 'at most one of clipnorm, clipvalue and globalClipnorm may be given');
    if (clips.some((clip) => !(clip > 0))) throw new TalrayError('OPTION', `a clip must be above 0, got ${clips.join(', ')}`);
    this.#rate = rateCell(learningRate);
    if (typeof learningRate === 'number') this.#rateValue = learningRate;
    const { clipnorm, clipvalue, globalClipnorm, weightDecay, emaMomentum = 0.99 } = options;
    const all = { ...hyper, clip: clipnorm ?? clipvalue ?? globalClipnorm ?? 0, weightDecay: weightDecay ?? 0, emaMomentum };
    this.#hyper = new Map(Object.entries(all).map(([name, value]) => [name, scalarCell(value as number, name)]));
  }

  /** The slots of one parameter. */
  abstract slots(): Readonly<Record<Slot, SlotSpec>>;

  /** The new value of one element. Duplicate rows are summed before, and each touched row is visited once. */
  abstract rule(row: Row<Slot>, scalars: Scalars<Hyper | Shared>): Update<Slot>;

  /** Scalars computed once a step, in f64. May assign `state`. */
  protected shared(_scalars: Scalars<Hyper>): Readonly<Record<Shared, Tensor>> {
    return {} as Record<Shared, Tensor>;
  }

  /** Scalars of one parameter, for rules that need a norm of it. */
  protected perParameter(_row: Row<Slot>, _scalars: Scalars<Hyper | Shared>): Readonly<Record<string, Tensor>> {
    return {};
  }

  /** Whether a zero gradient leaves a row and its slots as they are, so that idle rows need not be visited. */
  protected get idleRowsStay(): boolean {
    return false;
  }

  /** Hyper-parameters that Keras rounds to f32 wherever it uses them. */
  protected get roundedHyper(): readonly Hyper[] {
    return [];
  }

  /** Scalars that live from step to step beside `iterations`. */
  protected readonly state: Readonly<Record<string, Variable>> = {};

  /** Options for {@link config}; a subclass adds its own. */
  protected ownConfig(): Record<string, unknown> {
    return { ...this.options };
  }

  /** Type, learning rate and options, by which it is made again. */
  config(): ThingConfig {
    const { type } = this.constructor as typeof Optimizer;
    const { excludeFromWeightDecay: exclude, ...own } = this.ownConfig() as OptimizerOptions;
    if (exclude !== undefined && (typeof exclude === 'function' || exclude.some((part) => typeof part !== 'string'))) {
      throw new TalrayError('OPTION', 'excludeFromWeightDecay can be saved as a list of strings only');
    }
    const rate = this.#rate instanceof Variable ? this.#rateValue : this.#rate.config();
    return {
      type,
      learningRate: rate,
      options: { ...own, ...(exclude ? { excludeFromWeightDecay: exclude } : {}), ...this.#changed },
    } as ThingConfig;
  }

  /** The learning rate in use: a number as last set, or the schedule. */
  get learningRate(): LearningRate {
    return this.#rate instanceof Variable ? this.#rateValue : this.#rate;
  }

  set learningRate(rate: LearningRate) {
    const cell = rateCell(rate);
    if (typeof rate === 'number' && this.#rate instanceof Variable) {
      this.#rate.assign(rate);
    } else {
      this.#rate = cell;
    }
    if (typeof rate === 'number') this.#rateValue = rate;
  }

  /** Sets hyper-parameters; the next step uses them without being recorded anew. */
  set(values: Partial<Readonly<Record<Hyper | 'weightDecay' | 'emaMomentum', number>>>): void {
    for (const [name, value] of Object.entries(values)) {
      const cell = this.#hyper.get(name);
      if (cell === undefined)
        throw new TalrayError('OPTION', `${name} is no hyper-parameter; there are ${[...this.#hyper.keys()].join(', ')}`);
      cell.assign(value as number);
      this.#changed[name] = value as number;
    }
  }

  /** Makes the slots of `variables` (by path, or by their place) unless they exist. */
  build(variables: ReadonlyMap<string, Variable> | readonly Variable[]): void {
    const named: Iterable<readonly [string, Variable]> = Array.isArray(variables)
      ? variables.map((v: Variable, i) => [String(this.#built.size + i), v] as const)
      : (variables as ReadonlyMap<string, Variable>);
    for (const [path, variable] of named) {
      if (this.#built.has(variable)) continue;
      const specs = this.#specs();
      if (variable instanceof TableVariable) {
        variable.setSlots(
          this,
          tableSlots(specs, (spec) => this.#specOf(spec)),
        );
        this.#built.set(variable, { path, variable, slots: {} });
        continue;
      }
      const slots = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, slotOf(variable, this.#specOf(spec), name)]));
      this.#built.set(variable, { path, variable, slots });
    }
  }

  /** All state by name: `iterations`, `learningRate`, hyper-parameters, shared state, and slots as `slots.<path>.<slot>`. */
  stateByName(): Map<string, Variable> {
    const all = new Map<string, Variable>([['iterations', this.iterations]]);
    if (this.#rate instanceof Variable) all.set('learningRate', this.#rate);
    for (const [name, cell] of this.#hyper) all.set(`hyper.${name}`, cell);
    for (const [name, cell] of Object.entries(this.state)) all.set(`state.${name}`, cell);
    for (const { path, slots } of this.#built.values()) {
      for (const [name, slot] of Object.entries(slots)) all.set(`slots.${path}.${name}`, slot);
    }
    return all;
  }

  /** A variable's slots by name. Throws `OPTION` for one that is not built. */
  slotsOf(variable: Variable): Readonly<Record<string, Variable>> {
    return this.#entry(variable).slots;
  }

  /** Updates `variables` by `grads`, one each. Throws `OPTION` where a gradient is null: no loss reached that variable. */
  apply(grads: readonly Gradient[], variables: readonly Variable[]): void {
    if (grads.length !== variables.length) throw new TalrayError('OPTION', `expected ${variables.length} gradients, got ${grads.length}`);
    this.build(variables.filter((v) => !this.#built.has(v)));
    const missing = variables.filter((_, i) => grads[i] === null || grads[i] === undefined);
    if (missing.length > 0) {
      throw new TalrayError(
        'OPTION',
        `no gradient reaches ${missing.map((v) => this.#entry(v).path || v.name).join(', ')}: leave it out, or make it not trainable`,
      );
    }
    const scalars = this.#scalars();
    const clipped = this.#clipNorms(grads as readonly Present[]);
    const params = clipped.flatMap(({ grad, scale }, i) =>
      grad instanceof TableGradient ? [] : [this.#parameter(this.#entry(variables[i]!), grad, scale, scalars)],
    );
    applyRule({ rule: (row, s) => this.#wholeRule(row as Row<Slot>, s as Scalars<Hyper | Shared>), params });
    for (const { grad, scale } of clipped) if (grad instanceof TableGradient) this.#table(grad, scale, scalars);
    this.#constrain(variables);
    this.iterations.assign(add(this.iterations, tensor(1, { dtype: 'f64' })));
  }

  /** With `useEma`, exchanges weights and their averages; a second call changes them back. */
  swapAverages(): void {
    if (!this.options.useEma) throw new TalrayError('OPTION', 'swapAverages needs useEma: true');
    for (const { variable, slots } of this.#built.values()) {
      const [weight, average] = [variable.value, slots['average']!.value];
      variable.assign(average);
      slots['average']!.assign(weight);
    }
  }

  #specs(): Record<string, SlotSpec> {
    return { ...this.slots(), ...(this.options.useEma ? { average: {} } : {}) };
  }

  #entry(variable: Variable): Built {
    const built = this.#built.get(variable);
    if (built === undefined) throw new TalrayError('OPTION', `the optimizer has no slots for variable ${variable.name}: call build first`);
    return built;
  }

  #specOf({ shape = 'param', init = 0 }: SlotSpec): Required<SlotSpec> {
    return { shape, init: this.options.rounding === 'keras' ? Math.fround(init) : init };
  }

  /** Every scalar of the step in f64, and, on demand, in a parameter's dtype. */
  #scalars(): ScalarSet {
    const own: Record<string, Tensor> = {};
    for (const [name, cell] of this.#hyper) own[name] = cell.value;
    own['learningRate'] = this.#currentRate();
    own['step'] = add(this.iterations, tensor(1, { dtype: 'f64' }));
    for (const name of ['weightDecay', ...this.roundedHyper]) own[name] = this.rounded(own[name]!);
    own['decay'] = mul(own['learningRate'], own['weightDecay']!);
    const shared: Record<string, Tensor> = this.shared(own as Scalars<Hyper>);
    const { clip, decay, weightDecay: _weightDecay, emaMomentum, ...used } = own;
    const all: Record<string, Tensor> = { ...used, ...shared };
    if (this.options.clipvalue !== undefined) all['clip'] = clip!;
    if (this.options.weightDecay !== undefined) all['decay'] = decay!;
    if (this.options.useEma) Object.assign(all, this.#averageScalars(own['step']!, emaMomentum!));
    return new ScalarSet(all);
  }

  /** A scalar as Keras has it where it rounds; as it is under `rounding: 'exact'`. */
  protected rounded(x: Tensor): Tensor {
    return this.options.rounding === 'keras' ? cast(cast(x, 'f32'), 'f64') : x;
  }

  #currentRate(): Tensor {
    if (this.#rate instanceof Variable) return this.#rate.value;
    const step = this.iterations.value;
    return this.options.rounding === 'keras' ? cast(this.#rate.value(cast(step, 'f32')), 'f64') : this.#rate.value(step);
  }

  #averageScalars(step: Tensor, momentum: Tensor): Record<string, Tensor> {
    const one = tensor(1, { dtype: 'f64' });
    const every = this.options.emaOverwriteFrequency;
    return {
      emaKeep: where(equal(step, one), zeros([], { dtype: 'f64' }), momentum),
      ...(every === undefined
        ? {}
        : { emaOverwrite: cast(equal(remainder(step, tensor(every, { dtype: 'f64' })), tensor(0, { dtype: 'f64' })), 'f64') }),
    };
  }

  /** Norms are of whole gradients, so duplicates are summed first; the scale itself joins the rule. */
  #clipNorms(grads: readonly Present[]): { grad: Present; scale?: Tensor }[] {
    const { clipnorm, globalClipnorm } = this.options;
    if (clipnorm === undefined && globalClipnorm === undefined) return grads.map((grad) => ({ grad }));
    const exact = grads.map((grad) => (grad instanceof RowGradient ? grad.coalesce() : grad));
    const squares = exact.map((grad) =>
      cast(
        grad instanceof TableGradient
          ? squaresOf(grad, Object.keys(this.#specs()))
          : sum(square(grad instanceof RowGradient ? grad.rows : grad)),
        'f64',
      ),
    );
    const limit = this.#hyper.get('clip')!.value;
    const scaleOf = (squared: Tensor): Tensor => div(limit, maximum(sqrt(squared), limit));
    const total = globalClipnorm === undefined ? undefined : scaleOf(squares.reduce((a, b) => add(a, b)));
    return exact.map((grad, i) => ({ grad, scale: total ?? scaleOf(squares[i]!) }));
  }

  #parameter(built: Built, given: Tensor | RowGradient, scale: Tensor | undefined, set: ScalarSet) {
    const { path, variable, slots } = built;
    const grad = given instanceof RowGradient || given.dtype === variable.dtype ? given : cast(given, variable.dtype);
    const update = this.#updateOf(variable);
    const scalars: Record<string, Tensor> = { ...set.as(variable.dtype) };
    if (scale !== undefined) scalars['gradScale'] = cast(scale, variable.dtype);
    if (this.options.weightDecay !== undefined && this.#excluded(path, variable)) scalars['decay'] = zeros([], { dtype: variable.dtype });
    const row = (): Row<Slot> => this.#prepare(rowOf(variable, grad, slots, update), scalars);
    Object.assign(
      scalars,
      this.perParameter === Optimizer.prototype.perParameter ? {} : this.perParameter(row(), scalars as Scalars<Hyper | Shared>),
    );
    return { variable, grad, slots, scalars, update };
  }

  /** The rule over the rows of a table that the step looked up. */
  #table(grad: TableGradient, scale: Tensor | undefined, set: ScalarSet): void {
    const { table } = grad;
    const { path } = this.#entry(table);
    if (this.options.update === 'dense') {
      throw new TalrayError('OPTION', `${path}: rows of a table that a step does not look up stay as they are; leave out update: 'dense'`);
    }
    const scalars: Record<string, Tensor> = { ...set.as(table.dtype) };
    if (scale !== undefined) scalars['gradScale'] = cast(scale, table.dtype);
    if (this.options.weightDecay !== undefined && this.#excluded(path, table)) scalars['decay'] = zeros([], { dtype: table.dtype });
    const slots = Object.keys(this.#specs());
    const sums = this.tableSums;
    if (sums !== undefined) {
      const rule: TableRule = (row, s) => sums.of(this.#prepare(row as Row<Slot>, s), s as Scalars<Hyper | Shared>);
      Object.assign(scalars, sums.scalars(grad.sums(rule, slots, scalars, sums.names)));
    }
    grad.update((row, s) => this.#wholeRule(row as Row<Slot>, s as Scalars<Hyper | Shared>), slots, scalars);
  }

  /** What {@link perParameter} gives for a table, from sums over the elements of its rows. */
  protected get tableSums(): TableSums<Slot, Hyper | Shared> | undefined {
    return undefined;
  }

  #updateOf(variable: Variable): RowUpdate {
    const asked = this.options.update ?? traitsOf(variable).update ?? 'dense';
    return this.idleRowsStay && this.options.weightDecay === undefined && !this.options.useEma ? 'lazy' : asked;
  }

  #excluded(path: string, variable: Variable): boolean {
    const exclude = this.options.excludeFromWeightDecay;
    if (exclude === undefined) return false;
    if (typeof exclude === 'function') return exclude(path, variable);
    return exclude.some((part) => (typeof part === 'string' ? path.includes(part) : part.test(path)));
  }

  /** Clipping and decay, elementwise, before the rule. */
  #prepare(row: Row<Slot>, s: Readonly<Record<string, Tensor>>): Row<Slot> {
    let { param, grad } = row;
    if (s['gradScale'] !== undefined) grad = mul(grad, s['gradScale']);
    if (this.options.clipvalue !== undefined) grad = minimum(maximum(grad, neg(s['clip']!)), s['clip']!);
    if (this.options.weightDecay !== undefined) param = sub(param, mul(param, s['decay']!));
    return { ...row, param, grad };
  }

  #wholeRule(row: Row<Slot>, scalars: Scalars<Hyper | Shared>): Record<string, Tensor> {
    const s: Readonly<Record<string, Tensor>> = scalars;
    const { param: _param, grad: _grad, ...slots } = row as Record<string, Tensor>;
    const next: Record<string, Tensor> = { ...slots, ...this.rule(this.#prepare(row, s), scalars) };
    if (!this.options.useEma) return next;
    const keep = s['emaKeep']!;
    const average = add(mul(slots['average']!, keep), mul(next['param']!, sub(1, keep)));
    const overwrite = s['emaOverwrite'];
    if (overwrite !== undefined) next['param'] = where(equal(overwrite, 1), average, next['param']!);
    next['average'] = average;
    return next;
  }

  #constrain(variables: readonly Variable[]): void {
    for (const variable of variables) {
      const { constraint } = traitsOf(variable);
      if (constraint) variable.assign(constraint.project(variable.value));
    }
  }
}

type Present = Tensor | RowGradient | TableGradient;

/** How a rule that needs norms of a parameter gets them for a table. */
export interface TableSums<Slot extends string, Scalar extends string> {
  readonly names: readonly string[];
  /** What is summed, of one element, by name. */
  of(row: Row<Slot>, scalars: Scalars<Scalar>): Record<string, Tensor>;
  /** Scalars for the rule. */
  scalars(sums: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}

function squaresOf(grad: TableGradient, slots: readonly string[]): Tensor {
  return grad.sums((row) => ({ squares: square(row['grad']!) }), slots, {}, ['squares'])['squares']!;
}

function tableSlots(specs: Readonly<Record<string, SlotSpec>>, complete: (spec: SlotSpec) => Required<SlotSpec>) {
  return Object.entries(specs).map(([name, spec]) => {
    const { shape, init } = complete(spec);
    if (shape === 'scalar') throw new TalrayError('UNSUPPORTED', `slot ${name}: a table keeps no slot of one number; keep it in \`state\``);
    return { name, width: shape, initial: init };
  });
}

/** Scalars of a step, cast once a dtype. */
class ScalarSet {
  readonly #cast = new Map<DType, Readonly<Record<string, Tensor>>>();

  constructor(readonly f64: Readonly<Record<string, Tensor>>) {
    this.#cast.set('f64', f64);
  }

  as(dtype: DType): Readonly<Record<string, Tensor>> {
    let scalars = this.#cast.get(dtype);
    if (scalars === undefined) {
      scalars = Object.fromEntries(Object.entries(this.f64).map(([name, value]) => [name, cast(value, dtype)]));
      this.#cast.set(dtype, scalars);
    }
    return scalars;
  }
}

/** What the rule would see, as whole tensors: all rows, or those of the gradient. */
function rowOf(variable: Variable, grad: Tensor | RowGradient, slots: Record<string, Variable>, update: RowUpdate): Row<string> {
  if (grad instanceof RowGradient && update === 'lazy') {
    const { ids, rows } = grad.coalesce();
    const at = (v: Variable): Tensor => (v.shape.length === 0 ? v.value : gather(v, ids));
    return { ...Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, at(slot)])), param: at(variable), grad: rows };
  }
  const whole = grad instanceof RowGradient ? grad.dense() : grad;
  return { ...Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, slot.value])), param: variable.value, grad: whole };
}

function scalarCell(value: number, name: string): Variable {
  return new Variable(tensor(value, { dtype: 'f64' }), { dtype: 'f64', trainable: false, name });
}

function rateCell(rate: LearningRate): Variable | LearningRateSchedule {
  if (typeof rate === 'number' && !(rate >= 0 && rate < Infinity))
    throw new TalrayError('OPTION', `a learning rate is a number of at least 0, or a schedule; received ${rate}`);
  return typeof rate === 'number' ? scalarCell(rate, 'learningRate') : rate;
}

function slotOf(variable: Variable, { shape, init }: Required<SlotSpec>, name: string): Variable {
  const size = shape === 'param' ? variable.shape : shape === 'row' ? variable.shape.slice(0, 1) : [];
  return new Variable(filled(size, init, variable.dtype), { dtype: variable.dtype, trainable: false, name });
}

/** Equal numbers, also while a step is being recorded: there a first value must not be one of the recording's own. */
function filled(shape: readonly number[], value: number, dtype: DType): Tensor {
  if (depth() === 0 || (dtype !== 'f32' && dtype !== 'f64')) return full(shape, value, { dtype });
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor((dtype === 'f64' ? new Float64Array(size) : new Float32Array(size)).fill(value), { shape });
}
