// The coverage view: reach, gaps, workers by state, stations by state and type.
import { drawCountyLabels, drawGridLabels, halo, Room, shorten } from "./labels.js";
import { pattern } from "./patterns.js";
import { drawBarriers, drawCandidates } from "./plans.js";
import { drawReach } from "./reach.js";
import { drawServed, drawStationReach } from "./served.js";
import { FONT, INK, STATION_REACH, drawBetween, drawGapBadge, drawStation, drawWorker, stationLook, workerScale } from "./symbols.js";

const CROWDED = 21;

function geometryPath(geometry, view) {
  const path = new Path2D();
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  for (const rings of polygons) {
    for (const ring of rings) {
      ring.forEach((point, i) => {
        const [x, y] = view.project(point[0], point[1]);
        if (i) path.lineTo(x, y); else path.moveTo(x, y);
      });
      path.closePath();
    }
  }
  return path;
}

function drawGaps(c, view, scene) {
  const { answer, state, hits, county } = scene;
  c.save();
  if (county) c.clip(county);
  for (const gap of answer.gaps) {
    if (!gap.geometry) continue;
    const path = geometryPath(gap.geometry, view);
    const selected = state.sel?.kind === "gap" && state.sel.id === gap.rank;
    c.fillStyle = "rgb(255 255 255 / .35)";
    c.fill(path);
    c.fillStyle = pattern(c, "gap", view);
    c.fill(path);
    c.strokeStyle = INK.amber7;
    c.lineWidth = selected ? 3.2 : 1.6;
    c.lineJoin = "round";
    c.stroke(path);
    hits.areas.push({ kind: "gap", id: gap.rank, path });
  }
  c.restore();
}

function drawWorkers(c, view, scene) {
  const scale = workerScale(view.zoom);
  const states = scene.demandStates;
  // Covered first, exceptions on top.
  const order = { 1: 0, 2: 1, 3: 2, 0: 3 };
  const rows = scene.points("demand").map((p) => ({ ...p, state: states.get(p.id) })).filter((p) => p.state !== undefined);
  rows.sort((a, b) => order[a.state] - order[b.state]);
  for (const row of rows) drawWorker(c, row.state, row.props.people, row.x, row.y, scale);
}

// The places in which the two measures differ, while their list is open; the chosen one always.
function drawBetweens(c, view, scene) {
  const { sel } = scene.state;
  const small = Math.max(0.58, Math.min(1, 0.58 + (view.zoom - 11.5) * 0.2));
  const chosen = sel?.kind === "demand" ? sel.id : null;
  for (const place of scene.shownPlaces) {
    if (!place.point) continue;
    const [x, y] = view.project(...place.point);
    if (place.id === chosen) {
      c.beginPath();
      c.arc(x, y, 16, 0, 2 * Math.PI);
      c.strokeStyle = "#fff";
      c.lineWidth = 6;
      c.stroke();
      c.strokeStyle = INK.ink;
      c.lineWidth = 3;
      c.stroke();
    }
    c.save();
    c.translate(x, y);
    c.scale(small, small);
    drawBetween(c, place.why, 0, 0);
    c.restore();
    scene.hits.points.push({ kind: "demand", id: place.id, x, y, r: 11 * small, title: place.name ?? "" });
  }
}

// Stations that would cover one another step aside a little; all of them stay within reach of their place.
function spread(rows) {
  for (let round = 0; round < 8; round += 1) {
    for (let i = 0; i < rows.length; i += 1) {
      for (let j = i + 1; j < rows.length; j += 1) {
        const [a, b] = [rows[i], rows[j]];
        let dx = b.x - a.x;
        let dy = b.y - a.y;
        const distance = Math.hypot(dx, dy);
        if (distance >= CROWDED) continue;
        if (distance < 0.5) { dx = Math.cos(i + j); dy = Math.sin(i + j); }
        const push = (CROWDED - distance) / 2 / (Math.hypot(dx, dy) || 1);
        for (const [row, sign] of [[a, -1], [b, 1]]) {
          row.x = Math.min(row.x0 + 18, Math.max(row.x0 - 18, row.x + sign * dx * push));
          row.y = Math.min(row.y0 + 18, Math.max(row.y0 - 18, row.y + sign * dy * push));
        }
      }
    }
  }
}

