// What a page about a station knows of it, and how to say who saved meanwhile.
import { user } from "../work/page.js";

export const station = JSON.parse(document.getElementById("station-data").textContent);
export const draftName = `tenmin.station.${user}.${station.id}`;

export function t(key, params = {}) {
  return (station.strings[`station_page.${key}`] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
}

function nameOf(key) {
  const [kind, rest] = [key.split(".")[0], key.slice(key.indexOf(".") + 1)];
  if (kind === "service") return station.services[rest]?.name ?? station.services[rest] ?? rest;
  const known = `station_page.changed.${kind}`;
  return known in station.strings ? station.strings[known] : null;
}

// "站长李 17:05 改了：手机充电、开放时间", from the parameters of a 409.
export function whoChangedWhat({ by, at, changed = [] }) {
  const names = [...new Set(changed.map(nameOf).filter(Boolean))];
  const clock = at ? new Date(at).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false }) : "";
  if (!by) return t("changed_meanwhile");
  return names.length ? t("changed_by", { by, clock, what: names.join(t("comma")) }) : t("confirmed_by", { by, clock });
}

// Show the message with its buttons: [label, action] each.
export function showConflict(text, ...buttons) {
  const place = document.getElementById("conflict");
  const message = document.createElement("p");
  message.textContent = text;
  const row = document.createElement("div");
  row.className = "buttons";
  for (const [label, action] of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = label;
    button.addEventListener("click", action);
    row.append(button);
  }
  place.replaceChildren(message, row);
  place.hidden = false;
  place.scrollIntoView({ block: "center" });
}
