// A quiet small map of its own: streets of the whole county, the stations, the place. No tiles: a tile's address
// would tell where somebody looks. Drag to move, buttons to zoom, tap to say "I am here".
import { el, fill, icon } from "../app/dom.js";
import { mercator, unproject } from "../app/map/geodesy.js";
import { OPEN, stateAt } from "./find-order.js";
import { data, read, t } from "./find-text.js";

const BASE = 256;
const MIN_ZOOM = 9;
const MAX_ZOOM = 18;
const START_ZOOM = 15;
const TAP_PX = 6;
const ROADS = { 1: ["#d9cfbb", 9], 2: ["#e2d9c8", 6], 3: ["#e9e2d4", 4], 4: ["#efe9dd", 2.5] };
const AREAS = { water: "#dbe6ea", park: "#e4eadb" };
const INK = "#211d17";
const GREY = "#6a6a6a";
const TEAL = "#0f6e6c";

// Google's polyline form, five digits: [[lon, lat], …].
export function decode(text) {
  const line = [];
  let at = 0;
  let lat = 0;
  let lon = 0;
  const next = () => {
    let value = 0;
    let shift = 0;
    let byte;
    do {
      byte = text.charCodeAt(at) - 63;
      at += 1;
      value |= (byte & 31) << shift;
      shift += 5;
    } while (byte >= 32);
    return value & 1 ? ~(value >> 1) : value >> 1;
  };
  while (at < text.length) {
    lat += next();
    lon += next();
    line.push([lon / 1e5, lat / 1e5]);
  }
  return line;
}

