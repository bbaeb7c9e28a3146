// The hand on the map: drop, drag, tap a station, draw a wall or a bridge. Taps do all that the mouse does.
import * as plans from "./plans.js";
import { state } from "./state.js";

const DECIMALS = 1e7;
const NEAR_PX = 12;
const round = (value) => Math.round(value * DECIMALS) / DECIMALS;
const pointOf = (latlng) => [round(latlng.lng), round(latlng.lat)];

let tenmin = null;
let map = null;
let dragged = null;
let isSwallowed = false;

const isOn = () => state.tab === "plans" && state.view === "map";
const isTouch = (event) => event?.pointerType === "touch";

function apply(tool, id) {
  if (tool === "close_station" || tool === "reopen_station") { plans.add({ kind: tool, station: id }); plans.use(tool); }
  if (tool === "change_hours") { plans.use(tool); plans.choose({ station: id, form: "hours" }); }
}

function near(containerPoint, [lon, lat]) {
  return map.latLngToContainerPoint([lat, lon]).distanceTo(containerPoint) <= NEAR_PX;
}

function line(event) {
  const { draft, tool } = plans.plan;
  if (tool === "barrier" && draft.length > 2 && near(event.containerPoint, draft[0])) { plans.finish({ closed: true }); return; }
  if (draft.length > 1 && near(event.containerPoint, draft.at(-1))) { plans.finish(); return; }
  plans.draw(pointOf(event.latlng));
  if (tool === "footbridge" && plans.plan.draft.length === 2) plans.finish();
}

function move(hit, event) {
  const { moving } = plans.plan;
  if (!moving) {
    if (hit?.kind === "station") { plans.plan.moving = hit.id; plans.choose({ station: hit.id }); }
    return;
  }
  const [lon, lat] = pointOf(event.latlng);
  plans.use("move_station");
  plans.add({ kind: "move_station", station: moving, lon, lat });
}

function click(event) {
  if (!isOn()) return;
  if (isSwallowed) { isSwallowed = false; return; }
  const { tool } = plans.plan;
  const hit = tenmin.find(event.containerPoint, isTouch(event.originalEvent));
  if (tool === "add_station") { const [lon, lat] = pointOf(event.latlng); plans.use(tool); plans.addPin(lon, lat, hit?.kind === "candidate" ? hit.name : ""); return; }
  if (tool === "barrier" || tool === "footbridge") { line(event); return; }
  if (tool === "move_station") { move(hit, event); return; }
  if (hit?.kind === "pin") { plans.choose({ change: hit.id }); return; }
  if (hit?.kind === "station") { if (tool && plans.mayDraw()) apply(tool, hit.id); else plans.choose({ station: hit.id }); return; }
  plans.choose(null);
}

// --- dragging: a pin at any time, a station with the tool for it.
function grab(event) {
  isSwallowed = false;
  const { tool, changes } = plans.plan;
  if (!isOn() || !plans.mayDraw() || event.button !== 0 || !event.target.closest(".leaflet-container")) return;
  if (tool && tool !== "move_station") return;
  const hit = tenmin.find(map.mouseEventToContainerPoint(event), isTouch(event));
  const isMoved = hit?.kind === "station" && changes.some((each) => each.kind === "move_station" && each.station === hit.id);
  if (hit?.kind !== "pin" && !(hit?.kind === "station" && (tool === "move_station" || isMoved))) return;
  dragged = { hit, at: [event.clientX, event.clientY], index: hit.kind === "pin" ? hit.id : -1, id: event.pointerId, moved: false };
  map.dragging.disable();
}

function begin() {
  dragged.moved = true;
  plans.remember();
  if (dragged.hit.kind === "pin") return;
  const at = plans.plan.changes.findIndex((each) => each.kind === "move_station" && each.station === dragged.hit.id);
  dragged.index = at < 0 ? plans.plan.changes.length : at;
}

function drag(event) {
  if (!dragged || event.pointerId !== dragged.id) return;
  if (!dragged.moved && Math.hypot(event.clientX - dragged.at[0], event.clientY - dragged.at[1]) < 4) return;
  if (!dragged.moved) begin();
  const [lon, lat] = pointOf(map.mouseEventToLatLng(event));
  const { changes } = plans.plan;
  if (dragged.index === changes.length) {
    plans.plan.changes = [...changes, { kind: "move_station", station: dragged.hit.id, lon, lat }];
  }
  plans.change(dragged.index, { lon, lat }, { quiet: true });
  plans.plan.chosen = { change: dragged.index };
}

function drop(event) {
  if (!dragged || event.pointerId !== dragged.id) return;
  const { moved } = dragged;
  dragged = null;
  map.dragging.enable();
  if (!moved) return;
  // The click that ends a drag means nothing.
  isSwallowed = true;
  setTimeout(() => { isSwallowed = false; }, 300);
  if (plans.plan.tool === "move_station") plans.use("move_station");
}

export function install(theMap) {
  tenmin = theMap;
  map = tenmin.map;
  map.on("click", click);
  const container = map.getContainer();
  container.addEventListener("pointerdown", grab, { capture: true });
  window.addEventListener("pointermove", drag);
  window.addEventListener("pointerup", drop);
  window.addEventListener("pointercancel", drop);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOn() || document.querySelector(".menu")) return;
    if (plans.plan.tool) plans.use(plans.plan.tool);
    else if (plans.plan.chosen) plans.choose(null);
  });
  plans.onPlan(({ tool }) => {
    container.classList.toggle("is-drawing", Boolean(tool) && state.tab === "plans");
    if (tool) map.doubleClickZoom.disable(); else map.doubleClickZoom.enable();
  });
}
