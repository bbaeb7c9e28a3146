// The map: folium made it, this layer draws on it, and a click says what was meant.
import { settings } from "../settings.js";
import { state, set } from "../state.js";
import * as streets from "../streets.js";
import { t } from "../text.js";
import { isPhone } from "../dom.js";
import { countyPath, drawCountyLines, drawGridLines, drawGround } from "./base.js";
import { CanvasLayer } from "./canvas-layer.js";
import { drawCoverage } from "./coverage-scene.js";
import { drawEnterprises } from "./enterprises-scene.js";
import { unproject } from "./geodesy.js";
import { drawGrids } from "./grids-scene.js";
import { drawPlans } from "./plans-scene.js";
import { drawScale } from "./scale.js";
import { area, Tiles } from "./tiles.js";

const L = window.L;
const SCENES = { coverage: drawCoverage, grids: drawGrids, enterprises: drawEnterprises, plans: drawPlans };

export class TenminMap {
  constructor({ map, onPick, onBaseLost }) {
    this.map = map;
    this.onPick = onPick;
    this.onBaseLost = onBaseLost;
    this.hits = { points: [], areas: [], lines: [] };
    this.answer = null;
    this.demandStates = new Map();
    this.gridRows = new Map();
    this.chosen = null;
    this.base = this.baseMap();
    this.layer = new CanvasLayer((context, view) => this.paint(context, view));
    this.tiles = new Tiles(() => this.layer.redraw());
    this.tiles.choose(state.county);
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) map._zoomAnimated = false;
    map.attributionControl?.setPrefix("");
    map.setMinZoom(7).setMaxZoom(18);
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", t("page.map_help"));
    map.on("click", (event) => this.pick(event));
    map.on("mousemove", (event) => this.hover(event));
    map.on("moveend", () => { this.remember(); drawScale(map); });
  }

  baseMap() {
    const chosen = settings.base_map;
    if (!chosen) return null;
    const layers = chosen.layers.map(({ url, subdomains }) => L.tileLayer(url, { subdomains, maxZoom: 18 }).addTo(this.map));
    let seen = false;
    for (const layer of layers) {
      layer.on("tileload", () => { seen = true; });
      layer.on("tileerror", () => { if (!seen) this.ownBase(layers); });
    }
    return chosen;
  }

  // No network, no base map: our own streets are there anyway.
  ownBase(layers) {
    if (!this.base) return;
    this.base = null;
    layers.forEach((layer) => layer.remove());
    this.onBaseLost();
    this.layer.redraw();
  }

  // The whole county, seen beside whatever stands over the map.
  showCounty({ animate = false } = {}) {
    const county = settings.counties.find((row) => row.code === state.county);
    if (!county?.bounds) return;
    const [w, s, e, n] = county.bounds;
    // Beside the legend or the card, not under it.
    const side = isPhone() ? 16 : 348;
    const wide = this.map.getSize().x > 900 ? side : 24;
    this.map.fitBounds([[s, w], [n, e]], { paddingTopLeft: [20, 20], paddingBottomRight: [wide, 32], animate });
  }

  // Sheets and panels change the room of the map; until somebody moves it, it shows the whole county.
  watch() {
    const container = this.map.getContainer();
    new ResizeObserver(() => {
      this.map.invalidateSize({ animate: false, pan: false });
      if (!this.moved) this.showCounty();
    }).observe(container);
    const mark = () => { this.moved = true; };
    for (const event of ["pointerdown", "wheel", "keydown"]) container.addEventListener(event, mark, { passive: true });
  }

  start() {
    this.moved = Boolean(state.at);
    this.watch();
    if (state.at) this.map.setView([state.at.lat, state.at.lon], state.at.zoom, { animate: false });
    else this.showCounty();
    // Only now: before, the map looks at a place nobody asked for.
    this.layer.addTo(this.map);
    this.started = true;
    drawScale(this.map);
  }

  remember() {
    if (!this.started) return;
    const centre = this.map.getCenter();
    set({ at: { lon: centre.lng, lat: centre.lat, zoom: this.map.getZoom() } }, { quiet: true });
  }

  goTo(point, zoom) {
    this.moved = true;
    this.map.setView([point[1], point[0]], Math.max(this.map.getZoom(), zoom), { animate: false });
  }

  // Bring a place into the free part of the view; leave the view alone when it is there already.
  reveal(point, zoom) {
    const at = this.map.latLngToContainerPoint([point[1], point[0]]);
    const size = this.map.getSize();
    const right = size.x > 900 ? 350 : 20;
    const bottom = isPhone() ? size.y * 0.55 : 40;
    const free = at.x > 20 && at.y > 40 && at.x < size.x - right && at.y < size.y - bottom;
    if (free && this.map.getZoom() >= zoom) return;
    this.moved = true;
    const target = Math.max(this.map.getZoom(), zoom);
    const shift = window.L.point(right / 2 - 10, isPhone() ? size.y * 0.25 : 0);
    const centre = this.map.unproject(this.map.project([point[1], point[0]], target).add(shift), target);
    this.map.setView(centre, target, { animate: false });
  }

  setAnswer(answer) {
    this.answer = answer;
    const demand = answer?.states?.demand ?? { ids: [], states: "" };
    this.demandStates = new Map(demand.ids.map((id, i) => [id, demand.states[i]]));
    this.gridRows = new Map((answer?.by_grid ?? []).map((row) => [row.id, row]));
    this.layer.redraw();
  }

  choose(chosen) {
    this.chosen = chosen;
    this.layer.redraw();
  }

  redraw() {
    this.tiles.choose(state.county);
    this.layer.redraw();
  }

  paint(c, view) {
    const places = this.tiles.visible(view);
    const county = countyPath(places, state.county);
    this.hits = { points: [], areas: [], lines: [] };
    this.places = places;
    drawGround(c, view, places, county, Boolean(this.base));
    const scene = {
      state, view, places, county, hits: this.hits, answer: this.answer, chosen: this.chosen,
      gridRows: this.gridRows, demandStates: this.demandStates,
      ...this.alongStreets(),
      filterGrid: this.answer?.by_grid?.find((row) => row.code === state.grid) ?? null,
      points: (layer) => pointsOf(layer, places, view),
      labels: (kind) => labelsOf(kind, places, view),
      neighbourLabels: () => neighbours(c, view, places),
      extent: (id) => widthOf(id, places),
      tileCounts: () => new Map(places.flatMap(({ tile }) => tile.grids.map(({ props }) => [props.id, props.n]))),
      drawLines: () => { drawGridLines(c, places); drawCountyLines(c, places, state.county); },
    };
    if (state.tab === "enterprises" || this.answer) SCENES[state.tab](c, view, scene);
    else scene.drawLines();
    this.painted = true;
  }

  // What is drawn where streets are walked; asked for by the view of coverage only.
  alongStreets() {
    if (state.tab !== "coverage" || !this.answer) return { served: null, stationLines: null, shownPlaces: [] };
    const { sel } = state;
    const shown = streets.shownPlaces();
    const chosen = sel?.kind === "demand" && !shown.some((row) => row.id === sel.id) ? streets.between(sel.id) : null;
    return {
      served: streets.served(),
      stationLines: sel?.kind === "station" && state.measure === "streets" ? streets.stationReach(sel.id)?.lines : null,
      shownPlaces: chosen ? [...shown, chosen] : shown,
    };
  }

  find(containerPoint, touch) {
    const p = this.layer.locate(containerPoint);
    const slack = touch ? 14 : 4;
    let best = null;
    for (const hit of this.hits.points) {
      const distance = Math.hypot(hit.x - p.x, hit.y - p.y) - hit.r;
      if (distance <= slack && (!best || distance <= best.distance)) best = { ...hit, distance };
    }
    return best ?? this.lineAt(p, touch) ?? this.areaAt(p);
  }

  lineAt(p, touch) {
    const context = this.layer._context;
    const ratio = this.layer._ratio;
    context.save();
    context.lineWidth = touch ? 28 : 12;
    const hit = this.hits.lines.findLast(({ path }) => context.isPointInStroke(path, p.x * ratio, p.y * ratio));
    context.restore();
    return hit ?? null;
  }

  areaAt(p) {
    const context = this.layer._context;
    const inside = (path) => context.isPointInPath(path, p.x * this.layer._ratio, p.y * this.layer._ratio);
    const gap = [...this.hits.areas].reverse().find((hit) => inside(hit.path));
    if (gap) return gap;
    if (state.tab !== "grids") return null;
    for (const place of this.places ?? []) {
      const { x, y, size } = place.frame;
      if (p.x < x || p.y < y || p.x >= x + size || p.y >= y + size) continue;
      const [tx, ty] = [(p.x - place.x) / place.k, (p.y - place.y) / place.k];
      const found = place.tile.grids.find((feature) => feature.props.kind !== "exclusive" && contains(context, area(feature), tx, ty));
      if (found) return { kind: "grid", id: found.props.id };
    }
    return null;
  }

  pick(event) {
    const touch = event.originalEvent?.pointerType === "touch";
    const hit = this.find(event.containerPoint, touch);
    if (hit?.kind === "cluster") {
      this.map.setView(event.latlng, Math.min(16, this.map.getZoom() + 2));
      return;
    }
    const place = hit?.at ? { ...hit, point: unproject(hit.x + this.layer.view().x, hit.y + this.layer.view().y, this.layer.view().scale) } : hit;
    this.onPick(place);
  }

  hover(event) {
    const hit = this.find(event.containerPoint, false);
    const container = this.map.getContainer();
    container.classList.toggle("is-over", Boolean(hit));
    container.title = hit?.title || "";
  }
}

