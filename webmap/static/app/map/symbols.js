// Symbols of stations, workers and enterprises: shape first, colour second, always on a white casing.
export const INK = {
  raised: "#FFFCF6", ink: "#211D17", ink2: "#574F44", ink3: "#746A5C", edge: "#8A7F70",
  teal9: "#0A4A4B", teal7: "#0F6E6C", teal5: "#3E9C95", teal3: "#9CCFC7", teal1: "#DDEEEA",
  amber9: "#7A4300", amber7: "#B26200", amber5: "#E09A2B", grey6: "#6A6A6A", purple5: "#4B2A75",
};
export const FONT = '"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif';

const TURN = 2 * Math.PI;

function disc(c, x, y, r) {
  c.beginPath();
  c.arc(x, y, r, 0, TURN);
}

function square(c, x, y, half, corner) {
  c.beginPath();
  c.roundRect(x - half, y - half, 2 * half, 2 * half, corner);
}

function diamond(c, x, y, r) {
  c.beginPath();
  c.moveTo(x, y - r);
  c.lineTo(x + r, y);
  c.lineTo(x, y + r);
  c.lineTo(x - r, y);
  c.closePath();
}

function casing(c) {
  c.strokeStyle = "#fff";
  c.lineWidth = 3.5;
  c.stroke();
}

function roof(c, x, y) {
  c.strokeStyle = "#fff";
  c.lineWidth = 1.7;
  c.lineJoin = "round";
  c.lineCap = "round";
  c.beginPath();
  c.moveTo(x - 5.2, y + 0.2);
  c.lineTo(x, y - 4.8);
  c.lineTo(x + 5.2, y + 0.2);
  c.moveTo(x - 3.5, y - 1);
  c.lineTo(x - 3.5, y + 4.4);
  c.lineTo(x + 3.5, y + 4.4);
  c.lineTo(x + 3.5, y - 1);
  c.stroke();
}

function word(c, text, x, y, size, colour) {
  c.fillStyle = colour;
  c.font = `700 ${size}px ${FONT}`;
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  c.fillText(text, x, y + size * 0.36);
}

function solid(c, x, y, r, colour) {
  disc(c, x, y, r);
  casing(c);
  c.fillStyle = colour;
  c.fill();
}

const STATION = {
  open(c, x, y) { solid(c, x, y, 9.5, INK.teal7); roof(c, x, y); },
  always(c, x, y) {
    solid(c, x, y, 11.5, INK.teal7);
    disc(c, x, y, 9.6);
    c.strokeStyle = "#fff";
    c.lineWidth = 1.1;
    c.stroke();
    word(c, "24", x, y, 10.5, "#fff");
  },
  micro(c, x, y) {
    diamond(c, x, y, 9.5);
    casing(c);
    c.fillStyle = INK.teal7;
    c.fill();
    disc(c, x, y, 2);
    c.fillStyle = "#fff";
    c.fill();
  },
  shut(c, x, y) {
    disc(c, x, y, 8.6);
    casing(c);
    c.lineWidth = 2;
    c.fillStyle = "#fff";
    c.fill();
    c.strokeStyle = INK.ink2;
    c.stroke();
    c.beginPath();
    c.moveTo(x - 4.2, y);
    c.lineTo(x + 4.2, y);
    c.lineWidth = 2.4;
    c.stroke();
  },
  unknown(c, x, y) {
    disc(c, x, y, 9);
    casing(c);
    c.fillStyle = "#fff";
    c.fill();
    c.setLineDash([2.2, 2.3]);
    c.strokeStyle = INK.grey6;
    c.lineWidth = 2.2;
    c.stroke();
    c.setLineDash([]);
    word(c, "?", x, y, 11, "#4a4a4a");
  },
  staff_only(c, x, y) {
    square(c, x, y, 8.2, 3);
    casing(c);
    c.fillStyle = "#fff";
    c.fill();
    c.strokeStyle = INK.ink2;
    c.lineWidth = 1.9;
    c.stroke();
    c.lineWidth = 1.4;
    c.beginPath();
    c.roundRect(x - 3.9, y - 0.8, 7.8, 5, 0.8);
    c.moveTo(x - 2.5, y - 1);
    c.arc(x, y - 2.4, 2.5, Math.PI, 0);
    c.lineTo(x + 2.5, y - 1);
    c.stroke();
  },
  neighbour(c, x, y) {
    disc(c, x, y, 4.2);
    c.fillStyle = "#fff";
    c.fill();
    c.strokeStyle = INK.grey6;
    c.lineWidth = 1.6;
    c.stroke();
  },
  // Where a station could be; it counts nowhere.
  candidate(c, x, y) {
    disc(c, x, y, 9);
    casing(c);
    c.fillStyle = "rgb(255 252 246 / .9)";
    c.fill();
    c.setLineDash([3.4, 2.4]);
    c.strokeStyle = INK.teal7;
    c.lineWidth = 2;
    c.stroke();
    c.setLineDash([]);
    c.lineWidth = 2.2;
    c.beginPath();
    c.moveTo(x - 4, y);
    c.lineTo(x + 4, y);
    c.moveTo(x, y - 4);
    c.lineTo(x, y + 4);
    c.stroke();
  },
  // A place of another kind, or not (or no longer) in the reckoning.
  excluded(c, x, y) {
    disc(c, x, y, 5.5);
    c.fillStyle = "#fff";
    c.fill();
    c.strokeStyle = INK.edge;
    c.lineWidth = 1.6;
    c.setLineDash([3, 2]);
    c.stroke();
    c.setLineDash([]);
  },
};

