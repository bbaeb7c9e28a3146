// The button that opens the printer's own window.
document.getElementById("print-now").addEventListener("click", () => window.print());
