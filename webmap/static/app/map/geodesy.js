// Where things lie on the canvas, and how long a metre is there.
const A = 6378137;
const E2 = 0.00669437999014;
const RADIANS = Math.PI / 180;

// World pixels of Web Mercator at a scale (pixels around the whole world).
export function mercator(lon, lat, scale) {
  const sine = Math.sin(lat * RADIANS);
  return [((lon + 180) / 360) * scale, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * scale];
}

export function unproject(x, y, scale) {
  const lat = (2 * Math.atan(Math.exp((0.5 - y / scale) * 2 * Math.PI)) - Math.PI / 2) / RADIANS;
  return [(x / scale) * 360 - 180, lat];
}

// Pixels of a distance east–west and north–south on the ellipsoid at a latitude; they differ by about 0.5 %.
export function pixels(metres, lat, scale) {
  const sine = Math.sin(lat * RADIANS);
  const w = 1 - E2 * sine * sine;
  const perRadian = scale / (2 * Math.PI) / Math.cos(lat * RADIANS);
  return { x: (metres * perRadian * Math.sqrt(w)) / A, y: (metres * perRadian * w ** 1.5) / (A * (1 - E2)) };
}

// Metres between two places some kilometres apart, on the ellipsoid of their latitude.
export function distance([lon, lat], [toLon, toLat]) {
  const { x, y } = pixels(1, (lat + toLat) / 2, 1);
  const [a, b] = [mercator(lon, lat, 1), mercator(toLon, toLat, 1)];
  return Math.hypot((a[0] - b[0]) / x, (a[1] - b[1]) / y);
}
