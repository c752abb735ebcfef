/* Saves a scorecard as it is filled in, and lets it be filled in by keyboard.
 *
 * Each choice is sent at once, the comment when typing pauses, a note when it is added; what can't
 * be sent waits on this device (see outbox.js). The line above the buttons says only what is true:
 * "saved" stands there when the server has answered and nothing waits. All words come from the
 * server in the form's data attributes.
 */

const form = document.querySelector("form[data-scorecard]");
const { Outbox, sendAll } = await import(form.dataset.module);
const words = form.dataset;
const locked = "locked" in words;
const state = document.querySelector("[data-save-state]");
const rubrics = [...form.querySelectorAll("fieldset.rubric")];
const comment = form.querySelector("textarea");
const video = document.querySelector("[data-player] video");
const seen = JSON.parse(form.elements.namedItem("seen").value);
const outbox = new Outbox(words.save, words.scorecard);

const RETRY_LEAST = 2000;
const RETRY_MOST = 30000;
const TYPING_PAUSE = 800;

let sending = false;
let retryAfter = RETRY_LEAST;
let retryTimer = 0;
let goingTo = null;

const clock = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "numeric", minute: "2-digit" });

const rubricOf = (criterion) => form.elements.namedItem(`score-${criterion}`);
const nameOf = (rubric) => rubric.querySelector("legend").firstChild.textContent.trim();
const chosen = (rubric) => rubric.querySelector("input:checked");

function say(line) {
  if (state && state.textContent !== line) state.textContent = line;
}

/* What the player has shown, as seconds that were seen at least once */

const shown = new Set();
video?.addEventListener("timeupdate", () => {
  if (!video.paused) shown.add(Math.floor(video.currentTime));
});
const watched = () => ({ follow: true, ...(shown.size > 0 ? { watched: shown.size } : {}) });

/* Sending */

async function send() {
  if (sending || locked) return;
  if (!outbox.next()) {
    settle();
    return;
  }
  sending = true;
  clearTimeout(retryTimer);
  say(words.saving);
  let ended;
  try {
    ended = await sendAll(outbox, { more: watched, saved: acknowledge });
    retryAfter = RETRY_LEAST;
    if (ended.state === "saved") say(words.saved.replace("{time}", clock.format(new Date(ended.answer.saved_at ?? Date.now()))));
    else if (ended.state === "signedOut") say(words.signedOut);
    else say(words.refused.replace("{reason}", ended.reason));
  } catch {
    if (!outbox.keeps) say(words.unkept);
    else say(outbox.changes.has("complete") ? words.offlineFinished : words.offline);
  }
  sending = false;
  if (!ended || ended.state === "signedOut") {
    retryTimer = setTimeout(send, retryAfter);
    retryAfter = Math.min(retryAfter * 2, RETRY_MOST);
  }
  showAsked();
  if (ended?.answer?.next) window.location.assign(ended.answer.next);
  else if (outbox.size === 0) settle();
  else goingTo = null;
}

function settle() {
  const link = goingTo;
  goingTo = null;
  link?.click();
}

function acknowledge(name, change) {
  if ("value" in change) seen[`score-${change.criterion}`] = change.value;
  if ("comment" in change) seen.comment = change.comment.trim();
  form.elements.namedItem("seen").value = JSON.stringify(seen);
  if ("note" in change) document.querySelector(`[data-uid="${change.note.uid}"]`)?.classList.remove("waiting");
}

function save(name, change) {
  outbox.put(name, change);
  send();
}

function saveScore(criterion, value) {
  const name = `score-${criterion}`;
  const before = outbox.changes.get(name);
  save(name, { criterion, value, seen: before && !before.asked ? before.seen : (before?.theirs ?? seen[name] ?? null) });
}

/* What was saved otherwise on another device waits for the judge */

