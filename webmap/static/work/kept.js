// What stays on this phone, by user: half-filled forms and visits not yet sent. Another user of the same phone
// is never shown any of it. No phone number is ever among it.
import { newKey, user } from "./page.js";

export { newKey, user };

// Whose pages the service worker holds.
export const LAST_USER = "tenmin:user";

const DRAFT = "tenmin:draft:";
const OUT = "tenmin:out:";
const OLD_MS = 30 * 24 * 60 * 60 * 1000;

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// Answers whether it was kept: the store of a browser can be full or shut.
function put(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function keys(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

export const draftKey = (form, enterprise) => `${DRAFT}${user}:${form}:${enterprise}`;
export const readDraft = (form, enterprise) => read(draftKey(form, enterprise));
export const dropDraft = (form, enterprise) => localStorage.removeItem(draftKey(form, enterprise));

export function keepDraft(form, enterprise, values) {
  return put(draftKey(form, enterprise), { values, at: new Date().toISOString() });
}

export const outKey = (key) => `${OUT}${user}:${key}`;
export const keepUnsent = (item) => put(outKey(item.key), item);
export const dropUnsent = (key) => localStorage.removeItem(outKey(key));
export const readUnsent = (key) => read(outKey(key));

// In the order in which they were made.
export function listUnsent() {
  return keys(`${OUT}${user}:`)
    .map(read)
    .filter(Boolean)
    .sort((a, b) => a.made_at.localeCompare(b.made_at));
}

// Drafts nobody came back to for a month, of whomever.
export function tidy() {
  for (const key of keys(DRAFT)) {
    const draft = read(key);
    if (!draft || Date.now() - Date.parse(draft.at) > OLD_MS) localStorage.removeItem(key);
  }
}

// Signing out: half-filled forms go. What waits to be sent stays, for this user's eyes, until it is sent.
export function forgetDrafts() {
  for (const key of keys(`${DRAFT}${user}:`)) localStorage.removeItem(key);
}

