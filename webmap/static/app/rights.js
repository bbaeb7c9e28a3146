// What the reader may see in a county; the server decides, this only leaves out what would be refused.
import { settings } from "./settings.js";

// `what` is "counts" (how many enterprises) or "enterprises" (which they are).
export function may(what, county) {
  const open = settings.may[what];
  return open === "all" || open.includes(county);
}
