// What the reader may see in a county; the server decides, this only leaves out what would be refused.
import { settings } from "./settings.js";

// `what` is "counts" (how many enterprises), "enterprises" (which they are), "people" (who answers for a grid)
// or "decide" (who is responsible).
export function may(what, county) {
  const open = settings.may[what];
  return open === "all" || open.includes(county);
}

// Whether the reader may settle who is responsible for this one: all of a county, or either side is one's own grid.
export function mayDecide(assignment, county) {
  const own = settings.may.decide_grids;
  return may("decide", county) || [assignment.grid?.id, assignment.other_grid?.id].some((id) => own.includes(id));
}
