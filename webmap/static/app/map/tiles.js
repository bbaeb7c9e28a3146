// Tiles in memory: asked for once, kept for a while, with their paths ready for drawing.
import { settings } from "../settings.js";
import { decode } from "./mvt.js";

const KEPT = 240;
const AT_ONCE = 6;
const RETRY_MS = 5000;

export const MIN_ZOOM = 6;
export const MAX_ZOOM = 16;

function lines(features) {
  const path = new Path2D();
  for (const { parts } of features) {
    for (const part of parts) {
      path.moveTo(part[0], part[1]);
      for (let i = 2; i < part.length; i += 2) path.lineTo(part[i], part[i + 1]);
    }
  }
  return path;
}

export function area(feature) {
  if (!feature.path) {
    feature.path = new Path2D();
    for (const ring of feature.parts) {
      feature.path.moveTo(ring[0], ring[1]);
      for (let i = 2; i < ring.length; i += 2) feature.path.lineTo(ring[i], ring[i + 1]);
      feature.path.closePath();
    }
  }
  return feature.path;
}

// The borders of polygons, each shared edge once: a dashed line drawn twice is no longer dashed.
export function borders(features) {
  const seen = new Set();
  const path = new Path2D();
  for (const { parts } of features) {
    for (const ring of parts) {
      let drawing = false;
      const n = ring.length / 2;
      for (let i = 0; i < n; i += 1) {
        const j = (i + 1) % n;
        const [ax, ay, bx, by] = [ring[2 * i], ring[2 * i + 1], ring[2 * j], ring[2 * j + 1]];
        const key = ax < bx || (ax === bx && ay < by) ? `${ax},${ay},${bx},${by}` : `${bx},${by},${ax},${ay}`;
        if (seen.has(key)) { drawing = false; continue; }
        seen.add(key);
        if (!drawing) path.moveTo(ax, ay);
        path.lineTo(bx, by);
        drawing = true;
      }
    }
  }
  return path;
}

// Grids of the chosen county only: the neighbours stay quiet.
function prepare(layers, county) {
  const get = (name) => layers[name]?.features ?? [];
  const streets = new Map();
  for (const feature of get("street")) {
    const key = feature.props.kind && feature.props.kind !== "road" ? feature.props.kind : `road${feature.props.rank}`;
    if (!streets.has(key)) streets.set(key, []);
    streets.get(key).push(feature);
  }
  const grids = get("grid").filter((f) => !county || !f.props.county || f.props.county === county);
  const divisions = get("division");
  const kind = (name) => borders(grids.filter((f) => f.props.kind === name));
  return {
    extent: Object.values(layers)[0]?.extent ?? 4096,
    layers,
    streets: new Map([...streets].map(([key, features]) => [key, { path: lines(features), closed: features[0].type === 3 }])),
    grids,
    gridLines: kind("grid"),
    zoneLines: kind("zone"),
    exclusive: grids.filter((f) => f.props.kind === "exclusive"),
    counties: divisions.filter((f) => f.props.level === "county"),
    townLines: borders(divisions.filter((f) => f.props.level === "town")),
    points: get,
  };
}

// Where a part of a tile stands in a frame: the whole of it, or the piece of a wider one.
function part({ tile, up }, tx, ty, frame) {
  const times = 2 ** up;
  const k = (frame.size * times) / tile.extent;
  const side = tile.extent / times;
  const [left, top] = [(tx % times) * side, (ty % times) * side];
  return { tile, k, x: frame.x - left * k, y: frame.y - top * k, own: [left, top, side] };
}

export class Tiles {
  constructor(onArrival) {
    this.kept = new Map();
    this.waiting = [];
    this.active = 0;
    this.onArrival = onArrival;
    this.county = "";
    this.failed = false;
  }

  // A change of county changes what the tiles hold of enterprises, demand and stations.
  choose(county) {
    if (county === this.county) return;
    this.county = county;
    this.kept.clear();
    this.waiting = [];
  }

  get(z, x, y) {
    const key = `${z}/${x}/${y}`;
    const entry = this.kept.get(key);
    if (entry) {
      this.kept.delete(key);
      this.kept.set(key, entry);
      return entry.tile;
    }
    this.kept.set(key, { tile: null });
    this.waiting.push({ key, z, x, y, county: this.county });
    this.pump();
    return null;
  }

  // What is already here above this tile, to draw until the sharper one arrives.
  parent(z, x, y) {
    for (let up = 1; up <= 4 && z - up >= MIN_ZOOM; up += 1) {
      const entry = this.kept.get(`${z - up}/${x >> up}/${y >> up}`);
      if (entry?.tile) return { tile: entry.tile, up };
    }
    return null;
  }

  // The tiles of a view that are here, each with its frame on the screen; what is missing is asked for.
  visible(view) {
    const z = view.tileZoom;
    const size = view.scale / 2 ** z;
    const limit = 2 ** z;
    const places = [];
    for (let ty = Math.floor(view.y / size); ty * size < view.y + view.height; ty += 1) {
      for (let tx = Math.floor(view.x / size); tx * size < view.x + view.width; tx += 1) {
        if (ty < 0 || ty >= limit || tx < 0 || tx >= limit) continue;
        const tile = this.get(z, tx, ty);
        const frame = { x: tx * size - view.x, y: ty * size - view.y, size };
        const found = tile ? { tile, up: 0 } : this.parent(z, tx, ty);
        if (found) places.push({ frame, ratio: view.ratio, ...part(found, tx, ty, frame) });
      }
    }
    return places;
  }

  pump() {
    while (this.active < AT_ONCE && this.waiting.length) {
      this.active += 1;
      this.load(this.waiting.pop()).finally(() => {
        this.active -= 1;
        this.pump();
      });
    }
    while (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
  }

  async load({ key, z, x, y, county }) {
    let layers = {};
    let failed = false;
    try {
      const address = settings.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y);
      const response = await fetch(`${address}?county=${encodeURIComponent(county)}`);
      if (response.status === 200) layers = decode(await response.arrayBuffer());
      failed = !response.ok;
    } catch {
      failed = true;
    }
    if (county !== this.county) return;
    if (failed) setTimeout(() => this.forget(key), RETRY_MS);
    else this.kept.set(key, { tile: prepare(layers, county) });
    this.failed = failed;
    this.onArrival();
  }

  forget(key) {
    if (this.kept.get(key)?.tile) return;
    this.kept.delete(key);
    this.onArrival();
  }

  get idle() {
    return this.active === 0 && this.waiting.length === 0;
  }
}
