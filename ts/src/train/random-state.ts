// The cell that random ops draw from, so that a resumed training draws what an uninterrupted one would.
import { random, type Variable } from '../index.js';

/** The global random stream's state. */
export function randomState(): Variable {
  return random.state as Variable;
}
