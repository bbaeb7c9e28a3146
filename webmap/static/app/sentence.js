// One sentence, then the map: its underlined words are its controls.
import { el, fill } from "./dom.js";
import { closeMenu, word } from "./menu.js";
import { settings } from "./settings.js";
import { countyOf, ruleOf, set, state } from "./state.js";
import { clock, has, isChinese, metres, now, pieces, ruleWithLimit, t } from "./text.js";

const ANY = "any";

export const timeText = (time) => (time === ANY ? t("page.any_hour") : time);
const dayText = (day) => t(`page.day.${day}`);
const ruleText = () => (ruleOf(state.rule) ? ruleWithLimit(ruleOf(state.rule), state.measure) : "");

function dayItems() {
  return settings.days.map((day) => ({ label: dayText(day), checked: state.day === day, act: () => set({ day }) }));
}

function chooseTime() {
  const input = el("input", {
    type: "time", class: "time-field", value: state.time === ANY ? settings.time : state.time, step: 300, "aria-label": t("page.choose_time"),
  });
  const apply = () => {
    if (!/^\d\d:\d\d/.test(input.value)) return;
    closeMenu();
    set({ time: input.value.slice(0, 5) });
  };
  input.addEventListener("keydown", (event) => event.key === "Enter" && apply());
  return el("div", { class: "time-row" }, input, el("button", { type: "button", class: "button", on: { click: apply } }, t("page.apply")));
}

function hourItems() {
  const present = now();
  const assessed = settings.assessed.map((time) => ({
    label: `${dayText(state.day)} ${time}`, note: t("page.assessed"), checked: state.time === time, act: () => set({ time }),
  }));
  const chosen = state.time !== ANY && !settings.assessed.includes(state.time);
  return [
    ...assessed,
    { label: t("page.now"), note: `${present.weekday} ${present.time}`, act: () => set({ day: present.day, time: present.time }) },
    {
      label: t("page.choose_time"), note: chosen ? state.time : "", checked: chosen, keep: true,
      act: (node) => { const field = chooseTime(); node.replaceWith(field); field.querySelector("input").focus(); },
    },
    { label: t("page.any_hour"), note: t("page.wide"), checked: state.time === ANY, line: true, act: () => set({ time: ANY }) },
  ];
}

// Every rule by the straight line and, where it has a time, along streets. Which of the two is chosen, never guessed.
function ruleItems() {
  const network = countyOf(state.county)?.network;
  const item = (row, measure, small, line) => ({
    label: el("span", {}, ruleWithLimit(row, measure), small ? el("small", {}, small) : null),
    note: measure === "streets" && !network ? t("page.no_network") : "",
    checked: row.code === state.rule && measure === state.measure, line, act: () => set({ rule: row.code, measure }),
  });
  const byStreets = settings.rules.filter((row) => row.street_limit_s);
  return [
    ...settings.rules.map((row) => item(row, "straight_line", isChinese ? row.basis_zh : row.basis_en, false)),
    ...byStreets.map((row, i) => item(row, "streets", network && i === 0 ? t("page.network_note", { label: network.label }) : "", i === 0)),
  ];
}

export const serviceName = (code) => settings.services.find((row) => row.code === code)?.[isChinese ? "name_zh" : "name_en"] ?? code;

// Inside an English sentence a service is written small: food heating, but AED and Wi-Fi.
const inSentence = (name) => (isChinese || /[A-Z]/.test(name.slice(1)) ? name : name[0].toLowerCase() + name.slice(1));

function serviceItems() {
  const chosen = new Set(state.services);
  const toggle = (code) => (node) => {
    if (chosen.has(code)) chosen.delete(code); else chosen.add(code);
    node.setAttribute("aria-checked", String(chosen.has(code)));
    set({ services: settings.services.map((row) => row.code).filter((c) => chosen.has(c)) });
  };
  return [
    { label: t("page.any_service"), checked: !chosen.size, act: () => set({ services: [] }) },
    ...settings.services.map((row, i) => ({ label: serviceName(row.code), many: true, checked: chosen.has(row.code), keep: true, line: i === 0, act: toggle(row.code) })),
    { content: el("button", { type: "button", class: "button is-wide", on: { click: () => closeMenu() } }, t("page.done")) },
  ];
}

function servicesText() {
  if (!state.services.length) return t(state.time === ANY ? "page.service_none_any" : "page.service_none");
  const names = state.services.map((code) => inSentence(serviceName(code)));
  return names.length > 3 ? t("page.services_many", { first: names[0], n: names.length }) : names.join(t("page.comma"));
}

function coverageWord(place) {
  const words = {
    day: { label: t("page.label.day"), text: dayText(state.day), items: dayItems },
    hour: { label: t("page.label.hour"), text: timeText(state.time), items: hourItems },
    rule: { label: t("page.label.rule"), text: ruleText(), items: ruleItems },
    services: { label: t("page.label.services"), text: servicesText(), items: serviceItems },
  };
  return word(place, words[place]);
}

// A control never starts a line with the comma that follows it, so word and comma stay together.
function build(key, makeWord) {
  const nodes = [];
  for (const part of pieces(key)) {
    if (part.place) {
      if (nodes.at(-1)?.nodeType) nodes.push(" ");
      nodes.push(makeWord(part.place));
      continue;
    }
    const [, tail, rest] = /^([，、,.。：:]?)([\s\S]*)$/.exec(part.text);
    const last = nodes.at(-1);
    if (tail && last?.classList?.contains("word")) nodes.splice(-1, 1, el("span", { class: "keep" }, last, tail));
    else if (tail) nodes.push(tail);
    if (rest) nodes.push(rest);
  }
  return nodes;
}

export function drawSentence(node, key, makeWord = coverageWord) {
  const focused = document.activeElement?.dataset?.word;
  fill(node, build(key, makeWord));
  if (focused && !document.querySelector(".menu")) node.querySelector(`[data-word="${focused}"]`)?.focus();
}

export const coverageSentence = () => (state.time === ANY ? "page.sentence.coverage_any" : "page.sentence.coverage");
export const gridsSentence = () => (state.time === ANY ? "page.sentence.grids_any" : "page.sentence.grids");

// The same sentence in plain words, for reading out and for the list.
export function plainQuestion() {
  const words = { day: dayText(state.day), hour: timeText(state.time), rule: ruleText(), services: servicesText() };
  return t(has("page.question") ? "page.question" : coverageSentence(), words);
}

export { clock, metres };
