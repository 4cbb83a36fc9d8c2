// Which layer is being called while a model is recorded: errors of its ops name the layer's path.
import { placed } from '../../array/place.js';

let paths: ReadonlyMap<object, string> | undefined;

/** While `fn` runs, ops are recorded under the paths of the layers that record them. */
export function namingLayers<T>(byLayer: ReadonlyMap<object, string>, fn: () => T): T {
  const outer = paths;
  paths = byLayer;
  try {
    return fn();
  } finally {
    paths = outer;
  }
}

/** Runs the body of `layer`. */
export function calling<T>(layer: object, body: () => T): T {
  const path = paths?.get(layer);
  return path === undefined ? body() : placed(`in layer ${path}`, body);
}
