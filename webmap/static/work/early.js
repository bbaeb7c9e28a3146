// Runs before anything is drawn. Until the page's own scripts listen, a tap on a button would be lost and a form would
// send its fields in the address; so buttons wait (work.css) and forms that scripts send do not send.
document.documentElement.dataset.scripts = "loading";
document.addEventListener("submit", (event) => {
  if (document.documentElement.dataset.scripts === "loading" && event.target.matches("form:not([method])")) event.preventDefault();
}, true);
