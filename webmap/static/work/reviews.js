// What waits for a decision: a small map of the place with its accuracy and the grids around, and the choice.
import { decisionForm, shortCode, why } from "../app/decision.js";
import { el, icon } from "../app/dom.js";
import { locale, t } from "./page.js";

const L = window.L;
const box = document.querySelector("[data-map]");
const slot = document.querySelector("[data-decide]");
const NAMED = { color: "#574f44", weight: 2.2, fillOpacity: 0.55 };
const TINTS = ["#cdbde0", "#ede7f3", "#ddeeea"];
const QUIET = { color: "#8a7f70", weight: 1, fillOpacity: 0.15, fillColor: "#fffcf6" };

async function read(id, also) {
  const more = also ? `&also=${also}` : "";
  const response = await fetch(`/api/v1/enterprises/${id}/owner-choices?lang=${locale}${more}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  return response.ok ? response.json() : null;
}

const label = (text, code) => L.divIcon({ className: "map-label", html: el("span", {}, el("b", {}, text), ` ${code}`), iconSize: null });

function drawGrids(map, told) {
  const named = told.outlines.features.filter((row) => row.properties.is_named);
  const group = L.geoJSON(told.outlines, {
    interactive: false,
    style: (row) => (row.properties.is_named ? { ...NAMED, fillColor: TINTS[named.findIndex((one) => one.id === row.id) % TINTS.length] } : QUIET),
  }).addTo(map);
  return { group, named };
}

const STEPS = 13;
const CLEAR_PX = 70;

// Whether a point lies in a ring of a polygon, by crossings.
const inRing = (ring, x, y) => ring.reduce((inside, [ax, ay], i) => {
  const [bx, by] = ring[(i || ring.length) - 1];
  return (ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax ? !inside : inside;
}, false);
const inShape = (shape, x, y) => shape.coordinates.some(([shell, ...holes]) => inRing(shell, x, y) && !holes.some((hole) => inRing(hole, x, y)));

// Where a name stands: amid what is seen of its grid, clear of the place and of the names before it.
function spotOf(map, shape, taken) {
  const size = map.getSize();
  const seen = [];
  for (let i = 1; i < STEPS; i += 1) {
    for (let j = 1; j < STEPS; j += 1) {
      const at = L.point((size.x * i) / STEPS, (size.y * j) / STEPS);
      const { lat, lng } = map.containerPointToLatLng(at);
      if (inShape(shape, lng, lat)) seen.push(at);
    }
  }
  if (!seen.length) return null;
  const middle = seen.reduce((sum, at) => sum.add(at), L.point(0, 0)).divideBy(seen.length);
  const free = seen.filter((at) => taken.every((other) => Math.abs(at.y - other.y) > 24 || Math.abs(at.x - other.x) > CLEAR_PX * 2));
  return free.sort((a, b) => a.distanceTo(middle) - b.distanceTo(middle))[0] ?? null;
}

function drawLabels(map, told) {
  const taken = told.point ? [map.latLngToContainerPoint([told.point[1], told.point[0]])] : [];
  for (const row of told.outlines.features) {
    const at = row.geometry && spotOf(map, row.geometry, taken);
    if (!at) continue;
    taken.push(at);
    L.marker(map.containerPointToLatLng(at), { icon: label(row.properties.name, shortCode(row.properties.code)), interactive: false, keyboard: false }).addTo(map);
  }
}

function draw(told) {
  const map = L.map(box, { attributionControl: false, zoomControl: true, zoomSnap: 0.25, scrollWheelZoom: false });
  const { group, named } = drawGrids(map, told);
  if (told.point) {
    const at = L.latLng(told.point[1], told.point[0]);
    const around = at.toBounds(Math.max(400, (told.accuracy_m ?? 0) * 5));
    // A dispute names a grid that may lie farther off: both are in view.
    if (box.dataset.also) for (const row of named) around.extend(L.geoJSON(row).getBounds().getCenter());
    map.fitBounds(around, { animate: false, padding: [24, 24] });
    if (told.accuracy_m) L.circle(at, { radius: told.accuracy_m, color: "#211d17", weight: 2, dashArray: "5 4", fillColor: "#fffcf6", fillOpacity: 0.35, interactive: false }).addTo(map);
    L.marker(at, { icon: L.divIcon({ className: "map-here", html: icon("border", "symbol"), iconSize: [24, 24] }), interactive: false, keyboard: false }).addTo(map);
    if (told.accuracy_m) box.parentElement.querySelector(".card-kind").append(el("span", { class: "accuracy" }, t("decide.accuracy", { m: Math.round(told.accuracy_m) })));
  } else if (named.length) {
    map.fitBounds(L.geoJSON({ type: "FeatureCollection", features: named }).getBounds(), { animate: false });
  } else if (told.outlines.features.length) {
    map.fitBounds(group.getBounds(), { animate: false });
  } else {
    map.setView([34.75, 113.62], 11, { animate: false });
  }
  drawLabels(map, told);
  L.control.scale({ imperial: false }).addTo(map);
}

async function start() {
  // On a phone the list comes first; the chosen one is a page of its own.
  if ((box ?? slot)?.offsetParent === null) return;
  const id = box?.dataset.enterprise ?? slot?.dataset.decide;
  const told = id ? await read(id, box?.dataset.also) : null;
  if (!told) {
    box?.remove();
    slot?.replaceChildren(el("p", { class: "notice is-due" }, t("decide.gone")));
    return;
  }
  if (box && (told.point || told.outlines.features.length)) draw(told); else box?.remove();
  slot?.replaceChildren(
    el("p", { class: "why" }, why(told)),
    decisionForm(told, () => window.setTimeout(() => window.location.assign(slot.dataset.then), 600)),
  );
  document.body.dataset.ready = "true";
}

start();
