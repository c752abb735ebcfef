// A page that is there to be printed gets a button for it. Without scripts the browser's own
// menu prints it, as the page says.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
