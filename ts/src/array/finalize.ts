// Freeing the engine's side of tensors that the garbage collector took. Small tensors share a registered page: one
// registration for many of them. A page is collected when all of its tensors are, and then its handles are freed.

import { freeAll } from './transfer.js';

/** Tensors on a page. */
const PAGE = 64;
/** Elements up to which a tensor shares a page: what a neighbour that lives longer may keep from being freed is small. */
const SMALL = 1024;

/** Handles that are freed together. Entries of −1 were freed by hand. */
export class Page {
  readonly handles: number[] = [];
}

const pages = new FinalizationRegistry<number[]>(freeAll);

/** The page that is being filled. */
let open: Page | undefined;

function registered(): Page {
  const page = new Page();
  pages.register(page, page.handles);
  return page;
}

/** The page that frees `handle` once no tensor refers to it; the handle is its last entry. */
export function pageFor(handle: number, shape: readonly number[]): Page {
  let elements = 1;
  for (const size of shape) elements *= size;
  // A size that is not known yet is negative, and may become large.
  const small = elements >= 0 && elements <= SMALL && !shape.includes(-1);
  const page = small ? (open ??= registered()) : registered();
  page.handles.push(handle);
  if (small && page.handles.length === PAGE) open = undefined;
  return page;
}
