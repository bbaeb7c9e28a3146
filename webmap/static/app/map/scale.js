// A scale bar on the ellipsoid, at the middle of the view.
import { byId, el, fill } from "../dom.js";
import { metres } from "../text.js";
import { pixels } from "./geodesy.js";

const LONGEST_PX = 100;
const ROUND_M = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];

export function drawScale(map) {
  const perMetre = pixels(1, map.getCenter().lat, 256 * 2 ** map.getZoom()).x;
  const length = ROUND_M.findLast((m) => m * perMetre <= LONGEST_PX) ?? ROUND_M[0];
  const line = el("span", { class: "scale-line" });
  line.style.width = `${length * perMetre}px`;
  fill(byId("scale"), el("span", { class: "scale-words" }, el("span", {}, "0"), el("span", {}, metres(length))), line);
}
