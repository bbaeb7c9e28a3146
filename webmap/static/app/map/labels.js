// Words on the map: placed in order of weight, never over one another or over a symbol.
import { shortCode } from "../text.js";
import { FONT, INK } from "./symbols.js";

export class Room {
  // Scale, base line and buttons stand over the map: no word goes under them.
  constructor({ shown }) {
    const [bottom, right] = [shown.y + shown.h, shown.x + shown.w];
    this.taken = [[shown.x, bottom - 42, shown.x + 300, bottom], [right - 70, bottom - 180, right, bottom]];
  }
  claim(x, y, halfWidth, halfHeight) {
    this.taken.push([x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight]);
  }
  free(x, y, halfWidth, halfHeight) {
    const [l, t, r, b] = [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight];
    return !this.taken.some((box) => box[0] < r && box[2] > l && box[1] < b && box[3] > t);
  }
}

const SHIFTS = [[0, 0], [0, -22], [0, 24], [-34, 0], [34, 0], [-30, -24], [30, -24], [-30, 26], [30, 26], [0, -44], [0, 46], [-66, 0], [66, 0]];

export function halo(c, text, x, y, { font, colour, ring = "rgb(255 255 255 / .92)", width = 3.5, spacing = "0px" }) {
  c.font = font;
  if ("letterSpacing" in c) c.letterSpacing = spacing;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.lineJoin = "round";
  if (width) {
    c.strokeStyle = ring;
    c.lineWidth = width;
    c.strokeText(text, x, y);
  }
  c.fillStyle = colour;
  c.fillText(text, x, y);
  if ("letterSpacing" in c) c.letterSpacing = "0px";
}

export const shorten = (text, length) => ([...text].length > length ? `${[...text].slice(0, length - 1).join("")}…` : text);

// 东皋网格 is written 东皋 on the map: every area on it is a grid.
export const gridName = (name) => shorten((name || "").replace(/(网格|片区)$/, ""), 9);

export function drawGridLabels(c, view, labels, room, county) {
  const small = view.zoom < 12.2;
  const nameFont = `700 ${small ? 12 : 13.5}px ${FONT}`;
  const codeFont = `400 ${small ? 11 : 12.5}px ${FONT}`;
  for (const label of labels) {
    const name = gridName(label.name);
    const code = shortCode(label.code, county);
    c.font = nameFont;
    const width = c.measureText(name).width;
    c.font = codeFont;
    const half = { w: Math.max(width, c.measureText(code).width) / 2 + 2, h: small ? 9 : 17 };
    const shift = SHIFTS.find(([dx, dy]) => room.free(label.x + dx, label.y + dy, half.w, half.h));
    if (!shift) continue;
    const [x, y] = [label.x + shift[0], label.y + shift[1]];
    room.claim(x, y, half.w, half.h);
    halo(c, name, x, small ? y : y - 8, { font: nameFont, colour: INK.ink2 });
    if (!small) halo(c, code, x, y + 8.5, { font: codeFont, colour: INK.ink3 });
  }
}

export function drawCountyLabels(c, view, labels, room) {
  for (const label of labels) {
    const font = `400 ${view.zoom < 10.5 ? 13 : 16}px ${FONT}`;
    c.font = font;
    const half = { w: c.measureText(label.name).width / 2 + 4 * label.name.length, h: 12 };
    if (!room.free(label.x, label.y, half.w, half.h)) continue;
    room.claim(label.x, label.y, half.w, half.h);
    halo(c, label.name, label.x, label.y, { font, colour: "#7d7365", ring: "rgb(239 232 220 / .9)", spacing: "6px" });
  }
}
