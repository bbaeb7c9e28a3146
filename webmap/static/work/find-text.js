// What the worker's page told its scripts: choices, and the sentences of one language.
export const data = JSON.parse(document.getElementById("find-data").textContent);

export function t(key, params = {}) {
  return (data.strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
}

const grouped = new Intl.NumberFormat(data.locale === "zh" ? "zh-CN" : "en");
export const number = (value) => grouped.format(value);

// Reads JSON; rejects when it cannot be had.
export async function read(path) {
  const response = await fetch(path, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  return { body: await response.json(), at: Date.parse(response.headers.get("Date") ?? "") || Date.now() };
}
