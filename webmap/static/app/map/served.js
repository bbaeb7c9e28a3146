// Along streets the reach is no circle: the streets themselves are drawn from which a counting station is in time.
import { onView } from "./polyline.js";
import { INK } from "./symbols.js";

function stroke(c, path, colour, width, dash = []) {
  c.strokeStyle = colour;
  c.lineWidth = width;
  c.setLineDash(dash);
  c.stroke(path);
  c.setLineDash([]);
}

const broad = (view) => Math.max(0.7, Math.min(1.6, 2 ** ((view.zoom - 14) / 2)));

// Pale and wide below, a line on top: thin for one station, thick and dark for two or more, dotted for who knows.
export function drawServed(c, view, lines, county) {
  if (!lines) return;
  const [one, cross, unknown] = ["one", "cross", "unknown"].map((kind) => lines[kind] && onView(lines[kind], view));
  const wide = broad(view);
  c.save();
  if (county) c.clip(county);
  c.lineCap = "round";
  c.lineJoin = "round";
  if (unknown) stroke(c, unknown, "rgb(255 255 255 / .8)", 5 * wide);
  for (const path of [one, cross]) if (path) stroke(c, path, "rgb(156 207 199 / .6)", 9 * wide);
  if (unknown) stroke(c, unknown, INK.grey6, 2.2 * wide, [0.1, 5]);
  if (one) stroke(c, one, INK.teal5, 1.8 * wide);
  if (cross) stroke(c, cross, INK.teal9, 3 * wide);
  c.restore();
}

// The streets from which one chosen station is in time, above the others.
export function drawStationReach(c, view, lines) {
  if (!lines?.count) return;
  const path = onView(lines, view);
  const wide = broad(view);
  c.save();
  c.lineCap = "round";
  c.lineJoin = "round";
  stroke(c, path, "#fff", 8 * wide);
  stroke(c, path, INK.ink, 5.4 * wide);
  stroke(c, path, "#9CCFC7", 2.6 * wide);
  c.restore();
}
