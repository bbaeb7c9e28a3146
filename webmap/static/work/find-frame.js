// Large letters: a quarter larger, remembered in this browser.
const KEY = "tenmin.big";
const button = document.getElementById("big");

function show(isBig) {
  document.documentElement.classList.toggle("is-big", isBig);
  button.setAttribute("aria-pressed", String(isBig));
}

function isRemembered() {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

if (isRemembered()) show(true);
function toggle(event) {
  event.preventDefault();
  const isBig = !document.documentElement.classList.contains("is-big");
  show(isBig);
  try {
    localStorage.setItem(KEY, isBig ? "1" : "0");
  } catch {
    // A private window forgets; the page still is large.
  }
}
button.addEventListener("click", toggle);
button.addEventListener("keydown", (event) => {
  if (event.key === " ") toggle(event);
});
