// What planners drew: barriers as lines with ticks or hatched areas, and sites where a station could be.
import { inTile, onCanvas } from "./base.js";
import { halo, shorten } from "./labels.js";
import { pattern } from "./patterns.js";
import { FONT, INK, drawStation } from "./symbols.js";
import { area } from "./tiles.js";
import { t } from "../text.js";

const TICK_EVERY_PX = 9;
const TICK_PX = 5;
const NAMES_FROM_ZOOM = 14.5;
const SITES_FROM_ZOOM = 11.2;

// Short strokes to one side of a line, at equal steps.
function ticks(parts, place) {
  const path = new Path2D();
  for (const part of parts) {
    let left = TICK_EVERY_PX / 2;
    for (let i = 2; i < part.length; i += 2) {
      const [ax, ay] = [place.x + part[i - 2] * place.k, place.y + part[i - 1] * place.k];
      const [dx, dy] = [(part[i] - part[i - 2]) * place.k, (part[i + 1] - part[i - 1]) * place.k];
      const length = Math.hypot(dx, dy);
      for (; left <= length; left += TICK_EVERY_PX) {
        const [x, y] = [ax + (dx * left) / length, ay + (dy * left) / length];
        path.moveTo(x, y);
        path.lineTo(x - (dy / length) * TICK_PX, y + (dx / length) * TICK_PX);
      }
      left -= length;
    }
  }
  return path;
}

function linePath(parts, place) {
  const path = new Path2D();
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      const [x, y] = [place.x + part[i] * place.k, place.y + part[i + 1] * place.k];
      if (i) path.lineTo(x, y); else path.moveTo(x, y);
    }
  }
  return path;
}

const told = ({ props }) => ({ kind: "barrier", id: props.id, title: props.name, is: props.kind, until: props.until ?? null });

function drawBarrier(c, view, feature, place, hits) {
  c.lineJoin = "round";
  if (feature.type === 3) {
    const path = onCanvas(area(feature), place);
    c.fillStyle = pattern(c, "barrier", view);
    c.fill(path);
    c.strokeStyle = INK.ink2;
    c.lineWidth = 2;
    c.stroke(path);
    hits.areas.push({ ...told(feature), path });
    return;
  }
  const path = linePath(feature.parts, place);
  for (const [colour, width] of [["#fff", 5], [INK.ink2, 2.4]]) {
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.stroke(path);
  }
  c.lineWidth = 1.6;
  c.stroke(ticks(feature.parts, place));
  hits.lines.push({ ...told(feature), path });
}

export function drawBarriers(c, view, scene) {
  for (const place of scene.places) {
    inTile(c, place, () => {
      for (const feature of place.tile.points("barrier")) drawBarrier(c, view, feature, place, scene.hits);
    });
  }
}

export function drawCandidates(c, view, scene) {
  if (view.zoom < SITES_FROM_ZOOM) return;
  for (const { id, props, x, y } of scene.points("candidate")) {
    c.save();
    c.translate(x, y);
    if (view.zoom < 13) c.scale(0.72, 0.72);
    drawStation(c, "candidate", 0, 0);
    c.restore();
    if (view.zoom >= NAMES_FROM_ZOOM) halo(c, shorten(props.name, 12), x, y + 19, { font: `400 12px ${FONT}`, colour: INK.teal9 });
    scene.hits.points.push({ kind: "candidate", id, x, y, r: 11, title: t("page.candidate_title", { name: props.name }), name: props.name, host: props.host });
  }
}
