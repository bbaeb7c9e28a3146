// Which stations come first, and in which words their hours are told: the same as geodata/rules/finder.py and
// walking.py, here because the position stays in this browser. A test holds both against each other.
const DAY = 1440;
const NIGHT_FROM = 22 * 60;
const MORNING = 6 * 60;
const EVENING = 18 * 60;
const RADIANS = Math.PI / 180;
const A = 6378137;
const E2 = 6.69437999014131705e-3;
const EARTH_RADIUS = 6371000;

export const ALL_NIGHT = "all_night";
export const OPEN = 0;
export const UNKNOWN = 1;
export const SHUT = 2;
export const LACKS = 3;

function centred(lon, lat) {
  const sine = Math.sin(lat * RADIANS);
  const cosine = Math.cos(lat * RADIANS);
  const normal = A / Math.sqrt(1 - E2 * sine * sine);
  return [
    normal * cosine * Math.cos(lon * RADIANS),
    normal * cosine * Math.sin(lon * RADIANS),
    normal * (1 - E2) * sine,
  ];
}

// Metres over the ellipsoid: the chord through the earth, and what it is too short by.
export function straightMetres([lon, lat], [otherLon, otherLat]) {
  const one = centred(lon, lat);
  const other = centred(otherLon, otherLat);
  const chord = Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
  return chord + chord ** 3 / (24 * EARTH_RADIUS ** 2);
}

// 667 m are 10 minutes, 668 m are 11.
export const walkMinutes = (metres) => Math.max(1, Math.ceil((Math.round(metres) * 10) / 667));

const holding = (spans, minute) => spans.find(([begins, ends]) => begins <= minute && minute < ends);

export function stateAt(station, minute) {
  if (holding(station.open, minute)) return "open";
  return holding(station.unknown, minute) ? "unknown" : "shut";
}

export function isOpenAllNight(station, minute) {
  const day = Math.floor(minute / DAY) * DAY;
  const [begins, ends] =
    minute - day < MORNING ? [minute, day + MORNING] : [Math.max(minute, day + NIGHT_FROM), day + DAY + MORNING];
  return station.open.some(([opens, closes]) => opens <= begins && ends <= closes);
}

export function rankOf(station, minute, wanted) {
  const conditions = wanted.filter((code) => code !== ALL_NIGHT).map((code) => station.services[code] ?? "unknown");
  if (conditions.some((condition) => condition !== "unknown" && condition !== "working")) return LACKS;
  const state = stateAt(station, minute);
  if (wanted.includes(ALL_NIGHT) && state === "open" && !isOpenAllNight(station, minute)) return LACKS;
  if (state === "shut") return SHUT;
  return state === "unknown" || conditions.includes("unknown") ? UNKNOWN : OPEN;
}

const byCode = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

// Stations with rank and metres (null while nobody knows where we are), as they are shown.
export function arrange(stations, place, minute, wanted) {
  return stations
    .map((station) => ({
      station,
      rank: rankOf(station, minute, wanted),
      metres: place ? straightMetres(place, [station.lon, station.lat]) : null,
    }))
    .sort(
      (one, other) =>
        one.rank - other.rank ||
        (place ? Math.round(one.metres) - Math.round(other.metres) : 0) ||
        byCode(one.station.code, other.station.code),
    );
}

const two = (number) => String(number).padStart(2, "0");
const timeOf = (minute) => `${two(Math.floor((minute % DAY) / 60))}:${two(minute % 60)}`;

// A time of day; midnight at the end of a day is 24:00.
export const clock = (minute) => (minute > 0 && minute % DAY === 0 ? "24:00" : timeOf(minute));

function closes(until, minute, station) {
  const day = Math.floor((until - 1) / DAY);
  const rest = (until - 1) % DAY;
  if (day > Math.floor(minute / DAY) && isOpenAllNight(station, minute)) return "all_night";
  if (rest < MORNING) return "small_hours";
  if (day === 0) return rest >= EVENING ? "tonight" : "today";
  return day === 1 ? "tomorrow" : "later";
}

// Key of the sentence about hours, and the time it names.
export function describeHours(station, minute, horizon) {
  const state = stateAt(station, minute);
  if (state === "unknown") return { key: "unknown", time: "" };
  if (state === "shut") {
    const next = station.open.find(([begins]) => begins > minute);
    if (!next) return { key: "shut", time: "" };
    const day = Math.floor(next[0] / DAY);
    return { key: ["opens_today", "opens_tomorrow"][day] ?? "opens_later", time: timeOf(next[0]) };
  }
  if (station.open.some(([opens, ends]) => opens === 0 && ends === horizon)) return { key: "always", time: "" };
  const until = holding(station.open, minute)[1];
  return { key: closes(until, minute, station), time: clock(until) };
}