const IMPORTANCE = ["excluded", "neighbour", "shut", "staff_only", "unknown", "micro", "open", "always"];

function placeStations(view, scene) {
  const rows = scene.answer.stations
    .filter((station) => station.point)
    .map((station) => {
      const [x, y] = view.project(...station.point);
      return { station, look: stationLook(station), x, y, x0: x, y0: y };
    })
    .filter((row) => row.x > -30 && row.y > -30 && row.x < view.width + 30 && row.y < view.height + 30);
  rows.sort((a, b) => IMPORTANCE.indexOf(a.look) - IMPORTANCE.indexOf(b.look) || a.station.id - b.station.id);
  if (view.zoom > 11.5) spread(rows.filter((row) => row.look !== "neighbour" && row.look !== "excluded"));
  return rows;
}

function drawStations(c, view, scene, rows) {
  const chosen = scene.state.sel?.kind === "station" ? scene.state.sel.id : null;
  const small = view.zoom < 11.2 ? 0.72 : 1;
  for (const row of rows) {
    if (Math.hypot(row.x - row.x0, row.y - row.y0) > 9) {
      c.strokeStyle = INK.ink2;
      c.lineWidth = 1;
      c.beginPath();
      c.moveTo(row.x0, row.y0);
      c.lineTo(row.x, row.y);
      c.stroke();
    }
    c.save();
    c.translate(row.x, row.y);
    c.scale(small, small);
    if (row.station.id === chosen) {
      c.beginPath();
      c.arc(0, 0, 17, 0, 2 * Math.PI);
      c.strokeStyle = "#fff";
      c.lineWidth = 6;
      c.stroke();
      c.strokeStyle = INK.ink;
      c.lineWidth = 3;
      c.stroke();
    }
    drawStation(c, row.look, 0, 0);
    c.restore();
    scene.hits.points.push({ kind: "station", id: row.station.id, x: row.x, y: row.y, r: STATION_REACH * small, title: row.station.name });
  }
}

function drawChosenName(c, scene, rows) {
  const row = rows.find((r) => scene.state.sel?.kind === "station" && r.station.id === scene.state.sel.id);
  if (row) halo(c, shorten(row.station.name, 16), row.x, row.y - 28, { font: `700 13px ${FONT}`, colour: INK.ink, width: 4 });
}

export function drawCoverage(c, view, scene) {
  const { answer, hits } = scene;
  const byStreets = (answer.question.measure ?? "straight_line") === "streets";
  if (!byStreets) drawReach(c, view, answer, scene.county);
  drawGaps(c, view, scene);
  if (byStreets) {
    drawServed(c, view, scene.served, scene.county);
    drawStationReach(c, view, scene.stationLines);
  }
  if (byStreets) drawBarriers(c, view, scene);
  scene.drawLines();
  drawWorkers(c, view, scene);
  const room = new Room(view);
  const rows = placeStations(view, scene);
  for (const row of rows) room.claim(row.x, row.y, 11, 11);
  const badges = answer.gaps.map((gap) => ({ gap, at: view.project(...gap.point) }));
  badges.slice(0, 30).forEach(({ at }) => room.claim(at[0], at[1], 14, 14));
  drawGridLabels(c, view, [...scene.labels("grid"), ...scene.labels("zone")], room, scene.state.county);
  drawCountyLabels(c, view, scene.neighbourLabels(), room);
  const shown = Math.max(8, Math.round((view.zoom - 10.5) * 12));
  drawCandidates(c, view, scene);
  drawStations(c, view, scene, rows);
  for (const { gap, at } of badges.slice(0, shown).reverse()) {
    const selected = scene.state.sel?.kind === "gap" && scene.state.sel.id === gap.rank;
    drawGapBadge(c, gap.rank, at[0], at[1], selected);
    hits.points.push({ kind: "gap", id: gap.rank, x: at[0], y: at[1], r: 13, title: "" });
  }
  drawBetweens(c, view, scene);
  drawChosenName(c, scene, rows);
}
