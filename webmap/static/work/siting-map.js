// The sites of an answer in their order, who gains, who stays outside. The tables say the same in words.
import { el } from "../app/dom.js";
import { t } from "./page.js";

const L = window.L;
const GRID = { color: "#b9ad9a", weight: 1, fillColor: "#fffcf6", fillOpacity: 0.9, interactive: false };
const GROUND = { color: "#211d17", weight: 2.2, fill: false, interactive: false };
const GAINED = { color: "#0a4a4b", weight: 1, fillColor: "#3e9c95", fillOpacity: 0.9 };
const OUTSIDE = { color: "#211d17", weight: 1.5, fillColor: "#e09a2b", fillOpacity: 1 };
const STATION = { radius: 5, color: "#0f6e6c", weight: 3, fillColor: "#ffffff", fillOpacity: 1 };
const MOST_STATIONS = 1000;

// Who stays outside is a diamond, as on the map of coverage: not told by colour alone.
L.Canvas.include({
  _updateDiamond(layer) {
    if (!this._drawing || layer._empty()) return;
    const ctx = this._ctx;
    const { x, y } = layer._point;
    const half = layer._radius * 1.25;
    ctx.beginPath();
    ctx.moveTo(x, y - half);
    ctx.lineTo(x + half, y);
    ctx.lineTo(x, y + half);
    ctx.lineTo(x - half, y);
    ctx.closePath();
    this._fillStroke(ctx, layer);
  },
});
const Diamond = L.CircleMarker.extend({
  _updatePath() {
    this._renderer._updateDiamond(this);
  },
});

// Size by people, so that a crowd looks like one.
const radius = (people) => Math.max(2.5, Math.min(9, 1.6 + Math.sqrt(people) / 4));

async function features(address) {
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return [];
  const { features: found } = await response.json();
  return found.filter((feature) => feature.geometry);
}

async function draw(box) {
  const map = L.map(box, { zoomControl: true, preferCanvas: true, zoomSnap: 0.25, attributionControl: false });
  L.control.scale({ imperial: false }).addTo(map);
  map.setView([34.75, 113.62], 10);
  const { siting, county } = box.dataset;
  const [answer, grids, counties, stations] = await Promise.all([
    fetch(`/api/v1/siting/${siting}`, { credentials: "same-origin" }).then((response) => (response.ok ? response.json() : null)).catch(() => null),
    features(`/api/v1/grids?county=${county}&limit=1000`),
    features(`/api/v1/divisions?level=county&county=${county}&limit=1`),
    features(`/api/v1/stations?county=${county}&limit=${MOST_STATIONS}`),
  ]);
  if (!answer) return box.append(el("p", { class: "map-word", role: "status" }, t("jobs.js.map_failed")));
  L.geoJSON(grids, { style: GRID, interactive: false }).addTo(map);
  const ground = L.geoJSON(counties, { style: GROUND, interactive: false }).addTo(map);
  if (counties.length) map.fitBounds(ground.getBounds(), { padding: [16, 16], animate: false });
  L.geoJSON(stations, {
    pointToLayer: (feature, place) => L.circleMarker(place, STATION),
    onEachFeature: (feature, layer) => layer.bindPopup(() => el("strong", {}, feature.properties.name ?? "")),
  }).addTo(map);
  for (const [lon, lat, people, gained] of answer.places.toReversed()) {
    const options = { ...(gained ? GAINED : OUTSIDE), radius: radius(people) };
    (gained ? L.circleMarker([lat, lon], options) : new Diamond([lat, lon], options)).addTo(map);
  }
  const marks = new Map();
  for (const site of answer.sites) {
    const [lon, lat] = site.point;
    const icon = L.divIcon({ className: "site-mark", html: el("span", { class: "pin" }, String(site.rank)), iconSize: [44, 44] });
    const mark = L.marker([lat, lon], { icon, title: site.name, keyboard: true, zIndexOffset: 1000 }).addTo(map);
    mark.bindPopup(() => el("div", {}, el("strong", {}, `${site.rank}. ${site.name || site.key}`), el("br"), `+${site.gain.toLocaleString("en-US")}`));
    marks.set(site.rank, mark);
  }
  const places = answer.sites.map((site) => [site.point[1], site.point[0]]);
  if (places.length) map.fitBounds(L.latLngBounds(places), { padding: [60, 60], maxZoom: 14, animate: false });
  box.dataset.ready = String(answer.sites.length);
  for (const button of document.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => {
      const mark = marks.get(Number(button.dataset.show));
      map.setView(mark.getLatLng(), Math.max(map.getZoom(), 15), { animate: false });
      mark.openPopup();
      box.scrollIntoView({ block: "nearest" });
    });
  }
}

const box = document.getElementById("siting-map");
if (box) draw(box);