export class SmallMap {
  constructor(root, { county, tapped }) {
    this.county = county;
    this.tapped = tapped;
    this.lines = [];
    this.loaded = null;
    this.place = null;
    this.rows = [];
    this.minute = 0;
    this.center = null;
    this.zoom = START_ZOOM;
    this.canvas = el("canvas", { class: "map-canvas", tabindex: "0", role: "img", "aria-label": t("find.map") });
    this.words = el("p", { class: "map-words", role: "status" });
    // Whoever made the streets of the county, which the lines may be drawn from.
    this.credit = el("p", { class: "find-small" });
    fill(root, this.words, el("div", { class: "map-box" }, this.canvas,
      el("div", { class: "map-zooms" },
        el("button", { type: "button", class: "button", "aria-label": t("page.zoom_in"), on: { click: () => this.zoomBy(1) } }, icon("plus")),
        el("button", { type: "button", class: "button", "aria-label": t("page.zoom_out"), on: { click: () => this.zoomBy(-1) } }, icon("minus")))),
      el("p", { class: "find-small" }, t("find.map_note")), this.credit);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  say(text) {
    this.words.textContent = text;
  }

  show({ place, rows, minute }) {
    const isMoved = JSON.stringify(place) !== JSON.stringify(this.place);
    Object.assign(this, { place, rows, minute });
    if (isMoved || !this.center) this.settle();
    this.load();
    this.draw();
  }

  // Where to look: at the place, so that the nearest station shows too; else at the whole county.
  settle() {
    const first = this.rows[0]?.station;
    if (this.place) {
      this.center = this.place;
      const metres = this.rows[0]?.metres ?? 500;
      this.zoom = Math.max(12, Math.min(16, Math.floor(15.2 - Math.log2(Math.max(metres, 200) / 400))));
      return;
    }
    const home = data.counties.find(({ code }) => code === this.county());
    const [west, south, east, north] = home?.bounds ?? [first?.lon ?? 0, first?.lat ?? 0, first?.lon ?? 0, first?.lat ?? 0];
    this.center = [(west + east) / 2, (south + north) / 2];
    const width = Math.max(1e-4, east - west, (north - south) * 1.25);
    this.zoom = Math.max(MIN_ZOOM, Math.min(START_ZOOM, Math.floor(Math.log2((360 * (this.canvas.clientWidth || 340)) / (BASE * width)))));
  }

  async load() {
    const county = this.county();
    if (this.loaded === county) return;
    this.loaded = county;
    this.credit.textContent = data.counties.find(({ code }) => code === county)?.credit ?? "";
    try {
      const { body } = await read(`/api/v1/find/ground?county=${county}`);
      this.lines = body.lines.map(([kind, rank, line]) => ({ kind, rank, line: decode(line) }));
      this.draw();
    } catch {
      this.loaded = null;
    }
  }

  zoomBy(step) {
    this.zoom = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, this.zoom + step));
    this.draw();
  }

  get scale() {
    return BASE * 2 ** this.zoom;
  }

  // Pixel of the canvas for a place, and back.
  pixel(lon, lat) {
    const [x, y] = mercator(lon, lat, this.scale);
    const [left, top] = this.corner();
    return [x - left, y - top];
  }

  corner() {
    const [x, y] = mercator(...this.center, this.scale);
    return [x - this.canvas.clientWidth / 2, y - this.canvas.clientHeight / 2];
  }

  placeAt(x, y) {
    const [left, top] = this.corner();
    return unproject(left + x, top + y, this.scale);
  }

  listen() {
    let grip = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      grip = { x: event.clientX, y: event.clientY, moved: false, center: mercator(...this.center, this.scale) };
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const [dx, dy] = [event.clientX - grip.x, event.clientY - grip.y];
      grip.moved ||= Math.hypot(dx, dy) > TAP_PX;
      if (!grip.moved) return;
      this.center = unproject(grip.center[0] - dx, grip.center[1] - dy, this.scale);
      this.draw();
    });
    this.canvas.addEventListener("pointerup", (event) => {
      const wasTap = grip && !grip.moved;
      grip = null;
      if (!wasTap) return;
      const box = this.canvas.getBoundingClientRect();
      this.say("");
      this.tapped(this.placeAt(event.clientX - box.left, event.clientY - box.top));
    });
    this.canvas.addEventListener("pointercancel", () => { grip = null; });
    this.canvas.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [-40, 0], ArrowRight: [40, 0], ArrowUp: [0, -40], ArrowDown: [0, 40] };
      const middle = [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2];
      if (event.key in steps) this.center = this.placeAt(middle[0] + steps[event.key][0], middle[1] + steps[event.key][1]);
      else if (event.key === "+") this.zoomBy(1);
      else if (event.key === "-") this.zoomBy(-1);
      else if (event.key === "Enter") this.tapped(this.center);
      else return;
      event.preventDefault();
      this.draw();
    });
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !this.center) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = "#f7f5ef";
    pen.fillRect(0, 0, width, height);
    this.drawGround(pen, width, height);
    for (const row of [...this.rows].reverse()) this.drawStation(pen, row);
    if (this.place) this.drawPlace(pen);
  }

  drawGround(pen, width, height) {
    const shrink = Math.min(1, 2 ** (this.zoom - 16));
    pen.lineJoin = "round";
    pen.lineCap = "round";
    for (const { kind, rank, line } of this.lines) {
      if (rank > 2 && this.zoom < 13) continue;
      const points = line.map(([lon, lat]) => this.pixel(lon, lat));
      if (points.every(([x, y]) => x < -50 || y < -50 || x > width + 50 || y > height + 50)) continue;
      pen.beginPath();
      points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      if (AREAS[kind]) {
        pen.fillStyle = AREAS[kind];
        pen.fill();
        continue;
      }
      const [color, size] = ROADS[rank] ?? ROADS[4];
      pen.strokeStyle = color;
      pen.lineWidth = Math.max(1, size * shrink);
      pen.stroke();
    }
  }

  drawStation(pen, { station, rank }) {
    const [x, y] = this.pixel(station.lon, station.lat);
    const isOpen = rank === OPEN && stateAt(station, this.minute) === "open";
    pen.beginPath();
    pen.arc(x, y, 11, 0, 7);
    pen.fillStyle = isOpen ? TEAL : "#fff";
    pen.fill();
    pen.lineWidth = 2;
    pen.setLineDash(isOpen ? [] : [2, 3]);
    pen.strokeStyle = isOpen ? "#fff" : GREY;
    pen.stroke();
    pen.setLineDash([]);
    pen.strokeStyle = isOpen ? "#fff" : GREY;
    pen.fillStyle = isOpen ? "#fff" : GREY;
    if (isOpen) {
      pen.lineWidth = 1.8;
      pen.beginPath();
      pen.moveTo(x - 5, y);
      pen.lineTo(x, y - 4.5);
      pen.lineTo(x + 5, y);
      pen.moveTo(x - 3.2, y - 0.6);
      pen.lineTo(x - 3.2, y + 4.5);
      pen.lineTo(x + 3.2, y + 4.5);
      pen.lineTo(x + 3.2, y - 0.6);
      pen.stroke();
    } else {
      pen.font = "700 13px sans-serif";
      pen.textAlign = "center";
      pen.fillText("?", x, y + 5);
    }
    const isRight = x > this.canvas.clientWidth * 0.6;
    if (this.zoom >= 13) this.drawName(pen, station.name, isRight ? x - 16 : x + 16, y + 5, isRight ? "right" : "left");
  }

  drawPlace(pen) {
    const [x, y] = this.pixel(...this.place);
    pen.beginPath();
    pen.arc(x, y, 13, 0, 7);
    pen.fillStyle = "rgb(33 29 23 / 22%)";
    pen.fill();
    pen.beginPath();
    pen.arc(x, y, 7, 0, 7);
    pen.fillStyle = INK;
    pen.fill();
    pen.lineWidth = 3;
    pen.strokeStyle = "#fff";
    pen.stroke();
    this.drawName(pen, t("find.you"), x, y + 28, "center");
  }

  drawName(pen, text, x, y, align) {
    // Nearly every name begins or ends with 工会驿站: what tells it apart is shown.
    const short = text.replace(/^工会驿站[（(]?|[)）]$|(工会|爱心)?驿站$/g, "") || text;
    const words = short.length > 8 ? `${short.slice(0, 8)}…` : short;
    pen.font = `700 13px ${getComputedStyle(document.body).fontFamily}`;
    pen.textAlign = align;
    pen.lineWidth = 4;
    pen.strokeStyle = "#f7f5ef";
    pen.strokeText(words, x, y);
    pen.fillStyle = INK;
    pen.fillText(words, x, y);
  }
}
