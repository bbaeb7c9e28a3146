// Openings of a day as pairs of times; a pair without both times is none, a closing before the opening is tomorrow's.
import { newKey, say, t as common } from "../work/page.js";
import { send } from "../work/send.js";
import { station } from "./data.js";

function readSpans(day) {
  return [...day.querySelectorAll("[data-span]")]
    .map((span) => ({ opens: span.querySelector("[data-opens]").value, closes: span.querySelector("[data-closes]").value }))
    .filter(({ opens, closes }) => opens && closes);
}

function writeSpans(day, spans) {
  [...day.querySelectorAll("[data-span]")].forEach((span, at) => {
    span.querySelector("[data-opens]").value = spans[at]?.opens ?? "";
    span.querySelector("[data-closes]").value = spans[at]?.closes ?? "";
    if (spans[at]) span.hidden = false;
  });
}

function bodyOf(form) {
  if (form.id === "hours") {
    const days = [...form.querySelectorAll("[data-day]")];
    return { openings: days.flatMap((day) => readSpans(day).map((span) => ({ weekday: Number(day.dataset.day), ...span }))) };
  }
  const { first, last, how, reason } = form.elements;
  const openings = how.value === "open" ? readSpans(form.querySelector("[data-day]")) : [];
  return { first: first.value, last: last.value || first.value, openings, reason: reason.value || null };
}

async function save(form) {
  const receipt = form.querySelector(".receipt");
  const tell = (text, kind) => {
    receipt.textContent = text;
    receipt.className = `receipt is-${kind}`;
    say(text);
  };
  form.dataset.key ||= newKey();
  tell(common("send.sending"), "waiting");
  const answer = await send("PUT", form.dataset.path, bodyOf(form), { key: form.dataset.key, version: form.dataset.version ?? station.version });
  if (!answer.offline) delete form.dataset.key;
  if (answer.ok) {
    tell(common("send.saved"), "good");
    window.location.assign(form.id === "hours" ? `/my-stations/${station.id}` : window.location.pathname);
    return;
  }
  tell(answer.sentence, "bad");
  form.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: answer }));
}

for (const form of document.querySelectorAll("#hours, #special")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form);
  });
  form.addEventListener("click", (event) => {
    const day = event.target.closest("[data-day]");
    if (event.target.matches("[data-more]")) {
      day.querySelector("[data-span][hidden]").hidden = false;
      event.target.hidden = true;
    }
    if (event.target.matches("[data-all-day]")) writeSpans(day, [{ opens: "00:00", closes: "00:00" }]);
    if (event.target.matches("[data-clear]")) writeSpans(day, []);
    if (event.target.matches("[data-copy]")) {
      const spans = readSpans(day);
      for (const other of form.querySelectorAll("[data-day]")) if (other.dataset.day !== "7") writeSpans(other, spans);
    }
  });
  form.addEventListener("input", (event) => {
    if (form.id === "special" && event.target.matches("[type=time]")) form.elements.how.value = "open";
  });
}
