// What streets add to a question: the figure by the other measure, the places between the two, the streets in reach.
import { bothQuestion, current, question } from "./answers.js";
import { Later } from "./later.js";
import { decodeLines } from "./map/polyline.js";
import { settings } from "./settings.js";
import { countyOf, ruleOf, state } from "./state.js";

const listeners = [];
const later = new Later(() => listeners.forEach((listener) => listener()));

export function onStreets(listener) {
  listeners.push(listener);
}

export const idle = () => later.idle;

export const network = () => countyOf(state.county)?.network ?? null;

// Both measures can be told: the county has a network, the rule a limit for each, the answer somebody to count.
const isTwofold = () => Boolean(network() && ruleOf(state.rule)?.street_limit_s && current.answer?.people.total);

export const LISTS = ["circle_only", "streets_only", "unplaced"];

// Both figures, and each list with its people and places; what is too far from a street with metres.
function sides(told) {
  const set = (name) => told.sets.find((row) => row.set === name) ?? { people: 0, places: 0 };
  const list = (name) => told[name].map((row) => ({ ...row, why: name }));
  return {
    straight: told.straight_line, streets: told.streets,
    ...Object.fromEntries(LISTS.map((name) => [name, { people: set(name).people, places: set(name).places, list: list(name) }])),
  };
}

// Straight line and streets side by side, with the places in which they differ; null while unknown.
export const difference = () => (isTwofold() ? later.of("coverage/difference", bothQuestion(), sides) : null);

// The streets from which a counting station is reached in time, as lines to draw.
export const served = () => (state.measure === "streets" && network() && current.answer ? later.of("coverage/streets", question(), decodeLines) : null);

// One station's reach: people by both measures, and the streets from which it is reached in time.
export const stationReach = (id) => later.of(`coverage/stations/${id}/reach`, { rule: state.rule }, (answer) => ({ ...answer, lines: decodeLines(answer).one }));

// How many stations and places are to mend in this county; the answer tells it to those who may plan there.
export const preflight = () => (settings.pages.preflight ? current.answer?.preflight ?? null : null);

// A place of one of the lists, with the list it is in.
export function between(id) {
  const told = difference();
  for (const name of told ? LISTS : []) {
    const row = told[name]?.list.find((place) => place.id === id);
    if (row) return row;
  }
  return null;
}

// The places of the list that is open.
export const shownPlaces = () => (state.show ? difference()?.[state.show]?.list ?? [] : []);

// The nearest station of a place of a list, the one in the circle before the one on foot.
export const nearOf = (place) => place.straight_line ?? place.streets ?? null;
