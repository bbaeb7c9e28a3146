// Forms of an enterprise that survive a closed tab: <form data-draft="step" data-enterprise="5">. What was typed
// is kept with every key and gone once the server has it.
import { el } from "../app/dom.js";
import { dropDraft, keepDraft, readDraft } from "./kept.js";
import { clock, t } from "./words.js";

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !["submit", "button", "hidden"].includes(field.type));

function read(form) {
  return fieldsOf(form).map((field) => (["radio", "checkbox"].includes(field.type) ? field.checked : field.value));
}

function write(form, values) {
  fieldsOf(form).forEach((field, i) => {
    if (["radio", "checkbox"].includes(field.type)) field.checked = Boolean(values[i]);
    else if (values[i] !== undefined) field.value = values[i];
  });
}

function notice(form, { draft, enterprise }, at) {
  const place = el("p", { class: "restored" }, el("span", {}, t("visit.restored", { time: clock(at) })),
    el("button", { type: "button", class: "link", on: { click: () => { dropDraft(draft, enterprise); form.reset(); place.remove(); } } }, t("visit.begin_again")));
  form.prepend(place);
}

export function install(root = document) {
  for (const form of root.querySelectorAll("form[data-draft]")) {
    const { draft, enterprise } = form.dataset;
    const kept = readDraft(draft, enterprise);
    if (kept) {
      write(form, kept.values);
      notice(form, form.dataset, kept.at);
      const fold = form.closest("details");
      if (fold) fold.open = true;
    }
    form.addEventListener("input", () => keepDraft(draft, enterprise, read(form)));
    form.addEventListener("saved", () => dropDraft(draft, enterprise));
  }
}

install();
