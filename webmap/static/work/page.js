// What the page told its scripts: language, token, sentences.
const data = JSON.parse(document.getElementById("page-data").textContent);

export const { locale, user } = data;
export const session = { csrf: data.csrf };

export function t(key, params = {}) {
  return (data.strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
}

// A key that makes a write known: sent again, it is answered and not done again.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Say something to those who do not see the page change.
export function say(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}
