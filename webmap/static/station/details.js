// Forms below a station: when somebody saved meanwhile, what was typed stays, and is saved again only on a word.
import { submit } from "../work/form.js";
import { showConflict, station, t, whoChangedWhat } from "./data.js";

document.addEventListener("refused", (event) => {
  const { status, body } = event.detail;
  const form = event.target;
  if (status !== 409 || body?.code !== "stale_version") return;
  showConflict(
    `${whoChangedWhat(body.params)} ${t("typed_is_kept")}`,
    [t("look_at_latest"), () => window.location.reload()],
    [t("save_mine"), () => {
      document.getElementById("conflict").hidden = true;
      form.dataset.version = body.params.version;
      if (form.dataset.send) submit(form);
      else form.requestSubmit();
    }],
  );
});

// Half-filled long forms survive a closed tab, for this user and station, until they are saved.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const name = `tenmin.form.${form.dataset.send}.${station.id}`;
  const kept = JSON.parse(localStorage.getItem(name) ?? "null");
  for (const [field, value] of Object.entries(kept?.version === station.version ? kept.values : {})) {
    const found = form.elements.namedItem(field);
    if (found) found.value = value;
  }
  form.addEventListener("input", () => {
    const values = Object.fromEntries(new FormData(form));
    localStorage.setItem(name, JSON.stringify({ version: station.version, values }));
  });
  form.addEventListener("saved", () => localStorage.removeItem(name));
}

// A service beyond the list: the form goes to the one chosen.
const which = document.getElementById("which");
which?.addEventListener("change", () => {
  const form = which.closest("details").querySelector("form");
  form.dataset.send = `PUT /api/v1/stations/${station.id}/services/${which.value}`;
});

const wanted = window.location.hash && document.getElementById(window.location.hash.slice(1));
if (wanted instanceof HTMLDetailsElement) wanted.open = true;
