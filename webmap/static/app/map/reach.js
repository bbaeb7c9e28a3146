// Reach of open stations: discs of the rule's straight line, one shade for one, a darker one for two or more.
import { pixels } from "./geodesy.js";
import { pattern } from "./patterns.js";
import { INK } from "./symbols.js";

const TURN = 2 * Math.PI;

function reaches(stations, state, view, metres) {
  return stations
    .filter((station) => station.state === state)
    .map((station) => {
      const [x, y] = view.project(...station.point);
      const r = pixels(metres, station.point[1], view.scale);
      return { x, y, rx: r.x, ry: r.y };
    })
    .filter((d) => d.x > -d.rx && d.y > -d.ry && d.x < view.width + d.rx && d.y < view.height + d.ry);
}

function union(discs) {
  const path = new Path2D();
  for (const d of discs) {
    path.moveTo(d.x + d.rx, d.y);
    path.ellipse(d.x, d.y, d.rx, d.ry, 0, 0, TURN);
    path.closePath();
  }
  return path;
}

// Direction and half angle under which disc a sees the part of its edge inside disc b (same reach); null if none.
function chord(a, b) {
  const dx = (b.x - a.x) / a.rx;
  const dy = (b.y - a.y) / a.ry;
  const distance = Math.hypot(dx, dy);
  if (distance >= 2) return null;
  return { towards: Math.atan2(dy, dx), half: distance < 1e-6 ? Math.PI : Math.acos(distance / 2), same: distance < 1e-6 };
}

function overlaps(discs) {
  const path = new Path2D();
  for (let i = 0; i < discs.length; i += 1) {
    for (let j = i + 1; j < discs.length; j += 1) {
      const cut = chord(discs[i], discs[j]);
      if (!cut) continue;
      const [a, b] = [discs[i], discs[j]];
      const from = cut.towards - cut.half;
      path.moveTo(a.x + a.rx * Math.cos(from), a.y + a.ry * Math.sin(from));
      path.ellipse(a.x, a.y, a.rx, a.ry, 0, from, cut.towards + cut.half);
      if (!cut.same) path.ellipse(b.x, b.y, b.rx, b.ry, 0, cut.towards + Math.PI - cut.half, cut.towards + Math.PI + cut.half);
      path.closePath();
    }
  }
  return path;
}

// Only the outer edge of all discs together.
function outline(discs) {
  const path = new Path2D();
  discs.forEach((disc, i) => {
    const hidden = [];
    for (let j = 0; j < discs.length; j += 1) {
      const cut = j === i ? null : chord(disc, discs[j]);
      if (!cut) continue;
      if (cut.same) { if (j < i) hidden.push([0, TURN]); continue; }
      const from = (((cut.towards - cut.half) % TURN) + TURN) % TURN;
      const to = from + 2 * cut.half;
      if (to > TURN) hidden.push([from, TURN], [0, to - TURN]);
      else hidden.push([from, to]);
    }
    hidden.sort((p, q) => p[0] - q[0]);
    let at = 0;
    for (const [from, to] of [...hidden, [TURN, TURN]]) {
      if (from > at + 1e-4) {
        path.moveTo(disc.x + disc.rx * Math.cos(at), disc.y + disc.ry * Math.sin(at));
        path.ellipse(disc.x, disc.y, disc.rx, disc.ry, 0, at, from);
      }
      at = Math.max(at, to);
    }
  });
  return path;
}

const spare = document.createElement("canvas");

// Dotted where only stations with unknown hours or services reach: the open discs are cut out of it.
function drawUnknown(c, view, unknown, open) {
  spare.width = view.width * view.ratio;
  spare.height = view.height * view.ratio;
  const s = spare.getContext("2d");
  s.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  s.fillStyle = "rgb(255 255 255 / .45)";
  s.fill(union(unknown));
  s.fillStyle = pattern(s, "unknown", view);
  s.fill(union(unknown));
  s.strokeStyle = INK.grey6;
  s.lineWidth = 1.4;
  s.setLineDash([3, 3]);
  s.stroke(outline(unknown));
  s.globalCompositeOperation = "destination-out";
  s.fillStyle = "#000";
  s.fill(union(open));
  c.drawImage(spare, 0, 0, view.width, view.height);
}

export function drawReach(c, view, answer, county) {
  const metres = answer.rule.straight_limit_m;
  const open = reaches(answer.stations, "open", view, metres);
  const unknown = reaches(answer.stations, "unknown", view, metres);
  c.save();
  if (county) c.clip(county);
  if (unknown.length) drawUnknown(c, view, unknown, open);
  c.fillStyle = "rgb(196 225 218 / .62)";
  c.fill(union(open));
  c.fillStyle = "rgb(134 196 186 / .42)";
  c.fill(overlaps(open));
  c.strokeStyle = INK.teal5;
  c.lineWidth = 1.5;
  c.stroke(outline(open));
  c.restore();
}
