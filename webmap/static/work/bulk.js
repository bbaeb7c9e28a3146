// Many rows of a list at once: give them to somebody, or free them. Each row says what became of it.
import { el } from "../app/dom.js";
import { newKey, say, t } from "./page.js";
import { send } from "./send.js";

const form = document.querySelector("form[data-bulk]");
const boxes = () => [...form.querySelectorAll("input[name=enterprise_ids]")];
const chosen = () => boxes().filter((box) => box.checked);
const receipt = form?.querySelector(".receipt");
let key = null;

function count() {
  const n = chosen().length;
  form.querySelector("[data-chosen]").textContent = n;
  for (const button of form.querySelectorAll("button[name=act]")) button.disabled = n === 0;
  form.querySelector("[data-all]").checked = n > 0 && n === boxes().length;
}

function tell(text, kind) {
  receipt.textContent = text;
  receipt.className = `receipt is-${kind}`;
  say(text);
}

function mark({ enterprise_id: id, ok, sentence }) {
  const row = form.querySelector(`tr[data-enterprise="${CSS.escape(String(id))}"]`);
  const place = row?.querySelector(".row-result");
  if (!place) return;
  place.replaceChildren(el("span", {}, ok ? t("send.bulk_row_done") : sentence));
  place.className = `row-result is-${ok ? "good" : "bad"}`;
  if (ok) row.querySelector("input[name=enterprise_ids]").checked = false;
}

async function submit(act) {
  const ids = chosen().map((box) => Number(box.value));
  const person = form.elements.user_id.value;
  if (act === "assign" && !person) { tell(t("send.bulk_choose_person"), "bad"); form.elements.user_id.focus(); return; }
  if (!window.confirm(form.dataset.confirm)) return;
  const body = { enterprise_ids: ids, note: form.elements.note.value.trim() || null };
  if (act === "assign") body.user_id = Number(person);
  key ??= newKey();
  tell(t("send.sending"), "waiting");
  const answer = await send("POST", `/api/v1/cases/${act}-many`, body, { key });
  if (!answer.offline) key = null;
  if (!answer.ok) { tell(answer.sentence, "bad"); return; }
  answer.body.results.forEach(mark);
  const { done, failed } = answer.body;
  tell(t("send.bulk_done", { done, failed }), failed ? "bad" : "good");
  count();
}

if (form) {
  form.addEventListener("change", (event) => {
    key = null;
    if (event.target.matches("[data-all]")) for (const box of boxes()) box.checked = event.target.checked;
    count();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(event.submitter?.value ?? "assign");
  });
  count();
}