function contains(context, path, x, y) {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  const inside = context.isPointInPath(path, x, y);
  context.restore();
  return inside;
}

// The tile itself, or the part of a coarser one that stands in for it until it is here.
function pointsOf(layer, places, view) {
  const seen = new Set();
  const rows = [];
  for (const place of places) {
    const [left, top, side] = place.own;
    for (const feature of place.tile.points(layer)) {
      const [x, y] = feature.parts[0] ?? [];
      if (feature.type !== 1 || x < left || y < top || x >= left + side || y >= top + side) continue;
      const id = feature.props.id ?? feature.id;
      if (id) {
        const key = `${layer}:${feature.props.kind ?? ""}:${id}`;
        if (seen.has(key)) continue;
        seen.add(key);
      }
      rows.push({ id, props: feature.props, x: place.x + x * place.k, y: place.y + y * place.k });
    }
  }
  return rows.filter((row) => row.x > -40 && row.y > -40 && row.x < view.width + 40 && row.y < view.height + 40);
}

// Label points of the tiles; from afar, where tiles carry none, the middle of the largest piece of each grid.
function labelsOf(kind, places, view) {
  const own = new Set(places.flatMap(({ tile }) => tile.grids.map((feature) => feature.props.id)));
  const told = pointsOf("label", places, view).filter((p) => p.props.kind === kind && own.has(p.id)).map((p) => ({ ...p.props, x: p.x, y: p.y }));
  if (told.length) return told;
  const best = new Map();
  for (const place of places) {
    for (const feature of place.tile.grids) {
      if (feature.props.kind !== kind || !feature.props.name) continue;
      for (const ring of feature.parts) {
        const middle = centroid(ring);
        if (middle.area > (best.get(feature.props.id)?.area ?? 0)) {
          best.set(feature.props.id, { ...feature.props, area: middle.area, x: place.x + middle.x * place.k, y: place.y + middle.y * place.k });
        }
      }
    }
  }
  return [...best.values()];
}