export function stationLook(station) {
  if (station.state === "open") return station.is_24h ? "always" : station.type === "micro" ? "micro" : "open";
  if (station.state === "lacks") return "shut";
  return STATION[station.state] ? station.state : "excluded";
}

export const STATION_REACH = 12;

export function drawStation(c, look, x, y) {
  c.save();
  STATION[look](c, x, y);
  c.restore();
}

const workerRadius = (people) => Math.min(5.6, 2.2 + Math.sqrt(people) * 0.32);

// Seen from afar the points shrink, so that the sum stays readable.
export const workerScale = (zoom) => Math.max(0.42, Math.min(1, 0.42 + (zoom - 10.5) * 0.25));

// state: 0 not covered, 1 one, 2 two or more, 3 unknown.
export function drawWorker(c, state, people, x, y, scale = 1) {
  const r = workerRadius(people) * scale;
  if (state === "0") {
    diamond(c, x, y, r + 0.9 * scale);
    c.fillStyle = INK.amber5;
    c.fill();
    c.strokeStyle = INK.amber9;
    c.lineWidth = 1.1 * Math.max(0.6, scale);
    c.stroke();
  } else if (state === "3") {
    disc(c, x, y, Math.max(3.2 * scale, r - 0.6));
    c.fillStyle = "#fff";
    c.fill();
    c.strokeStyle = "#4a4a4a";
    c.lineWidth = 1.5;
    c.stroke();
  } else {
    disc(c, x, y, r);
    c.fillStyle = state === "2" ? INK.teal7 : "rgb(15 110 108 / .82)";
    c.fill();
  }
}

const BETWEEN = {
  // In the circle, yet not on foot: a diamond within a ring, and a bar across the way.
  circle_only(c, x, y) {
    disc(c, x, y, 10.5);
    casing(c);
    c.fillStyle = "rgb(255 255 255 / .85)";
    c.fill();
    c.strokeStyle = INK.ink;
    c.lineWidth = 1.8;
    c.stroke();
    diamond(c, x, y, 5.6);
    c.fillStyle = INK.amber5;
    c.fill();
    c.strokeStyle = INK.amber9;
    c.lineWidth = 1.2;
    c.stroke();
    c.strokeStyle = INK.ink;
    c.lineWidth = 2.2;
    c.beginPath();
    c.moveTo(x - 7.4, y + 7.4);
    c.lineTo(x + 7.4, y - 7.4);
    c.stroke();
  },
  // Beyond the circle, yet in time on foot: a dot with a stroke that leads out of the ring.
  streets_only(c, x, y) {
    disc(c, x, y, 9);
    casing(c);
    c.fillStyle = "#fff";
    c.fill();
    c.setLineDash([2.4, 2.4]);
    c.strokeStyle = INK.ink;
    c.lineWidth = 1.6;
    c.stroke();
    c.setLineDash([]);
    disc(c, x, y, 4.4);
    c.fillStyle = INK.teal7;
    c.fill();
  },
  // Too far from any street: a dotted square, for which nothing was counted.
  unplaced(c, x, y) {
    square(c, x, y, 8, 1.5);
    casing(c);
    c.fillStyle = "#fff";
    c.fill();
    c.setLineDash([1.8, 2.2]);
    c.strokeStyle = INK.grey6;
    c.lineWidth = 2;
    c.stroke();
    c.setLineDash([]);
    word(c, "…", x, y - 2.5, 12, "#4a4a4a");
  },
};

