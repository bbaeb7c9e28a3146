// Rows of a file, or a drawing with its faults, on a plain map. The list beside it says the same in words.
import { el } from "../app/dom.js";
import { t } from "./page.js";

const L = window.L;
const POINT_LOOKS = {
  taken: { radius: 4, color: "#0a4a4b", weight: 1, fillColor: "#3e9c95", fillOpacity: 0.9 },
  warning: { radius: 5, color: "#211d17", weight: 1.5, fillColor: "#e09a2b", fillOpacity: 1 },
  refused: { radius: 6, color: "#b26200", weight: 2.5, fillColor: "#ffffff", fillOpacity: 1 },
  finding_warning: { radius: 6, color: "#211d17", weight: 1.5, fillColor: "#e09a2b", fillOpacity: 1 },
};
const SHAPE_LOOKS = {
  taken: { color: "#574f44", weight: 1.2, fillColor: "#ddeeea", fillOpacity: 0.5 },
  warning: { color: "#211d17", weight: 1.5, fillColor: "#f9e3bc", fillOpacity: 0.7 },
  refused: { color: "#b26200", weight: 2.5, dashArray: "6 4", fillColor: "#ffffff", fillOpacity: 0.3 },
  grid: { color: "#574f44", weight: 1.2, fillColor: "#fffcf6", fillOpacity: 0.6 },
  exclusive: { color: "#4b2a75", weight: 2, fillColor: "#ede7f3", fillOpacity: 0.5 },
  finding_blocking: { color: "#7a4300", weight: 3, fillColor: "#e09a2b", fillOpacity: 0.75 },
  finding_warning: { color: "#6a6a6a", weight: 2.5, dashArray: "3 4", fillColor: "#f9e3bc", fillOpacity: 0.6 },
  street: { color: "#6b5f50", weight: 1.4, fill: false, interactive: false },
  quiet: { color: "#b9ad9a", weight: 1, fillColor: "#fffcf6", fillOpacity: 0.9, interactive: false },
  ground: { color: "#211d17", weight: 2.2, fill: false, interactive: false },
};

class ShapeMap {
  constructor(box) {
    this.box = box;
    this.map = L.map(box, { zoomControl: true, preferCanvas: true, zoomSnap: 0.25, attributionControl: false });
    L.control.scale({ imperial: false }).addTo(this.map);
    this.byNumber = new Map();
    this.map.setView([34.75, 113.62], 10);
  }

  async load() {
    const response = await fetch(this.box.dataset.source, { credentials: "same-origin" });
    if (!response.ok) return this.say(t("jobs.js.map_failed"));
    const collection = await response.json();
    if (this.box.dataset.county) await this.ground(this.box.dataset.county);
    // What is wrong is drawn last, on top.
    const ranked = collection.features.toSorted((a, b) => rank(a) - rank(b));
    this.layer = L.geoJSON(ranked, {
      style: (feature) => (feature.geometry?.type === "Point" ? POINT_LOOKS : SHAPE_LOOKS)[lookOf(feature)],
      pointToLayer: (feature, place) => L.circleMarker(place, POINT_LOOKS[lookOf(feature)]),
      onEachFeature: (feature, layer) => this.know(feature, layer),
    }).addTo(this.map);
    const bounds = this.layer.getBounds();
    if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [24, 24], maxZoom: 16, animate: false });
    this.box.dataset.ready = String(collection.features.length);
    if (!collection.features.length) this.say(t("jobs.js.map_empty"));
  }

  async ground(county) {
    const [grids, counties] = await Promise.all([
      shapesOf(`/api/v1/grids?county=${county}&limit=1000`),
      shapesOf(`/api/v1/divisions?level=county&county=${county}&limit=1`),
    ]);
    L.geoJSON(grids, { style: SHAPE_LOOKS.quiet, interactive: false }).addTo(this.map);
    const layer = L.geoJSON(counties, { style: SHAPE_LOOKS.ground, interactive: false }).addTo(this.map);
    if (counties.length) this.map.fitBounds(layer.getBounds(), { padding: [16, 16], animate: false });
  }

  know(feature, layer) {
    const { row, number } = feature.properties;
    if (row !== undefined) this.byNumber.set(`row ${row}`, layer);
    if (number !== undefined) this.byNumber.set(`finding ${number}`, layer);
    if (feature.properties.what === "street") return;
    layer.bindPopup(() => words(feature.properties), { maxWidth: 260 });
  }

  show(name) {
    const layer = this.byNumber.get(name);
    if (!layer) return false;
    const bounds = layer.getBounds?.() ?? L.latLngBounds([layer.getLatLng()]);
    this.map.fitBounds(bounds, { padding: [60, 60], maxZoom: 17, animate: false });
    layer.openPopup();
    this.box.scrollIntoView({ block: "nearest" });
    return true;
  }

  say(text) {
    this.box.append(el("p", { class: "map-word", role: "status" }, text));
  }
}

// What is in force already, as the quiet ground; the map does without it when it cannot be had.
async function shapesOf(address) {
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return [];
  const { features } = await response.json();
  return features.filter((feature) => feature.geometry);
}

function lookOf({ properties }) {
  if (properties.what === "street") return "street";
  if (properties.what === "grid") return properties.kind === "exclusive" ? "exclusive" : "grid";
  if (properties.what === "finding") return `finding_${properties.severity}`;
  return properties.severity ?? "taken";
}

function rank(feature) {
  return ["street", "grid", "exclusive", "taken", "finding_warning", "warning", "finding_blocking", "refused"].indexOf(lookOf(feature));
}

// Names come from files of strangers: text nodes, never markup.
function words({ what, row, name, code, number }) {
  const title = what === "finding" ? t("jobs.js.finding", { number }) : name || code || "—";
  const listed = document.querySelector(what === "finding" ? `[data-finding="${number}"]` : `[data-row="${row}"]`);
  const sentence = listed?.closest("li")?.querySelector("span")?.textContent ?? listed?.closest("tr")?.lastElementChild.textContent;
  const below = sentence ?? (row === undefined ? code ?? "" : t("jobs.js.row", { row }));
  return el("div", {}, el("strong", {}, title), el("br"), below);
}

const box = document.querySelector(".work-map[data-source]");
if (box) {
  const shapes = new ShapeMap(box);
  shapes.load();
  for (const button of document.querySelectorAll("[data-row], [data-finding]")) {
    const { row, finding } = button.dataset;
    button.addEventListener("click", () => {
      if (!shapes.show(row === undefined ? `finding ${finding}` : `row ${row}`)) button.disabled = true;
    });
  }
}
