// The plans view: the coverage as the changes would leave it, with what comes, moves and goes drawn above.
import { plan } from "../plans.js";
import { drawCoverage } from "./coverage-scene.js";
import { pixels } from "./geodesy.js";
import { halo, shorten } from "./labels.js";
import { pattern } from "./patterns.js";
import { FONT, INK, drawStation } from "./symbols.js";

const TURN = 2 * Math.PI;
const PIN_R = 11;

const changed = (kind) => plan.changes.map((change, at) => ({ ...change, at })).filter((change) => change.kind === kind);

function stationsNow(answer) {
  const told = new Map((plan.result?.stations ?? []).filter((row) => row.id).map((row) => [row.id, row]));
  const moved = new Map(changed("move_station").map((change) => [change.station, [change.lon, change.lat]]));
  return answer.stations.map((station) => {
    const row = told.get(station.id);
    const point = moved.get(station.id) ?? station.point;
    return row || moved.has(station.id) ? { ...station, point, state: row?.state ?? station.state, is_24h: row?.is_24h ?? station.is_24h } : station;
  });
}

function statesNow(states) {
  const places = plan.result?.places;
  if (!places?.ids.length) return states;
  const now = new Map(states);
  places.ids.forEach((id, i) => now.set(id, places.after[i]));
  return now;
}

// A ring around every place that comes in (full) or falls out (broken).
function drawChangedPlaces(c, scene) {
  const places = plan.result?.places;
  if (!places?.ids.length) return;
  const is = new Map(places.ids.map((id, i) => [id, [places.before[i], places.after[i]]]));
  for (const point of scene.points("demand")) {
    const [before, after] = is.get(point.id) ?? [];
    if (before === undefined) continue;
    const [was, now] = [before, after].map((digit) => digit === "1" || digit === "2");
    if (was === now) continue;
    c.beginPath();
    c.arc(point.x, point.y, 8.5, 0, TURN);
    c.strokeStyle = "#fff";
    c.lineWidth = 4;
    c.stroke();
    c.setLineDash(now ? [] : [3, 3]);
    c.strokeStyle = now ? INK.teal9 : INK.amber9;
    c.lineWidth = 1.8;
    c.stroke();
    c.setLineDash([]);
  }
}

function drawPin(c, x, y, isChosen) {
  if (isChosen) {
    c.beginPath();
    c.arc(x, y, 17, 0, TURN);
    c.strokeStyle = INK.ink;
    c.lineWidth = 2.4;
    c.stroke();
  }
  drawStation(c, "candidate", x, y);
}

function drawDisc(c, view, answer, [lon, lat]) {
  const [x, y] = view.project(lon, lat);
  const r = pixels(answer.rule.straight_limit_m, lat, view.scale);
  c.beginPath();
  c.ellipse(x, y, r.x, r.y, 0, 0, TURN);
  c.fillStyle = "rgb(196 225 218 / .38)";
  c.fill();
  c.setLineDash([6, 4]);
  c.strokeStyle = INK.teal7;
  c.lineWidth = 1.6;
  c.stroke();
  c.setLineDash([]);
}

function tracePath(c, view, points) {
  c.beginPath();
  points.forEach(([lon, lat], i) => {
    const [x, y] = view.project(lon, lat);
    if (i) c.lineTo(x, y); else c.moveTo(x, y);
  });
}

function strokes(c, ...layers) {
  c.lineCap = "round";
  c.lineJoin = "round";
  for (const [colour, width, dash = []] of layers) {
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.setLineDash(dash);
    c.stroke();
  }
  c.setLineDash([]);
}

const rings = ({ type, coordinates }) => (type === "LineString" ? [coordinates] : type === "Polygon" || type === "MultiLineString" ? coordinates : coordinates.flat());

function drawWalls(c, view) {
  for (const { geometry, at } of changed("barrier")) {
    const isChosen = plan.chosen?.change === at;
    for (const points of rings(geometry)) {
      tracePath(c, view, points);
      if (geometry.type.endsWith("Polygon")) {
        c.fillStyle = pattern(c, "gap", view);
        c.globalAlpha = 0.45;
        c.fill();
        c.globalAlpha = 1;
      }
      strokes(c, ["#fff", isChosen ? 9 : 7], [INK.ink, isChosen ? 5 : 3.6], ["#fff", 1.4, [2, 7]]);
    }
  }
}

function drawBridges(c, view) {
  for (const { geometry, at } of changed("footbridge")) {
    tracePath(c, view, geometry.coordinates);
    strokes(c, ["#fff", 10], [INK.teal7, plan.chosen?.change === at ? 8 : 6.4], [INK.raised, 3]);
  }
}

function drawDraft(c, view) {
  if (!plan.draft.length) return;
  tracePath(c, view, plan.draft);
  strokes(c, ["#fff", 6], [INK.ink, 2.4, [6, 5]]);
  for (const [lon, lat] of plan.draft) {
    const [x, y] = view.project(lon, lat);
    c.beginPath();
    c.arc(x, y, 6, 0, TURN);
    c.fillStyle = "#fff";
    c.fill();
    c.strokeStyle = INK.ink;
    c.lineWidth = 2;
    c.stroke();
  }
}

function drawMoves(c, view, scene) {
  for (const change of changed("move_station")) {
    const before = scene.answer.stations.find((station) => station.id === change.station);
    if (!before?.point) continue;
    tracePath(c, view, [before.point, [change.lon, change.lat]]);
    strokes(c, ["#fff", 4], [INK.ink2, 1.6, [4, 4]]);
  }
}

function drawPins(c, view, scene) {
  for (const { lon, lat, name, at } of changed("add_station")) {
    const [x, y] = view.project(lon, lat);
    drawPin(c, x, y, plan.chosen?.change === at);
    halo(c, shorten(name, 12), x, y - 22, { font: `700 13px ${FONT}`, colour: INK.ink, width: 4 });
    scene.hits.points.push({ kind: "pin", id: at, x, y, r: PIN_R, title: name });
  }
}

function drawChosen(c, view, stations) {
  const station = stations.find((row) => row.id === plan.chosen?.station);
  if (!station?.point) return;
  const [x, y] = view.project(...station.point);
  c.beginPath();
  c.arc(x, y, 18, 0, TURN);
  strokes(c, ["#fff", 5.5], [INK.ink, 2.6]);
}

export function drawPlans(c, view, scene) {
  const stations = stationsNow(scene.answer);
  const isStraight = scene.answer.question.measure !== "streets";
  drawCoverage(c, view, { ...scene, answer: { ...scene.answer, gaps: [], stations }, demandStates: statesNow(scene.demandStates) });
  c.save();
  if (isStraight) for (const { lon, lat } of changed("add_station")) drawDisc(c, view, scene.answer, [lon, lat]);
  drawChangedPlaces(c, scene);
  drawWalls(c, view);
  drawBridges(c, view);
  drawMoves(c, view, scene);
  drawChosen(c, view, stations);
  drawPins(c, view, scene);
  drawDraft(c, view);
  c.restore();
}
