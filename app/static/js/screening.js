// Screening by keyboard: the player, the notes at its moments, the checklist, the decision. Everything
// here is also a button or a field on the page.

const page = document.querySelector("[data-screening]");
const player = page.querySelector("video");
const note = page.querySelector("[data-note]");
const decide = page.querySelector("[data-decide]");
const keys = page.querySelector("[data-keys]");
if (keys) keys.hidden = false;

for (const button of page.querySelectorAll("[data-seek]")) {
  button.addEventListener("click", () => {
    if (!player) return;
    player.currentTime = Number(button.dataset.seek);
    player.focus();
  });
}

function moment() {
  if (!note || !player) return;
  player.pause();
  note.elements.at_seconds.value = player.currentTime.toFixed(1);
  note.elements.words.focus();
}

if (note && player) {
  // Whoever begins to write means the moment that is on the screen.
  note.elements.words.addEventListener("focus", () => {
    if (!note.elements.at_seconds.value) note.elements.at_seconds.value = player.currentTime.toFixed(1);
  });
}

function follow(name) {
  document.querySelector(`[data-${name}]`)?.click();
}

function choose(verdict) {
  const radio = decide?.querySelector(`input[name="verdict"][value="${verdict}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.focus();
}

function tick(number) {
  const box = decide?.querySelectorAll('input[name="checked"]')[number - 1];
  if (!box) return;
  box.checked = !box.checked;
  box.focus();
}

function isTyping(target) {
  return target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey && decide) {
    event.preventDefault();
    decide.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === " " && player && !event.target.closest("button, a, summary, input, video")) {
    event.preventDefault();
    if (player.paused) player.play(); else player.pause();
    return;
  }
  const deeds = {
    j: () => follow("next"),
    k: () => follow("previous"),
    n: moment,
    a: () => choose("accepted"),
    r: () => choose("returned"),
    d: () => choose("disqualified"),
  };
  const deed = deeds[event.key.toLowerCase()];
  if (deed) {
    event.preventDefault();
    deed();
  } else if (/^[0-9]$/.test(event.key)) {
    event.preventDefault();
    tick(Number(event.key) || 10);
  }
});
