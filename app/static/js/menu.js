/* Folding menus close the way people expect: by Escape, and when focus or a press goes elsewhere.
 * Signing out takes along what this device kept for autosave.js. A page that came back with
 * mistakes begins at its list of them.
 *
 * Without this script the menus still open and close by their own button.
 */

// What has to be mended is read out first, and is where the keyboard goes on.
document.querySelector(".error-summary")?.focus();

const OPEN = "details.fold[open]";

function closeOthers(target) {
  for (const fold of document.querySelectorAll(OPEN)) {
    if (!fold.contains(target)) fold.open = false;
  }
}

document.addEventListener("focusin", (event) => closeOthers(event.target));
document.addEventListener("pointerdown", (event) => closeOthers(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const fold of document.querySelectorAll(OPEN)) {
    if (fold.contains(document.activeElement)) fold.querySelector("summary").focus();
    fold.open = false;
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.closest(".menu-out")) return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("unsaved:")) localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
});
