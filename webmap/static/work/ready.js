// The last script of a page: those before it listen now.
document.documentElement.dataset.scripts = "ready";
