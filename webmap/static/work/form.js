// Forms that send JSON: <form data-send="POST /api/v1/…" [data-version="7"] [data-then="reload" | "/page"]>.
// Fields go by name; data-type="number|boolean|list|json|date" says what a value is; an empty field is null, or
// left out with data-omit-empty. A [role=status].receipt in the form tells what happened.
import { newKey, say, t } from "./page.js";
import { send } from "./send.js";

export function readForm(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.dataset.skip !== undefined) continue;
    if (field.type === "radio" && !field.checked) continue;
    if (field.type === "submit" || field.type === "button") continue;
    if (field.dataset.type === "list") {
      body[field.name] ??= [];
      if (field.type === "checkbox" ? field.checked : field.value !== "") body[field.name].push(field.value);
      continue;
    }
    const value = readField(field);
    if (value === null && field.dataset.omitEmpty !== undefined) continue;
    body[field.name] = value;
  }
  return body;
}

function readField(field) {
  if (field.type === "checkbox") return field.checked;
  if (field.value === "") return null;
  if (field.dataset.type === "number" || field.type === "number") return Number(field.value);
  if (field.dataset.type === "boolean") return field.value === "true";
  if (field.dataset.type === "json") return JSON.parse(field.value);
  return field.value;
}

function receipt(form, text, kind) {
  const place = form.querySelector(".receipt");
  if (place) {
    place.textContent = text;
    place.className = `receipt is-${kind}`;
  }
  say(text);
}

// Names of the fields that were refused get marked; the sentence says why.
function mark(form, parameters = []) {
  for (const field of form.elements) field.removeAttribute?.("aria-invalid");
  for (const { parameter } of parameters) {
    const name = parameter.split(".").pop();
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLElement) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
  }
}

export async function submit(form, submitter = null) {
  const [method, path] = (submitter?.dataset.send ?? form.dataset.send).split(" ");
  // The key stays until the write is answered: a second press, or a second try, is the same write.
  form.dataset.key ||= newKey();
  const body = readForm(form);
  if (submitter?.name) body[submitter.name] = submitter.value;
  const buttons = [...form.querySelectorAll("button")].filter((button) => !button.disabled);
  for (const button of buttons) button.disabled = true;
  receipt(form, t("send.sending"), "waiting");
  const answer = await send(method, path, method === "DELETE" ? null : body, { key: form.dataset.key, version: form.dataset.version });
  for (const button of buttons) button.disabled = false;
  if (!answer.offline) delete form.dataset.key;
  mark(form, answer.body?.parameters);
  if (!answer.ok) {
    receipt(form, answer.sentence, "bad");
    form.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: answer }));
    return answer;
  }
  receipt(form, t("send.saved"), "good");
  if (answer.body?.version && form.dataset.version) form.dataset.version = answer.body.version;
  const goOn = form.dispatchEvent(new CustomEvent("saved", { bubbles: true, cancelable: true, detail: answer }));
  const then = submitter?.dataset.then ?? form.dataset.then;
  if (goOn && then === "reload") window.location.reload();
  else if (goOn && then) window.location.assign(then);
  return answer;
}

export function install(root = document) {
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-send]");
    if (!form) return;
    event.preventDefault();
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !window.confirm(question)) return;
    submit(form, event.submitter);
  });
}

install();
