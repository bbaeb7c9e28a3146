// Lines as the API sends them: differences of degrees at five decimals, written in printable characters.
import { mercator } from "./geodesy.js";

const DECIMALS = 1e5;
// Pixels around the world at which lines are kept; a county stays within what single precision draws exactly.
export const KEPT_SCALE = 2 ** 24;

function numbers(text) {
  const read = [];
  for (let i = 0; i < text.length;) {
    let [value, shift, chunk] = [0, 0, 0];
    do {
      chunk = text.charCodeAt(i) - 63;
      i += 1;
      value |= (chunk & 31) << shift;
      shift += 5;
    } while (chunk >= 32);
    read.push(value & 1 ? ~(value >> 1) : value >> 1);
  }
  return read;
}

// Latitude and longitude by turns, each the difference to the point before.
export function decodePolyline(text) {
  const steps = numbers(text);
  const points = [];
  let [lat, lon] = [0, 0];
  for (let i = 0; i + 1 < steps.length; i += 2) {
    lat += steps[i];
    lon += steps[i + 1];
    points.push([lon / DECIMALS, lat / DECIMALS]);
  }
  return points;
}

function pathOf(lines, corner) {
  const path = new Path2D();
  for (const line of lines) {
    decodePolyline(line).forEach(([lon, lat], i) => {
      const [x, y] = mercator(lon, lat, KEPT_SCALE);
      if (i) path.lineTo(x - corner[0], y - corner[1]); else path.moveTo(x - corner[0], y - corner[1]);
    });
  }
  return path;
}

// Each kind of line as one path about a corner near it, so that drawing only moves and scales.
export function decodeLines({ lines }) {
  const first = Object.values(lines).flat()[0];
  const corner = first ? mercator(...decodePolyline(first)[0], KEPT_SCALE) : [0, 0];
  return Object.fromEntries(Object.entries(lines).map(([kind, rows]) => [kind, { corner, path: pathOf(rows, corner), count: rows.length }]));
}

// The path on the canvas of a view.
export function onView({ path, corner }, view) {
  const k = view.scale / KEPT_SCALE;
  const result = new Path2D();
  result.addPath(path, new DOMMatrix([k, 0, 0, k, corner[0] * k - view.x, corner[1] * k - view.y]));
  return result;
}
