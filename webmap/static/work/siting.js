// The question shows what its goal uses; a saved scenario opens where it is shown.
const form = document.querySelector(".siting-form");

// What a goal does not use is neither shown nor sent.
function fit() {
  const goal = form.querySelector("[name=goal]:checked")?.value ?? "most";
  for (const part of form.querySelectorAll("[data-goals]")) {
    const used = part.dataset.goals.split(" ").includes(goal);
    part.hidden = !used;
    for (const field of part.querySelectorAll("input, select")) field.disabled = !used;
  }
}

if (form) {
  form.addEventListener("change", fit);
  fit();
}

document.addEventListener("saved", (event) => {
  const to = event.target.closest("form[data-to]")?.dataset.to;
  const id = event.detail?.body?.id;
  if (!to || !id) return;
  event.preventDefault();
  window.location.assign(`${to}${id}`);
});