function showAsked() {
  for (const note of form.querySelectorAll("[data-asked]")) note.remove();
  let any = false;
  for (const [name, change] of outbox.changes) {
    const control = form.elements.namedItem(name);
    if (!change.asked || !control) continue;
    any = true;
    const box = control instanceof RadioNodeList ? control[0].closest("fieldset") : control.closest(".field");
    const note = document.createElement("div");
    note.dataset.asked = name;
    note.className = "field-errors stack tight";
    const line = document.createElement("p");
    line.className = "field-error";
    const their = change.theirs ?? words.nothing;
    line.textContent = ("comment" in change ? words.wrote : words.theirs).replace("{value}", their);
    const buttons = document.createElement("p");
    buttons.className = "cluster";
    buttons.append(
      button(`${words.keep}${"value" in change ? `: ${change.value}` : ""}`, () => {
        const { asked, theirs, ...mine } = change;
        save(name, { ...mine, seen: theirs });
      }),
      button(`${words.take}${"value" in change ? `: ${their}` : ""}`, () => {
        outbox.drop(name);
        show(name, change.theirs);
        seen[name] = change.theirs;
        showAsked();
        send();
      }),
    );
    note.append(line, buttons);
    (box.querySelector(".rubric-levels") ?? box.lastElementChild).before(note);
  }
  if (any && !sending) say(words.marked);
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button plain";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function show(name, value) {
  const control = form.elements.namedItem(name);
  if (!control) return;
  if (control instanceof RadioNodeList) for (const radio of control) radio.checked = radio.value === String(value);
  else control.value = value ?? "";
}

form.addEventListener("change", (event) => {
  const { criterion } = event.target.dataset;
  if (criterion !== undefined) saveScore(Number(criterion), Number(event.target.value));
});

let typing = 0;

function saveComment() {
  clearTimeout(typing);
  const before = outbox.changes.get("comment");
  const said = before ? before.comment : (seen.comment ?? "");
  if (comment.value === said) return;
  save("comment", { comment: comment.value, seen: before ? (before.theirs ?? before.seen) : (seen.comment ?? "") });
}

comment.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(saveComment, TYPING_PAUSE);
});
comment.addEventListener("blur", saveComment);

/* Without a network the browser would show its own page instead of what was typed: the form is
 * never sent as one, and "finished" waits like everything else. */
form.addEventListener("submit", (event) => {
  event.preventDefault();
  saveComment();
  if (event.submitter?.value !== "complete") {
    send();
    return;
  }
  const lacking = rubrics.filter((rubric) => !chosen(rubric));
  if (lacking.length > 0) {
    say(words.missing.replace("{names}", lacking.map(nameOf).join(", ")));
    lacking[0].tabIndex = -1;
    lacking[0].focus();
    return;
  }
  addNote();
  save("complete", { complete: true });
});

window.addEventListener("online", send);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") send();
  else saveComment();
});
window.addEventListener("beforeunload", (event) => {
  saveComment();
  if (outbox.size > 0 && !outbox.keeps) event.preventDefault();
});

/* Notes for the team */

const noteForm = document.querySelector("[data-note-form]");
const noteList = document.querySelector("[data-note-list]");

const asMoment = (second) => `${Math.floor(second / 60)}:${String(second % 60).padStart(2, "0")}`;

function asSecond(moment) {
  const found = /^(?:(\d{1,4}):)?(\d{1,4})$/.exec(moment.trim());
  if (!found || (found[1] !== undefined && Number(found[2]) > 59)) return null;
  return Number(found[1] ?? 0) * 60 + Number(found[2]);
}

function showNote(note) {
  const line = document.createElement("li");
  line.className = "note waiting";
  line.dataset.uid = note.uid;
  const text = document.createElement("span");
  text.className = "note-words";
  if (note.second !== null) {
    const seek = button(asMoment(note.second), () => {});
    seek.className = "button quiet";
    seek.dataset.seek = note.second;
    seek.setAttribute("aria-label", noteForm.dataset.show.replace("{moment}", asMoment(note.second)));
    text.append(seek, " ");
  }
  const kind = document.createElement("strong");
  kind.textContent = `${noteForm.querySelector(`label[for="note-${note.kind}"]`).textContent}:`;
  const said = document.createElement("bdi");
  said.textContent = note.words;
  text.append(kind, " ", said);
  const remove = button(noteForm.dataset.remove, () => removeNote(note.uid));
  remove.className = "button quiet";
  line.append(text, remove);
  noteList.append(line);
}

