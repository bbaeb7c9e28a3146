// The enterprises view: by state of their assignment; counts from afar; both candidates of the chosen border case.
import { inTile, onCanvas } from "./base.js";
import { pixels } from "./geodesy.js";
import { drawCountyLabels, drawGridLabels, halo, Room } from "./labels.js";
import { FONT, INK, drawCount, drawEnterprise, enterpriseLook } from "./symbols.js";
import { area } from "./tiles.js";
import { metres, t } from "../text.js";

const CLUSTER_PX = 52;

function tint(c, scene, ids) {
  const shades = ["rgb(205 189 224 / .38)", "rgb(166 138 199 / .34)"];
  for (const place of scene.places) {
    inTile(c, place, () => {
      for (const feature of place.tile.grids) {
        const at = ids.indexOf(feature.props.id);
        if (at < 0) continue;
        c.fillStyle = shades[Math.min(at, 1)];
        c.fill(onCanvas(area(feature), place));
      }
    });
  }
}

// Cells of the tile are gathered into boxes on a lattice fixed to the ground, so they do not dance while panning.
function clusters(view, rows, org) {
  const boxes = new Map();
  for (const row of rows) {
    const n = counted(row.props, org);
    if (!n) continue;
    const key = `${Math.floor((row.x + view.x) / CLUSTER_PX)},${Math.floor((row.y + view.y) / CLUSTER_PX)}`;
    const box = boxes.get(key) ?? { n: 0, review: 0, x: 0, y: 0 };
    box.n += n;
    box.review += row.props.review ?? 0;
    box.x += row.x * n;
    box.y += row.y * n;
    boxes.set(key, box);
  }
  return [...boxes.values()].map((box) => ({ ...box, x: box.x / box.n, y: box.y / box.n })).sort((a, b) => a.n - b.n);
}

// How many of a point or cell the question is about; `org` counts those that still need a union.
function counted(props, org) {
  const without = props.org ?? 0;
  return org === "unorganized" ? without : props.n;
}

function drawSingles(c, view, scene, rows, room) {
  const half = view.zoom > 15 ? 4.4 : 3.6;
  const ordered = rows.filter((row) => counted(row.props, scene.state.org));
  const weight = (row) => (row.props.n > 1 ? 2 : /review/.test(row.props.status) ? 1 : 0);
  ordered.sort((a, b) => weight(a) - weight(b));
  for (const row of ordered) {
    const { props, x, y } = row;
    if (props.n > 1) {
      const box = drawCount(c, counted(props, scene.state.org), x, y);
      room.claim(x, y, box.w, box.h);
      scene.hits.points.push({ kind: "place", id: row.id, x, y, r: box.w, title: t("page.same_place", { n: props.n }), at: row });
    } else {
      const kind = enterpriseLook(props.status, props.org > 0);
      drawEnterprise(c, kind, x, y, half);
      if (weight(row)) room.claim(x, y, 9, 9);
      scene.hits.points.push({ kind: "enterprise", id: row.id, x, y, r: 6, title: "" });
    }
  }
}

function drawFar(c, view, scene, rows, room) {
  for (const box of clusters(view, rows, scene.state.org)) {
    const half = drawCount(c, box.n, box.x, box.y, { review: box.review, far: true });
    room.claim(box.x, box.y, half.w, half.h);
    scene.hits.points.push({ kind: "cluster", id: 0, x: box.x, y: box.y, r: half.w, title: t("page.cluster", { n: box.n, review: box.review }) });
  }
}

function drawChosen(c, view, chosen) {
  if (!chosen?.point) return;
  const [x, y] = view.project(...chosen.point);
  const accuracy = chosen.accuracy_m;
  if (accuracy > 0) {
    const r = pixels(accuracy, chosen.point[1], view.scale);
    c.beginPath();
    c.ellipse(x, y, r.x, r.y, 0, 0, 2 * Math.PI);
    c.fillStyle = "rgb(75 42 117 / .07)";
    c.fill();
    c.strokeStyle = INK.ink;
    c.lineWidth = 1.6;
    c.setLineDash([5, 3]);
    c.stroke();
    c.setLineDash([]);
    if (r.y > 10) halo(c, t("page.accuracy", { m: metres(accuracy) }), x, y - r.y - 11, { font: `700 12.5px ${FONT}`, colour: INK.ink, width: 4 });
  }
  const look = enterpriseLook(chosen.assignment?.status ?? "auto", true);
  c.beginPath();
  c.arc(x, y, 14, 0, 2 * Math.PI);
  c.strokeStyle = "#fff";
  c.lineWidth = 5;
  c.stroke();
  c.strokeStyle = INK.ink;
  c.lineWidth = 2.4;
  c.stroke();
  drawEnterprise(c, look, x, y, 5);
}

export function drawEnterprises(c, view, scene) {
  const { chosen } = scene;
  const ids = [chosen?.assignment?.grid?.id, chosen?.assignment?.other_grid?.id].filter(Boolean);
  if (!ids.length && scene.filterGrid) ids.push(scene.filterGrid.id);
  tint(c, scene, ids);
  scene.drawLines();
  const room = new Room(view);
  const rows = scene.points("enterprise");
  const far = view.tileZoom < 14;
  if (far) drawFar(c, view, scene, rows, room);
  else drawSingles(c, view, scene, rows, room);
  if (chosen?.point) {
    const [x, y] = view.project(...chosen.point);
    room.claim(x, y, 20, 20);
  }
  drawGridLabels(c, view, [...scene.labels("grid"), ...scene.labels("zone")], room, scene.state.county);
  drawCountyLabels(c, view, scene.neighbourLabels(), room);
  drawChosen(c, view, chosen);
}
