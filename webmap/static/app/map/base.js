// The quiet ground: paper, own streets, counties and their lines. Everything else is drawn on top of it.
import { area } from "./tiles.js";

const INSIDE = {
  paper: "#FAF8F2", water: "#D5E1E8", green: "#E6EADB", casing: "#DDD5C5", fill: "#FFFFFF", minor: "#E6DFD0", rail: "#C6BCAC",
};
const OUTSIDE = {
  paper: "#EEE7DB", water: "#E2DFD8", green: "#E9E3D5", casing: "#E2DACB", fill: "#F2ECE2", minor: "#E8E0D3", rail: "#DDD4C5",
};

// A path in tile units, as a path on the canvas.
export function onCanvas(path, place) {
  const result = new Path2D();
  result.addPath(path, new DOMMatrix([place.k, 0, 0, place.k, place.x, place.y]));
  return result;
}

export function clipTo(c, place) {
  const edge = (v) => Math.round(v * place.ratio) / place.ratio;
  c.beginPath();
  const { x, y, size } = place.frame;
  c.rect(edge(x), edge(y), edge(x + size) - edge(x), edge(y + size) - edge(y));
  c.clip();
}

export function inTile(c, place, draw) {
  c.save();
  clipTo(c, place);
  draw();
  c.restore();
}

function drawStreets(c, view, places, look) {
  const wide = Math.max(0.35, Math.min(2.2, 2 ** (view.zoom - 14)));
  for (const place of places) {
    inTile(c, place, () => {
      const each = (key, draw) => {
        const entry = place.tile.streets.get(key);
        if (entry) draw(onCanvas(entry.path, place), entry.closed);
      };
      const stroke = (path, colour, width) => { c.strokeStyle = colour; c.lineWidth = width; c.stroke(path); };
      const surface = (colour, line) => (path, closed) => {
        c.fillStyle = colour;
        if (closed) c.fill(path); else stroke(path, colour, line);
      };
      each("green", surface(look.green, 1));
      each("park", surface(look.green, 1));
      each("water", surface(look.water, Math.max(1.5, 7 * wide)));
      each("river", surface(look.water, Math.max(1.5, 7 * wide)));
      c.lineCap = "butt";
      c.lineJoin = "round";
      each("road4", (p) => stroke(p, look.minor, Math.max(0.6, 1.2 * wide)));
      each("road3", (p) => stroke(p, look.minor, Math.max(0.8, 2 * wide)));
      for (const [key, width] of [["road2", 4.6], ["road1", 6.4]]) each(key, (p) => stroke(p, look.casing, Math.max(1.6, width * wide + 1.6)));
      for (const [key, width] of [["road2", 4.6], ["road1", 6.4]]) each(key, (p) => stroke(p, look.fill, Math.max(0.8, width * wide)));
      for (const key of ["rail", "railway"]) each(key, (p) => {
        stroke(p, look.rail, 2.2);
        c.setLineDash([9, 9]);
        stroke(p, look.fill, 1.2);
        c.setLineDash([]);
      });
    });
  }
}

// The chosen county as one path over all tiles in view; empty where its shape is not known.
export function countyPath(places, code) {
  const path = new Path2D();
  let found = false;
  for (const place of places) {
    for (const feature of place.tile.counties) {
      if (feature.props.code !== code) continue;
      path.addPath(area(feature), new DOMMatrix([place.k, 0, 0, place.k, place.x, place.y]));
      found = true;
    }
  }
  return found ? path : null;
}

export function drawGround(c, view, places, county, photo) {
  c.clearRect(0, 0, view.width, view.height);
  if (photo) {
    // With a base map below, only the neighbours are dimmed.
    if (!county) return;
    c.save();
    c.fillStyle = "rgb(238 231 219 / .62)";
    c.fillRect(0, 0, view.width, view.height);
    c.globalCompositeOperation = "destination-out";
    c.fillStyle = "#000";
    c.fill(county);
    c.restore();
    return;
  }
  c.fillStyle = county ? OUTSIDE.paper : INSIDE.paper;
  c.fillRect(0, 0, view.width, view.height);
  drawStreets(c, view, places, county ? OUTSIDE : INSIDE);
  if (!county) return;
  c.save();
  c.clip(county);
  c.fillStyle = INSIDE.paper;
  c.fillRect(0, 0, view.width, view.height);
  drawStreets(c, view, places, INSIDE);
  c.restore();
}

export function drawCountyLines(c, places, code) {
  for (const place of places) {
    inTile(c, place, () => {
      c.lineJoin = "round";
      for (const feature of place.tile.counties) {
        if (feature.props.code === code) continue;
        c.strokeStyle = "#CFC4B2";
        c.lineWidth = 1;
        c.stroke(onCanvas(area(feature), place));
      }
    });
  }
  for (const [colour, width] of [["#fff", 5.4], ["#1B1813", 2.6]]) {
    for (const place of places) {
      inTile(c, place, () => {
        c.lineJoin = "round";
        c.strokeStyle = colour;
        c.lineWidth = width;
        for (const feature of place.tile.counties) {
          if (feature.props.code === code) c.stroke(onCanvas(area(feature), place));
        }
      });
    }
  }
}

export function drawGridLines(c, places, { quiet = false } = {}) {
  for (const place of places) {
    inTile(c, place, () => {
      c.lineJoin = "round";
      c.strokeStyle = "rgb(87 79 68 / .45)";
      c.lineWidth = 1;
      c.setLineDash([1.5, 3]);
      c.stroke(onCanvas(place.tile.townLines, place));
      c.setLineDash([]);
      c.strokeStyle = quiet ? "rgb(87 79 68 / .7)" : "#6B6358";
      c.lineWidth = 1.1;
      c.stroke(onCanvas(place.tile.gridLines, place));
      c.strokeStyle = "#574F44";
      c.lineWidth = 2.2;
      c.setLineDash([11, 3, 2.4, 3]);
      c.stroke(onCanvas(place.tile.zoneLines, place));
      c.setLineDash([]);
      for (const feature of place.tile.exclusive) {
        const path = onCanvas(area(feature), place);
        for (const [colour, width] of [["#5B3A8C", 5], ["#fff", 2.4]]) {
          c.strokeStyle = colour;
          c.lineWidth = width;
          c.stroke(path);
        }
      }
    });
  }
}
