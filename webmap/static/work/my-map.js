// My enterprises on the map: own streets and grid lines below, a symbol each, the same rows as a list beside.
import { el, fill, icon } from "../app/dom.js";
import { countyPath, drawCountyLines, drawGridLines, drawGround } from "../app/map/base.js";
import { CanvasLayer } from "../app/map/canvas-layer.js";
import { drawCount, drawEnterprise, FONT, INK } from "../app/map/symbols.js";
import { Tiles } from "../app/map/tiles.js";
import { settings as map_settings } from "../app/settings.js";
import { say } from "./page.js";
import { number, settings, t, word } from "./words.js";

const L = window.L;
const LISTED = 60;
const CLUSTER_PX = 46;
const SINGLES_FROM = 15;
const REACH_PX = 22;

const map = L.map("my-map", { zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 7, maxZoom: 18 });
const tiles = new Tiles(() => layer.redraw());
const layer = new CanvasLayer(paint);
let rows = [];
let hits = [];
let chosen = null;
let base = null;

function paint(c, view) {
  const places = tiles.visible(view);
  const county = map_settings.county;
  drawGround(c, view, places, countyPath(places, county), Boolean(base));
  drawGridLines(c, places);
  drawCountyLines(c, places, county);
  hits = [];
  const shown = rows
    .map((row) => ({ row, at: view.project(...row.point) }))
    .filter(({ at: [x, y] }) => x > -20 && y > -20 && x < view.width + 20 && y < view.height + 20);
  const groups = gather(shown, view);
  groups.sort((a, b) => weight(a) - weight(b));
  for (const group of groups) drawGroup(c, group);
}

const weight = (group) => (group.rows.length > 1 ? 1 : 0) + (group.rows.some((row) => row.loud) ? 2 : 0);

// From afar, and at one and the same place, several are one box with their number.
function gather(shown, view) {
  const step = view.zoom >= SINGLES_FROM ? 6 : CLUSTER_PX;
  const groups = new Map();
  for (const { row, at: [x, y] } of shown) {
    const key = `${Math.floor((x + view.x) / step)},${Math.floor((y + view.y) / step)}`;
    const group = groups.get(key) ?? { rows: [], x: 0, y: 0 };
    group.rows.push(row);
    group.x += x;
    group.y += y;
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ rows: group.rows, x: group.x / group.rows.length, y: group.y / group.rows.length }));
}

function drawGroup(c, { rows: group, x, y }) {
  const loud = group.filter((row) => row.loud).length;
  let r = 8;
  if (group.length > 1) {
    r = drawCount(c, group.length, x, y, { far: map.getZoom() < SINGLES_FROM }).w;
    if (loud) drawLoud(c, x + r, y - 8, 5);
  } else {
    const [row] = group;
    if (row.loud) drawLoud(c, x, y, 8);
    else drawEnterprise(c, row.held === "free" ? "organized" : "auto", x, y, 5);
    if (row.loud) { c.fillStyle = "#fff"; c.font = `700 11px ${FONT}`; c.textAlign = "center"; c.fillText("!", x, y + 4); }
  }
  if (chosen && group.some((row) => row.id === chosen)) ring(c, x, y, Math.max(r, 12) + 3);
  hits.push({ rows: group, x, y, r });
}

// Overdue and due today: a dark disc with "!", so that shape says it too.
function drawLoud(c, x, y, r) {
  c.beginPath();
  c.arc(x, y, r, 0, 2 * Math.PI);
  c.strokeStyle = "#fff";
  c.lineWidth = 3;
  c.stroke();
  c.fillStyle = INK.amber9;
  c.fill();
}

function ring(c, x, y, r) {
  c.beginPath();
  c.arc(x, y, r, 0, 2 * Math.PI);
  for (const [colour, width] of [["#fff", 5], [INK.ink, 2.4]]) {
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.stroke();
  }
}

function pick(event) {
  const p = layer.locate(event.containerPoint);
  const near = hits
    .map((hit) => ({ hit, d: Math.hypot(hit.x - p.x, hit.y - p.y) - hit.r }))
    .filter(({ d }) => d <= REACH_PX)
    .sort((a, b) => a.d - b.d)[0];
  if (!near) choose([]);
  else if (near.hit.rows.length > 8 && map.getZoom() < 17) map.setView(event.latlng, Math.min(18, map.getZoom() + 2));
  else choose(near.hit.rows);
}