export function drawBetween(c, why, x, y) {
  c.save();
  BETWEEN[why](c, x, y);
  c.restore();
}

export function drawGapBadge(c, rank, x, y, selected) {
  disc(c, x, y, 12);
  c.strokeStyle = "#fff";
  c.lineWidth = 5;
  c.stroke();
  c.fillStyle = selected ? INK.amber9 : "#fff";
  c.fill();
  c.strokeStyle = INK.amber9;
  c.lineWidth = 2.2;
  c.stroke();
  word(c, String(rank), x, y, rank > 99 ? 10 : 13.5, selected ? "#fff" : INK.amber9);
}

const ENTERPRISE = {
  auto(c, x, y, half) {
    c.fillStyle = "#fff";
    c.fillRect(x - half - 1, y - half - 1, 2 * half + 2, 2 * half + 2);
    c.fillStyle = INK.purple5;
    c.fillRect(x - half, y - half, 2 * half, 2 * half);
  },
  organized(c, x, y, half) {
    c.fillStyle = "#fff";
    c.fillRect(x - half, y - half, 2 * half, 2 * half);
    c.strokeStyle = "#8d79ad";
    c.lineWidth = 1.3;
    c.strokeRect(x - half + 0.6, y - half + 0.6, 2 * half - 1.2, 2 * half - 1.2);
  },
  boundary_review(c, x, y) {
    square(c, x, y, 7.2, 1);
    casing(c);
    c.fillStyle = "#fff";
    c.fill();
    c.strokeStyle = INK.purple5;
    c.lineWidth = 2;
    c.stroke();
    c.beginPath();
    c.moveTo(x - 7.2, y + 7.2);
    c.lineTo(x - 7.2, y - 7.2);
    c.lineTo(x + 7.2, y - 7.2);
    c.closePath();
    c.fillStyle = INK.purple5;
    c.fill();
  },
  gap_review(c, x, y) {
    c.beginPath();
    c.moveTo(x, y - 8.6);
    c.lineTo(x + 9, y + 6.6);
    c.lineTo(x - 9, y + 6.6);
    c.closePath();
    c.lineJoin = "round";
    casing(c);
    c.fillStyle = "#fff";
    c.fill();
    c.strokeStyle = INK.purple5;
    c.lineWidth = 2;
    c.stroke();
    word(c, "!", x, y + 1.8, 10.5, INK.purple5);
  },
};

export function enterpriseLook(status, unorganised) {
  if (status === "boundary_review" || status === "gap_review") return status;
  return unorganised ? "auto" : "organized";
}

export function drawEnterprise(c, look, x, y, half = 3.6) {
  c.save();
  ENTERPRISE[look](c, x, y, half);
  c.restore();
}

// Many at one point, or a cluster: a box with the number in it; a corner marks cases for a person.
export function drawCount(c, count, x, y, { review = 0, far = false } = {}) {
  const text = count > 9999 ? `${Math.round(count / 1000)}k` : String(count);
  const size = far ? 11 + Math.min(5, Math.log10(count + 1) * 1.6) : 12.5;
  c.font = `700 ${size}px ${FONT}`;
  const half = { w: Math.max(size * 0.85, c.measureText(text).width / 2 + 6), h: size * 0.86 };
  c.beginPath();
  c.roundRect(x - half.w, y - half.h, 2 * half.w, 2 * half.h, far ? half.h : 4);
  casing(c);
  c.fillStyle = far ? farShade(count) : INK.purple5;
  c.fill();
  word(c, text, x, y, size, far && count < 30 ? INK.ink : "#fff");
  if (review) drawCorner(c, x + half.w, y - half.h);
  return half;
}

const farShade = (count) => (count < 10 ? "#CDBDE0" : count < 30 ? "#B9A3D6" : count < 100 ? "#7A55A6" : INK.purple5);

// The half-filled square of border cases, small.
function drawCorner(c, x, y) {
  const half = 4;
  c.fillStyle = "#fff";
  c.fillRect(x - half - 1.6, y - half - 1.6, 2 * half + 3.2, 2 * half + 3.2);
  c.strokeStyle = INK.purple5;
  c.lineWidth = 1.3;
  c.strokeRect(x - half, y - half, 2 * half, 2 * half);
  c.beginPath();
  c.moveTo(x - half, y + half);
  c.lineTo(x - half, y - half);
  c.lineTo(x + half, y - half);
  c.closePath();
  c.fillStyle = INK.purple5;
  c.fill();
}
