// What tests expect to go wrong. For tests only.
import { TalrayError } from '../index.js';

/** The `TalrayError` that `work` throws or rejects with; throws what is none, and where nothing is thrown. */
export async function failure(work: () => unknown): Promise<TalrayError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof TalrayError) return error;
    throw error;
  }
  throw new Error('there was no error');
}
