/* Saves a scorecard as it is filled in, and lets it be filled in by keyboard.
 *
 * Each choice is sent at once, the comment when typing pauses; one request after the other, the
 * newest value of a field winning. The line under the form says only what is true: "saved" stands
 * there when the server has answered and nothing waits. What can't be sent is tried again until it
 * is. All words come from the server in the form's data attributes.
 */

const form = document.querySelector("form[data-scorecard]");
const state = form.querySelector("[data-save-state]");
let token = form.querySelector("input[name=csrf_token]").value;
const rubrics = [...form.querySelectorAll("fieldset.rubric")];
const comment = form.querySelector("textarea");
const waiting = new Map();

const RETRY_LEAST = 2000;
const RETRY_MOST = 30000;
const TYPING_PAUSE = 800;

let sending = false;
let retryAfter = RETRY_LEAST;
let retryTimer = 0;
let leaving = false;
let goingTo = null;

const clock = new Intl.DateTimeFormat(document.documentElement.lang || "en", {
  hour: "numeric",
  minute: "2-digit",
});

function say(words) {
  if (state.textContent !== words) state.textContent = words;
}

function tryLater() {
  say(form.dataset.offline);
  clearTimeout(retryTimer);
  retryTimer = setTimeout(send, retryAfter);
  retryAfter = Math.min(retryAfter * 2, RETRY_MOST);
}

async function post(change) {
  const response = await fetch(form.dataset.save, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": token,
    },
    body: JSON.stringify(change),
    // A redirect leads to the sign-in page: followed, it would look like success.
    redirect: "manual",
    keepalive: true,
  });
  const json = response.headers.get("Content-Type")?.startsWith("application/json");
  return { response, answer: json ? await response.json() : {} };
}

/* Signing in anew, in another tab, makes this page's token worthless: fetch the one in force.
 * False while nobody is signed in. */
async function renewToken() {
  const response = await fetch(form.action, { redirect: "manual" });
  if (!response.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("form[data-scorecard] input[name=csrf_token]")?.value;
  if (!fresh) return false;
  token = fresh;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = fresh;
  return true;
}

/* Sends all that waits, and returns what there is to say about it. Throws without connection. */
async function sendAll() {
  let savedAt = new Date();
  let renewed = false;
  while (waiting.size > 0) {
    const [field, change] = waiting.entries().next().value;
    const { response, answer } = await post(change);
    if (response.type === "opaqueredirect" || response.status === 400) {
      if (renewed || !(await renewToken())) return form.dataset.signedOut;
      renewed = true;
      continue;
    }
    if (response.status >= 500 || response.status === 429) throw new Error("Not now.");
    // Chosen anew while this was on its way: the newer choice still waits.
    if (waiting.get(field) === change) waiting.delete(field);
    if (!response.ok) {
      return form.dataset.refused.replace("{reason}", answer.error ?? String(response.status));
    }
    savedAt = new Date(answer.saved_at);
    retryAfter = RETRY_LEAST;
  }
  return form.dataset.saved.replace("{time}", clock.format(savedAt));
}

async function send() {
  if (sending || waiting.size === 0) return;
  sending = true;
  clearTimeout(retryTimer);
  say(form.dataset.saving);
  try {
    say(await sendAll());
  } catch {
    tryLater();
  }
  sending = false;
  if (goingTo && waiting.size === 0) goingTo.click();
  goingTo = null;
}

function save(field, change) {
  waiting.set(field, change);
  send();
}

form.addEventListener("change", (event) => {
  const { criterion } = event.target.dataset;
  if (criterion === undefined) return;
  save(criterion, { criterion: Number(criterion), value: Number(event.target.value) });
});

let typing = 0;
let commentSent = comment.value;

function saveComment() {
  clearTimeout(typing);
  if (comment.value === commentSent) return;
  commentSent = comment.value;
  save("comment", { comment: comment.value });
}

comment.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(saveComment, TYPING_PAUSE);
});
comment.addEventListener("blur", saveComment);

form.addEventListener("submit", () => {
  leaving = true;
});
window.addEventListener("pageshow", () => {
  leaving = false;
});
window.addEventListener("online", send);
window.addEventListener("beforeunload", (event) => {
  saveComment();
  if (!leaving && waiting.size > 0) event.preventDefault();
});

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

keysBox.checked = readKept() !== "off";
keysBox.addEventListener("change", () => {
  try {
    localStorage.setItem(KEPT, keysBox.checked ? "on" : "off");
  } catch {
    // A browser that keeps nothing still obeys on this page.
  }
});
document.querySelector("[data-shortcuts-help]").hidden = false;

function chosen(rubric) {
  return rubric.querySelector("input:checked");
}

/* The criterion that has the focus, else the first without a score. */
function currentRubric() {
  return document.activeElement.closest?.("fieldset.rubric") ?? rubrics.find((r) => !chosen(r));
}

function score(value) {
  const rubric = currentRubric();
  const radio = rubric?.querySelector(`input[value="${value}"]`);
  if (!radio) return;
  if (!radio.checked) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const place = rubrics.indexOf(rubric);
  const next = [...rubrics.slice(place + 1), ...rubrics.slice(0, place)].find((r) => !chosen(r));
  // The whole criterion takes the focus, not a choice in it, so that Space stays the video's.
  const target = next ?? form.querySelector("button[value=complete]");
  if (next) next.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

/* To another entry, once everything here is saved. */
function goTo(link) {
  if (!link) return;
  saveComment();
  if (waiting.size === 0) link.click();
  else {
    goingTo = link;
    send();
  }
}

function playOrPause() {
  const video = document.querySelector("[data-player] video");
  if (!video) return false;
  if (video.paused) video.play().catch(() => {});
  else video.pause();
  return true;
}

const FIELDS = "textarea, select, input:not([type=radio])";
const PRESSED_BY_SPACE = "a, button, summary, video, input, select, textarea";

document.addEventListener("keydown", (event) => {
  if (!keysBox.checked || event.defaultPrevented || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(FIELDS) || event.target.isContentEditable) return;
  if (/^[1-5]$/.test(event.key)) {
    score(event.key);
    event.preventDefault();
  } else if (event.key === "j" || event.key === "J") {
    goTo(document.querySelector("[data-next]"));
  } else if (event.key === "k" || event.key === "K") {
    goTo(document.querySelector("[data-previous]"));
  } else if (event.key === " " && !event.target.closest(PRESSED_BY_SPACE) && playOrPause()) {
    event.preventDefault();
  }
});

say("");