function removeNote(uid) {
  document.querySelector(`[data-uid="${uid}"]`)?.remove();
  if (outbox.changes.has(`note-${uid}`)) outbox.drop(`note-${uid}`);
  save(`remove-${uid}`, { remove: uid });
  noteForm.elements.namedItem("words").focus();
}

function addNote() {
  if (!noteForm) return;
  const field = noteForm.elements.namedItem("words");
  if (field.value.trim() === "") return;
  const moment = noteForm.elements.namedItem("moment");
  const second = asSecond(moment.value);
  const most = Number(noteForm.dataset.seconds || Infinity);
  if (moment.value.trim() !== "" && (second === null || second > most)) {
    say(noteForm.dataset.nowhere);
    moment.focus();
    return;
  }
  const note = {
    uid: crypto.randomUUID?.() ?? noteForm.elements.namedItem("uid").value,
    kind: noteForm.elements.namedItem("kind").value,
    second,
    words: field.value.trim(),
  };
  showNote(note);
  field.value = "";
  moment.value = "";
  save(`note-${note.uid}`, { note });
}

/* Enter adds a note, as in a line; a line break has no place in it. */
noteForm?.elements.namedItem("words").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  noteForm.requestSubmit();
});
noteForm?.addEventListener("submit", (event) => {
  // Without `randomUUID` (a page over plain HTTP) the form goes the ordinary way.
  if (!crypto.randomUUID) return;
  event.preventDefault();
  addNote();
  noteForm.elements.namedItem("words").focus();
});
/* Whoever begins to write means what is on the screen at that moment. */
noteForm?.elements.namedItem("words").addEventListener("input", (event) => {
  const moment = noteForm.elements.namedItem("moment");
  if (video && video.currentTime > 0 && moment.value === "" && event.target.value.length === 1) moment.value = asMoment(Math.floor(video.currentTime));
});
for (const remove of document.querySelectorAll("[data-remove-note]")) {
  remove.addEventListener("submit", (event) => {
    event.preventDefault();
    removeNote(remove.elements.namedItem("uid").value);
  });
}
document.querySelector("[data-notes]")?.addEventListener("click", (event) => {
  const { seek } = event.target.closest("[data-seek]")?.dataset ?? {};
  if (seek === undefined || !video) return;
  video.currentTime = Number(seek);
  video.scrollIntoView({ block: "nearest" });
});

/* What was chosen and typed before this script was there, on a slow connection */

function catchUp() {
  for (const radio of form.querySelectorAll("fieldset.rubric input:checked")) {
    // What the page came with is saved, or stands beside a question that the judge answers herself.
    if (!radio.defaultChecked) saveScore(Number(radio.dataset.criterion), Number(radio.value));
  }
  if (comment.value === comment.defaultValue) return;
  const kept = outbox.changes.get("comment")?.comment;
  if (kept !== undefined && kept !== comment.value) comment.value = `${kept}\n${comment.value}`;
  saveComment();
}

/* What this device kept */

function restore() {
  for (const [name, change] of [...outbox.changes]) {
    const now = "value" in change ? (seen[name] ?? null) : seen.comment;
    if (("value" in change && change.value === now) || ("comment" in change && change.comment.trim() === now)) {
      outbox.drop(name);
    } else if ("note" in change) {
      if (document.querySelector(`[data-uid="${change.note.uid}"]`)) outbox.drop(name);
      else if (noteForm && !locked) showNote(change.note);
    } else if ("remove" in change) {
      document.querySelector(`[data-uid="${change.remove}"]`)?.remove();
    } else if (("value" in change || "comment" in change) && !locked) {
      show(name, change.value ?? change.comment);
    }
  }
}

