// Barriers on the map, and a pencil: tap points, step back, finish. Own streets below, no other map needed.
import { drawCountyLines, drawGround, countyPath } from "../app/map/base.js";
import { CanvasLayer } from "../app/map/canvas-layer.js";
import { Tiles } from "../app/map/tiles.js";
import { settings } from "../app/settings.js";
import { say } from "./page.js";

const L = window.L;
const LOOKS = {
  stands: { color: "#7a4300", weight: 4, fillColor: "#e09a2b", fillOpacity: 0.35 },
  ahead: { color: "#7a4300", weight: 3, dashArray: "8 5", fillColor: "#f9e3bc", fillOpacity: 0.4 },
  ended: { color: "#6a6a6a", weight: 2, dashArray: "2 5", fill: false },
};
const PENCIL = { color: "#b3261e", weight: 4, fillColor: "#b3261e", fillOpacity: 0.15, interactive: false };
const CORNER = { radius: 6, color: "#b3261e", weight: 2, fillColor: "#ffffff", fillOpacity: 1, interactive: false };
const LEAST = { LineString: 2, Polygon: 3 };
const DIGITS = 7;

const word = (key, params = {}) => (settings.strings[`barriers.js.${key}`] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
const map = L.map("barrier-map", { attributionControl: false, zoomSnap: 0.25, minZoom: 7, maxZoom: 19 });
const tiles = new Tiles(() => ground.redraw());
const ground = new CanvasLayer(paint);
const shown = new Map();
const buttons = new Map([...document.querySelectorAll("[data-pencil]")].map((button) => [button.dataset.pencil, button]));
const form = document.getElementById("new-barrier");
let hasBase = false;

function paint(c, view) {
  const places = tiles.visible(view);
  drawGround(c, view, places, countyPath(places, settings.county), hasBase);
  drawCountyLines(c, places, settings.county);
}

class Pencil {
  constructor() {
    this.kind = null;
    this.corners = [];
    this.layer = L.layerGroup().addTo(map);
  }

  take(kind) {
    this.kind = this.kind === kind && !this.corners.length ? null : kind;
    this.draw();
    this.tell();
  }

  add(place) {
    if (!this.kind) return;
    this.corners.push([Number(place.lng.toFixed(DIGITS)), Number(place.lat.toFixed(DIGITS))]);
    this.draw();
    this.tell();
  }

  undo() {
    this.corners.pop();
    this.draw();
    this.tell();
  }

  clear() {
    this.corners = [];
    this.draw();
    this.tell();
  }

  finish() {
    this.kept = this.kind;
    this.kind = null;
    this.draw();
    this.tell();
    form?.querySelector("[name=name]").focus();
  }

  get type() {
    return this.kind ?? this.kept ?? "LineString";
  }

  get shape() {
    if (this.corners.length < LEAST[this.type]) return null;
    return this.type === "LineString"
      ? { type: "LineString", coordinates: this.corners }
      : { type: "Polygon", coordinates: [[...this.corners, this.corners[0]]] };
  }

  draw() {
    this.layer.clearLayers();
    const places = this.corners.map(([lon, lat]) => [lat, lon]);
    if (places.length > 1) (this.type === "Polygon" && places.length > 2 ? L.polygon : L.polyline)(places, PENCIL).addTo(this.layer);
    for (const place of places) L.circleMarker(place, CORNER).addTo(this.layer);
    if (form) form.elements.namedItem("shape").value = this.shape ? JSON.stringify(this.shape) : "";
    map.getContainer().classList.toggle("is-drawing", Boolean(this.kind));
  }

  tell() {
    for (const kind of Object.keys(LEAST)) buttons.get(kind)?.setAttribute("aria-pressed", String(this.kind === kind));
    for (const name of ["undo", "clear"]) buttons.get(name).disabled = !this.corners.length;
    buttons.get("centre").disabled = !this.kind;
    buttons.get("finish").hidden = !(this.kind && this.shape);
    const left = LEAST[this.type] - this.corners.length;
    const text = !this.kind && !this.corners.length ? word("choose")
      : left > 0 ? word("more", { count: left })
      : this.kind ? word("enough", { count: this.corners.length }) : word("done", { count: this.corners.length });
    document.getElementById("pencil-word").textContent = text;
  }
}

// Names come from people: text nodes, never markup.
function known(line) {
  const layer = L.geoJSON(JSON.parse(line.dataset.barrier), { style: LOOKS[line.dataset.state] }).addTo(map);
  layer.bindPopup(() => document.createTextNode(line.dataset.name));
  layer.on("click", (event) => { if (pencil.kind) { layer.closePopup(); L.DomEvent.stop(event); pencil.add(event.latlng); } });
  return layer;
}

function showAll() {
  const [one] = settings.counties;
  const [w, s, e, n] = one?.bounds ?? [113, 34, 114, 35];
  map.fitBounds([[s, w], [n, e]], { animate: false });
}

// The office's base map where one is chosen; without it, or without network, our own streets.
function drawBase() {
  const chosen = settings.base_map;
  if (!chosen) return;
  const base = chosen.layers.map(({ url, subdomains }) => L.tileLayer(url, { subdomains, maxZoom: 19 }).addTo(map));
  hasBase = true;
  L.control.attribution({ prefix: false }).addTo(map).addAttribution([chosen.attribution, chosen.approval].filter(Boolean).join(" · ").replace(/[<>&]/g, ""));
  for (const layer of base) layer.once("tileerror", () => { base.forEach((gone) => gone.remove()); hasBase = false; ground.redraw(); });
}

const pencil = new Pencil();
if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) map._zoomAnimated = false;
tiles.choose(settings.county);
drawBase();
showAll();
ground.addTo(map);
L.control.scale({ imperial: false }).addTo(map);
map.on("click", (event) => pencil.add(event.latlng));
for (const line of document.querySelectorAll("[data-barrier]")) shown.set(line.id, known(line));
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    const layer = shown.get(`barrier-${button.dataset.show}`);
    map.fitBounds(layer.getBounds(), { padding: [60, 60], maxZoom: 17, animate: false });
    map.getContainer().scrollIntoView({ block: "nearest" });
    say(button.textContent);
  });
}
for (const kind of Object.keys(LEAST)) buttons.get(kind)?.addEventListener("click", () => pencil.take(kind));
buttons.get("undo").addEventListener("click", () => pencil.undo());
buttons.get("clear").addEventListener("click", () => pencil.clear());
buttons.get("centre").addEventListener("click", () => pencil.add(map.getCenter()));
buttons.get("finish").addEventListener("click", () => pencil.finish());
// Nothing drawn is said here, before anything is sent.
form?.addEventListener("submit", (event) => {
  if (pencil.shape) return;
  event.preventDefault();
  event.stopPropagation();
  const receipt = form.querySelector(".receipt");
  receipt.textContent = word("draw_first");
  receipt.className = "receipt is-bad";
  say(receipt.textContent);
});
pencil.tell();
window.tenminBarriers = { isReady: () => tiles.idle };
