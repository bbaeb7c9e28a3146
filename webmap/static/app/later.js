// What follows a figure: asked once when it is wanted, kept by question, told when it comes.
import { get } from "./api.js";

const KEPT = 40;

export class Later {
  // `onKnown` is called when something that was asked for is here, or cannot be had.
  constructor(onKnown) {
    this.kept = new Map();
    this.onKnown = onKnown;
    this.waiting = 0;
  }

  // The answer, or null while it is on its way and when it cannot be had; `shape` makes of it what is kept.
  of(path, params, shape = (answer) => answer) {
    const key = JSON.stringify([path, params]);
    if (!this.kept.has(key)) this.read(key, path, params, shape);
    return this.kept.get(key)?.value ?? null;
  }

  async read(key, path, params, shape) {
    const entry = { value: null };
    this.kept.set(key, entry);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    this.waiting += 1;
    try {
      entry.value = shape(await get(path, params));
    } catch (error) {
      // Out of reach now may be in reach later; refused stays refused.
      if (error.unreachable) this.kept.delete(key);
      else entry.error = error;
    }
    this.waiting -= 1;
    this.onKnown();
  }

  get idle() {
    return this.waiting === 0;
  }
}
