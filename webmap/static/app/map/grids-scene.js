// The grids view: each grid coloured by share covered or by enterprises without a union, with its figure in it.
import { onCanvas, inTile } from "./base.js";
import { drawCountyLabels, gridName, halo, Room } from "./labels.js";
import { pattern } from "./patterns.js";
import { FONT, INK } from "./symbols.js";
import { area } from "./tiles.js";
import { t } from "../text.js";

export const SHARE = ["#DDEEEA", "#B4DAD4", "#7DBDB6", "#2B7F79", "#0A4A4B"];
export const PURPLE = ["#EDE7F3", "#CDBDE0", "#A68AC7", "#7A55A6", "#4B2A75"];
export const purpleClass = (n) => (n >= 100 ? 5 : n >= 60 ? 4 : n >= 30 ? 3 : n >= 10 ? 2 : 1);

// What a grid shows: its texture or colour, its figure, and whether the figure must be white.
export function look(row, colour) {
  if (!row) return { fill: null, figure: "", white: false };
  if (colour === "unorganized") {
    const step = purpleClass(row.unorganized);
    return { fill: PURPLE[step - 1], figure: String(row.unorganized), white: step > 3 };
  }
  if (row.display === "zero") return { texture: "zero", figure: "0%", white: false };
  if (row.display === "mostly_unknown") return { texture: "mostly_unknown", figure: t("page.unknown_short"), white: false };
  if (row.display === "share") return { fill: SHARE[row.class - 1], figure: `${row.percent}%`, white: row.class > 3 };
  return { fill: null, figure: "–", white: false };
}

// Figures come from the answer; the count of enterprises without a union is in the tile too, for areas it leaves out.
function rowOf(scene, props) {
  const row = scene.gridRows.get(props.id);
  if (row || scene.state.color === "share") return row;
  const n = props.n ?? scene.tileCounts().get(props.id);
  return n === undefined ? undefined : { unorganized: n };
}

function fillGrids(c, view, scene) {
  for (const place of scene.places) {
    inTile(c, place, () => {
      for (const feature of place.tile.grids) {
        if (feature.props.kind === "exclusive") continue;
        const path = onCanvas(area(feature), place);
        const { fill, texture } = look(rowOf(scene, feature.props), scene.state.color);
        if (fill || texture) {
          c.fillStyle = texture ? pattern(c, texture, view) : fill;
          c.globalAlpha = 0.94;
          c.fill(path);
          c.globalAlpha = 1;
        }
      }
    });
  }
}

export function outlineGrid(c, scene, id, { colour = "#1B1813", width = 3.4 } = {}) {
  for (const [ink, extra] of [["#fff", 4], [colour, 0]]) {
    for (const place of scene.places) {
      inTile(c, place, () => {
        for (const feature of place.tile.grids) {
          if (feature.props.id !== id) continue;
          c.lineJoin = "round";
          c.strokeStyle = ink;
          c.lineWidth = width + extra;
          c.stroke(onCanvas(area(feature), place));
        }
      });
    }
  }
}

function drawFigures(c, view, scene, room) {
  const big = `700 ${view.zoom < 11.4 ? 13 : 17}px ${FONT}`;
  const small = `400 13px ${FONT}`;
  for (const label of [...scene.labels("grid"), ...scene.labels("zone")]) {
    const shown = look(rowOf(scene, label), scene.state.color);
    const colour = shown.white ? "#fff" : INK.ink;
    const ring = shown.white ? "rgb(10 74 75 / .55)" : "rgb(255 255 255 / .85)";
    const name = gridName(label.name);
    c.font = small;
    const nameHalf = c.measureText(name).width / 2 + 1;
    c.font = big;
    const figureHalf = c.measureText(shown.figure).width / 2 + 1;
    const wide = scene.extent(label.id);
    const both = wide > 2 * nameHalf && room.free(label.x, label.y, Math.max(nameHalf, figureHalf), 20);
    if (!both && !room.free(label.x, label.y, figureHalf, 9)) continue;
    room.claim(label.x, label.y, both ? Math.max(nameHalf, figureHalf) : figureHalf, both ? 20 : 9);
    const halos = shown.white && scene.state.color === "unorganized" ? "rgb(75 42 117 / .5)" : ring;
    halo(c, shown.figure, label.x, both ? label.y - 9 : label.y, { font: big, colour, ring: halos, width: shown.white ? 2 : 4 });
    if (both) halo(c, name, label.x, label.y + 11, { font: small, colour, ring: halos, width: shown.white ? 2 : 3.5 });
  }
}

export function drawGrids(c, view, scene) {
  c.save();
  if (scene.county) c.clip(scene.county);
  fillGrids(c, view, scene);
  c.restore();
  scene.drawLines();
  if (scene.state.sel?.kind === "grid") outlineGrid(c, scene, scene.state.sel.id);
  const room = new Room(view);
  drawFigures(c, view, scene, room);
  drawCountyLabels(c, view, scene.neighbourLabels(), room);
}
