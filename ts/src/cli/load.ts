// Models that the command can use.

import { TalrayError } from '../index.js';
import { FeatureModel } from '../recsys/index.js';
import { Model } from '../train/index.js';
import { classes } from './config/models.js';

/** A saved model that takes rows of columns. Throws `UNSUPPORTED` for one that takes tensors. */
export async function loadModel(path: string): Promise<FeatureModel> {
  const model: unknown = await Model.load(path, { classes });
  if (model instanceof FeatureModel) return model;
  throw new TalrayError('UNSUPPORTED', `${path} takes tensors, not rows of columns: use it from a program`);
}