function centroid(ring) {
  let [twice, x, y] = [0, 0, 0];
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const cross = ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
    twice += cross;
    x += (ring[j] + ring[i]) * cross;
    y += (ring[j + 1] + ring[i + 1]) * cross;
  }
  return twice ? { area: Math.abs(twice / 2), x: x / (3 * twice), y: y / (3 * twice) } : { area: 0, x: 0, y: 0 };
}

// Where to write the neighbours' names: in the middle of what is seen of each beside the legend, found by sounding.
const OVERLAY_PX = 350;
const EDGE_PX = 34;

function neighbours(context, { shown }, places) {
  const found = new Map();
  const right = shown.w > 900 ? OVERLAY_PX : EDGE_PX;
  const [columns, rows] = [24, 18];
  // So many of the spots around a label must lie in the same county, or the name would stand on its border.
  const enough = 0.7 * (180 / ((shown.w - EDGE_PX - right) / columns)) * (120 / ((shown.h - 2 * EDGE_PX - 20) / rows));
  for (let i = 0; i <= columns; i += 1) {
    for (let j = 0; j <= rows; j += 1) {
      const x = shown.x + EDGE_PX + ((shown.w - EDGE_PX - right) * i) / columns;
      const y = shown.y + EDGE_PX + ((shown.h - 2 * EDGE_PX - 20) * j) / rows;
      const place = places.find(({ frame }) => x >= frame.x && y >= frame.y && x < frame.x + frame.size && y < frame.y + frame.size);
      const county = place?.tile.counties.find((feature) => contains(context, area(feature), (x - place.x) / place.k, (y - place.y) / place.k));
      if (!county || county.props.code === state.county) continue;
      const { code, name } = county.props;
      if (!found.has(code)) found.set(code, { name, spots: [] });
      found.get(code).spots.push([x, y]);
    }
  }
  return [...found.values()].filter(({ spots }) => spots.length > 7).map(({ name, spots }) => {
    // The spot with most of the same county around it.
    const around = ([x, y]) => spots.filter(([u, v]) => Math.abs(u - x) < 90 && Math.abs(v - y) < 60).length;
    return { name, ...spots.map(([x, y]) => ({ x, y, n: around([x, y]) })).reduce((one, other) => (other.n > one.n ? other : one)) };
  }).filter(({ n }) => n >= enough);
}

// How wide a grid is on the canvas, as far as it is in view.
function widthOf(id, places) {
  let [low, high] = [Infinity, -Infinity];
  for (const place of places) {
    for (const feature of place.tile.grids) {
      if (feature.props.id !== id) continue;
      for (const ring of feature.parts) {
        for (let i = 0; i < ring.length; i += 2) {
          const x = place.x + ring[i] * place.k;
          if (x < low) low = x;
          if (x > high) high = x;
        }
      }
    }
  }
  return high - low;
}