/* The scorecard was finished elsewhere while something waited here: that is said, not undone. */
function showLeftovers() {
  if (outbox.size === 1 && outbox.changes.has("complete")) outbox.clear();
  if (outbox.size === 0) return;
  const box = document.querySelector("[data-leftovers]");
  const parts = [];
  for (const change of outbox.changes.values()) {
    const radios = "value" in change ? rubricOf(change.criterion) : null;
    if (radios) parts.push(`${nameOf(radios[0].closest("fieldset"))}: ${change.value}`);
    else if ("comment" in change) parts.push(`“${change.comment}”`);
    else if ("note" in change) parts.push(`“${change.note.words}”`);
  }
  const line = [...box.querySelectorAll("p")].find((each) => each.textContent.includes("{list}"));
  line.textContent = line.textContent.replace("{list}", parts.join("; "));
  box.hidden = false;
  box.querySelector("[data-forget]").addEventListener("click", () => {
    outbox.clear();
    box.hidden = true;
  });
}

/* Keys */

const KEPT = "scorecard-keys";
const keysBox = document.querySelector("[data-shortcuts]");

function readKept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

if (keysBox) {
  keysBox.checked = readKept() !== "off";
  keysBox.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, keysBox.checked ? "on" : "off");
    } catch {
      // A browser that keeps nothing still obeys on this page.
    }
  });
  document.querySelector("[data-shortcuts-help]").hidden = false;
}

/* The criterion that has the focus, else the first without a score. */
function currentRubric() {
  return document.activeElement.closest?.("fieldset.rubric") ?? rubrics.find((r) => !chosen(r));
}

function score(value) {
  const rubric = currentRubric();
  const radio = rubric?.querySelector(`input[value="${value}"]`);
  if (!radio || radio.disabled) return;
  if (!radio.checked) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const place = rubrics.indexOf(rubric);
  const next = [...rubrics.slice(place + 1), ...rubrics.slice(0, place)].find((r) => !chosen(r));
  // The whole criterion takes the focus, not a choice in it, so that Space stays the video's; after
  // the last one the box around the buttons, where Enter finishes.
  const target = next ?? document.querySelector("[data-finish]");
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

/* To another entry, once everything here is saved: without a connection it could not be opened. */
function goTo(link) {
  if (!link) return;
  saveComment();
  if (!outbox.next()) {
    link.click();
    return;
  }
  goingTo = link;
  send();
}

for (const link of document.querySelectorAll("[data-next], [data-previous]")) {
  link.addEventListener("click", (event) => {
    if (locked || !outbox.next() || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    goTo(link);
  });
}

function playOrPause() {
  if (!video) return false;
  if (video.paused) video.play().catch(() => {});
  else video.pause();
  return true;
}

function openQueue() {
  const list = document.querySelector("[data-queue-list]");
  list.open = !list.open;
  if (list.open) (list.querySelector("[aria-current]") ?? list.querySelector("a"))?.focus();
  else list.querySelector("summary").focus();
}

const FIELDS = "textarea, select, input:not([type=radio])";
const PRESSED_BY_SPACE = "a, button, summary, video, input, select, textarea";

document.addEventListener("keydown", (event) => {
  if (keysBox?.checked === false || event.defaultPrevented || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(FIELDS) || event.target.isContentEditable) return;
  const key = event.key.toLowerCase();
  if (/^[1-5]$/.test(key)) {
    score(key);
    event.preventDefault();
  } else if (key === "j") {
    goTo(document.querySelector("[data-next]"));
  } else if (key === "k") {
    goTo(document.querySelector("[data-previous]"));
  } else if (key === "l") {
    openQueue();
  } else if (key === "enter" && event.target.matches("[data-finish]")) {
    document.querySelector("button[value=complete]").click();
  } else if (key === " " && !event.target.closest(PRESSED_BY_SPACE) && playOrPause()) {
    event.preventDefault();
  }
});

say("");
if (!locked) catchUp();
restore();
if (locked) showLeftovers();
else send();
