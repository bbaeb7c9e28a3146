// Administration: a one-time password is shown once and leaves with the page; a role shows the scope it needs.
import { say } from "./page.js";
import "./form.js";

function showSecret(form, body) {
  const box = document.getElementById("one-time");
  if (!box) return;
  const place = document.getElementById("one-time-password");
  place.textContent = body.password ?? "";
  document.getElementById("one-time-gone").hidden = Boolean(body.password);
  document.getElementById("one-time-copy").hidden = !body.password;
  const next = document.getElementById("one-time-next");
  next.href = `/admin/users/${body.user_id}`;
  next.hidden = form.dataset.newUser === undefined;
  box.hidden = false;
  box.focus();
  if (form.dataset.newUser !== undefined) form.reset();
}

async function copySecret(button) {
  const said = document.getElementById("one-time-said");
  let text = said.dataset.copied;
  try {
    await navigator.clipboard.writeText(document.getElementById("one-time-password").textContent);
  } catch {
    text = said.dataset.notCopied;
  }
  said.textContent = text;
  say(text);
  button.focus();
}

// Only the field of the role's scope is shown and sent.
function fitScope(form) {
  const chosen = form.elements.role.selectedOptions[0];
  const wanted = chosen.dataset.scope;
  const isLine = wanted === "industry_line";
  for (const label of form.querySelectorAll("[data-scope-field]")) {
    const name = label.dataset.scopeField;
    const isShown = name === wanted || (isLine && name === "county_code");
    const field = label.querySelector("select, input");
    label.hidden = !isShown;
    field.disabled = !isShown;
    field.required = isShown && (name !== "county_code" || isLine);
  }
  const deputy = form.querySelector("[data-deputy-field]");
  deputy.hidden = chosen.dataset.deputy === undefined;
  deputy.querySelector("input").disabled = deputy.hidden;
}

function tellHandOver(form, body) {
  const place = form.querySelector(".receipt");
  place.textContent = place.dataset.done.replace("{posts}", body.posts).replace("{work}", body.work);
  place.className = "receipt is-good";
  say(place.textContent);
  for (const field of form.elements) field.disabled = true;
}

document.addEventListener("saved", (event) => {
  const form = event.target;
  const body = event.detail.body ?? {};
  if (form.dataset.newUser !== undefined || form.dataset.newPassword !== undefined) showSecret(form, body);
  if (form.dataset.handOver !== undefined) tellHandOver(form, body);
});

const postForm = document.querySelector("[data-post-form]");
if (postForm) {
  postForm.elements.role.addEventListener("change", () => fitScope(postForm));
  fitScope(postForm);
}

const standard = document.querySelector("[data-standard]");
if (standard) {
  const fit = () => { standard.dataset.version = standard.elements.county_code.selectedOptions[0]?.dataset.version ?? "0"; };
  standard.elements.county_code.addEventListener("change", fit);
  fit();
}

document.getElementById("one-time-copy")?.addEventListener("click", (event) => copySecret(event.currentTarget));

// A day of the calendar: chosen, shown as it is, changed with a reason.
const dayForm = document.getElementById("day-form");
if (dayForm) {
  let chosen = null;
  document.addEventListener("click", (event) => {
    const day = event.target.closest("button[data-day]");
    if (!day) return;
    chosen = day;
    dayForm.dataset.send = `PUT /api/v1/calendar/${day.dataset.day}`;
    dayForm.dataset.version = day.dataset.version;
    document.getElementById("day-title").textContent = day.dataset.title;
    dayForm.elements.is_workday.value = day.dataset.work === "true" ? "false" : "true";
    dayForm.elements.name.value = day.dataset.name;
    dayForm.hidden = false;
    dayForm.scrollIntoView({ block: "nearest" });
    dayForm.elements.name.focus();
  });
  document.getElementById("day-cancel").addEventListener("click", () => {
    dayForm.hidden = true;
    chosen?.focus();
  });
}