function choose(group) {
  const card = document.getElementById("map-card");
  chosen = group[0]?.id ?? null;
  card.hidden = !group.length;
  fill(card, el("ul", { class: "mine-rows" }, ...group.slice(0, LISTED).map(line)));
  layer.redraw();
}

function line(row) {
  return el("li", {}, el("a", { href: `/work/enterprises/${row.id}` },
    el("h3", {}, row.name), el("span", { class: `due-chip is-${row.chip.look}` }, row.chip.words),
    el("p", {}, `${row.kind} · ${row.step_words}`)));
}

function list() {
  const bounds = map.getBounds();
  const inView = rows.filter(({ point: [lon, lat] }) => bounds.contains([lat, lon]));
  const shown = inView.slice(0, LISTED);
  const title = document.getElementById("map-list-title");
  title.textContent = !rows.length ? t("map.none")
    : shown.length < inView.length ? t("map.in_view_first", { n: number(inView.length), shown: shown.length }) : t("map.in_view", { n: number(inView.length) });
  fill(document.getElementById("map-list"), ...shown.map(line));
}

function showAll() {
  if (rows.length) {
    map.fitBounds(L.latLngBounds(rows.map(({ point: [lon, lat] }) => [lat, lon])), { padding: [36, 36], maxZoom: 16, animate: false });
    return;
  }
  const county = map_settings.counties.find((one) => one.code === map_settings.county);
  const [w, s, e, n] = county?.bounds ?? [113, 34, 114, 35];
  map.fitBounds([[s, w], [n, e]], { animate: false });
}

// One row as the list shows it.
function rowOf({ id, geometry, properties: one }) {
  const loud = one.due === "overdue" || one.due === "today";
  return {
    id, name: one.name, point: geometry.coordinates, loud, held: one.held, kind: word(`staff_band.${one.band}`), chip: chipOf(one),
    step_words: one.step ? word("liaison.step_words", { n: one.step_number, step: word(`case_step.${one.step}`) }) : word("liaison.step_none"),
  };
}

const LOOKS = { overdue: "overdue", today: "today", running: "plain", paused: "paused" };

function chipOf(one) {
  if (one.state === "to_verify") return { words: word("liaison.chip.to_verify"), look: "paused" };
  if (one.held === "free" || !one.due) return { words: word("liaison.chip.free"), look: "none" };
  return { words: word(`liaison.chip.${one.due}`, { n: Math.abs(one.workdays_left ?? 0) }), look: LOOKS[one.due] ?? "none" };
}

async function load() {
  const response = await fetch(settings.points, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  const answer = await response.json();
  const found = answer.features.map(rowOf);
  return { found: found.sort((a, b) => Number(b.loud) - Number(a.loud)), off: answer.not_on_map };
}

// The office's base map with its thanks and approval number; without it, or without network, our own streets.
function drawBase() {
  const chosen = map_settings.base_map;
  const chip = document.getElementById("base-chip");
  if (!chosen) return;
  base = chosen.layers.map(({ url, subdomains }) => L.tileLayer(url, { subdomains, maxZoom: 18 }).addTo(map));
  chip.textContent = [chosen.attribution, chosen.approval].filter(Boolean).join(" · ");
  chip.hidden = !chip.textContent;
  for (const one of base) one.once("tileerror", () => { base?.forEach((gone) => gone.remove()); base = null; chip.hidden = true; layer.redraw(); });
}

// The enterprise of the address, `#345`: where one comes from its page.
function showAsked() {
  const row = rows.find((one) => String(one.id) === location.hash.slice(1));
  if (!row) return;
  map.setView([row.point[1], row.point[0]], 17, { animate: false });
  choose([row]);
}

async function start() {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) map._zoomAnimated = false;
  tiles.choose(map_settings.county);
  drawBase();
  showAll();
  layer.addTo(map);
  map.on("click", pick);
  map.on("moveend", list);
  document.getElementById("zoom-in").addEventListener("click", () => map.zoomIn());
  document.getElementById("zoom-out").addEventListener("click", () => map.zoomOut());
  document.getElementById("zoom-all").addEventListener("click", showAll);
  try {
    const { found, off } = await load();
    rows = found;
    const chip = document.getElementById("off-map");
    chip.hidden = !off;
    fill(chip, icon("question"), ` ${t("map.off", { n: off })}`);
  } catch {
    document.getElementById("map-list-title").textContent = t("map.unreachable");
    say(t("map.unreachable"));
    return;
  }
  showAll();
  showAsked();
  list();
  layer.redraw();
  window.tenminMyMap = { rows: rows.length, isReady: () => tiles.idle };
}

start();
