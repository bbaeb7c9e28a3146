// A list of candidates: read here as a table or GeoJSON, sent in pieces, each bad row told by its number in the file.
import { el } from "../app/dom.js";
import { newKey, say, t } from "./page.js";
import { send } from "./send.js";

const PIECE = 500;
const SHOWN_FAULTS = 50;
const NAMES = {
  name: ["name", "名称", "候选点名称", "候选点", "地点"],
  lon: ["lon", "lng", "longitude", "x", "经度"],
  lat: ["lat", "latitude", "y", "纬度"],
  host_kind: ["host_kind", "host", "依托单位类型", "依托类型", "类型"],
  cost: ["cost", "费用", "造价", "费用（元）", "费用(元)", "造价（元）"],
  address: ["address", "地址"],
  note: ["note", "备注", "说明"],
};
const NUMBERS = new Set(["lon", "lat", "cost"]);

const form = document.getElementById("list-form");
const receipt = form?.querySelector(".receipt");
const faults = document.getElementById("list-faults");

function tell(text, kind) {
  receipt.textContent = text;
  receipt.className = `receipt is-${kind}`;
  say(text);
}

// Spreadsheets of the office save csv as UTF-8 or GB 18030.
function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

function parseCsv(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    const row = rows.at(-1);
    if (quoted) {
      if (sign !== '"') row[row.length - 1] += sign;
      else if (text[at + 1] === '"') row[row.length - 1] += text[at++];
      else quoted = false;
    } else if (sign === '"' && row.at(-1) === "") quoted = true;
    else if (sign === "," || sign === "\t") row.push("");
    else if (sign === "\n") rows.push([""]);
    else if (sign !== "\r") row[row.length - 1] += sign;
  }
  return rows;
}

function fieldOf(header) {
  const plain = header.trim().toLowerCase();
  return Object.keys(NAMES).find((field) => NAMES[field].includes(plain)) ?? null;
}

// An empty cell is no value; what is no number where one belongs stays text, and the row is refused with its reason.
function valueOf(field, cell) {
  const text = String(cell ?? "").trim();
  if (text === "") return null;
  if (!NUMBERS.has(field)) return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function readTable(text) {
  const [header, ...body] = parseCsv(text.replace(/^\uFEFF/, ""));
  const fields = header.map(fieldOf);
  if (!["name", "lon", "lat"].every((field) => fields.includes(field))) return null;
  return body
    .map((cells, index) => ({ number: index + 2, cells }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ""))
    .map(({ number, cells }) => ({ number, row: Object.fromEntries(fields.map((field, at) => [field, valueOf(field, cells[at])]).filter(([field]) => field)) }));
}

function readGeoJson(text) {
  const { features } = JSON.parse(text);
  return features.map((feature, index) => {
    const row = {};
    for (const [key, value] of Object.entries(feature.properties ?? {})) {
      const field = fieldOf(key);
      if (field) row[field] = valueOf(field, value);
    }
    if (feature.geometry?.type === "Point") [row.lon, row.lat] = feature.geometry.coordinates;
    return { number: index + 1, row };
  });
}

async function read(file) {
  const text = decode(await file.arrayBuffer());
  try {
    return /json$/i.test(file.name) ? readGeoJson(text) : readTable(text);
  } catch {
    return null;
  }
}

async function go() {
  const file = form.elements.namedItem("file").files[0];
  const datum = form.elements.namedItem("datum").value;
  const rows = await read(file);
  if (!rows?.length) return tell(t("send.siting.unreadable"), "bad");
  faults.replaceChildren();
  let added = 0;
  const bad = [];
  for (let start = 0; start < rows.length; start += PIECE) {
    const piece = rows.slice(start, start + PIECE);
    tell(t("send.siting.sending", { done: start, total: rows.length }), "waiting");
    const body = { county: form.dataset.county, datum, rows: piece.map(({ row }) => row) };
    const answer = await send("POST", "/api/v1/candidates/list", body, { key: newKey() });
    if (!answer.ok) return tell(answer.sentence, "bad");
    added += answer.body.added;
    bad.push(...answer.body.refused.map((fault) => ({ ...fault, row: piece[fault.row - 1].number })));
  }
  tell(t("send.siting.done", { added, refused: bad.length }), bad.length ? "bad" : "good");
  faults.hidden = !bad.length;
  faults.append(...bad.slice(0, SHOWN_FAULTS).map((fault) => el("li", {}, t("send.siting.row", { row: fault.row, why: fault.detail }))));
  if (!bad.length) window.location.reload();
  return null;
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  await go();
  button.disabled = false;
});
