/* Turns the slides of results night, in two windows of one browser that follow each other.
 *
 * Keys: → ↓ space, Enter, Page Down (a clicker) go on; ← ↑ Page Up go back; Home and End; F for
 * full screen; B or . for a dark screen. Films are fetched whole when the page opens, so the network
 * may go afterwards. Only the announcement needs it, and goes on trying.
 */

const { ceremony, speaker } = document.body.dataset;
const isSpeaker = speaker === "yes";
const slides = [...document.querySelectorAll("[data-slide]")];
const dark = document.querySelector(".ceremony-dark");
const channel = "BroadcastChannel" in window ? new BroadcastChannel(`ceremony-${ceremony}`) : null;
let at = 0;
let isDark = false;

// Which slide

// Only a page that is loaded again goes on where it was. One that is opened begins at the beginning:
// the last slide of an afternoon's check may be a winner.
function remembered() {
  if (performance.getEntriesByType("navigation")[0]?.type !== "reload") return 0;
  try {
    return Number(sessionStorage.getItem(ceremony)) || 0;
  } catch {
    return 0;
  }
}

function show(place, { tell = true } = {}) {
  const next = Math.min(Math.max(place, 0), slides.length - 1);
  const changed = next !== at;
  slides[at].querySelector("video")?.pause();
  slides.forEach((slide, number) => {
    slide.hidden = number !== next;
  });
  at = next;
  try {
    sessionStorage.setItem(ceremony, String(at));
  } catch {
    // A browser that keeps nothing begins anew when the page is loaded again.
  }
  if (changed) stopConfetti();
  if (changed && !isSpeaker) begin(slides[at]);
  if (isSpeaker) prompt();
  if (tell) channel?.postMessage({ at, isDark });
}

function begin(slide) {
  const video = slide.querySelector("video");
  if (video?.src) {
    video.currentTime = 0;
    video.play().catch(() => {});
  }
  if (slide.dataset.slide === "winner" && "first" in slide.dataset) startConfetti();
}

function darken(on, { tell = true } = {}) {
  isDark = on;
  if (!isSpeaker) dark.hidden = !on;
  slides[at].querySelector("video")?.pause();
  if (tell) channel?.postMessage({ at, isDark });
}

channel?.addEventListener("message", ({ data }) => {
  if (data.ask) {
    if (!isSpeaker) channel.postMessage({ at, isDark });
    return;
  }
  if (data.announced) {
    finish(data.announced, { tell: false });
    return;
  }
  if (data.isDark !== isDark) darken(data.isDark, { tell: false });
  if (data.at !== at) show(data.at, { tell: false });
});

// Keys and buttons

const FORWARD = ["ArrowRight", "ArrowDown", "PageDown", " ", "Enter"];
const BACK = ["ArrowLeft", "ArrowUp", "PageUp", "Backspace"];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // A button that has the focus is pressed by these keys, and does what it says.
  if (event.target.closest("button") && [" ", "Enter"].includes(event.key)) return;
  if (FORWARD.includes(event.key)) show(at + 1);
  else if (BACK.includes(event.key)) show(at - 1);
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(slides.length - 1);
  else if (event.key === "b" || event.key === "B" || event.key === ".") darken(!isDark);
  else if (event.key === "f" || event.key === "F") fullScreen();
  else return;
  event.preventDefault();
});

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

for (const button of document.querySelectorAll("[data-turn]")) {
  button.addEventListener("click", () => show(at + Number(button.dataset.turn)));
}
document.querySelector("[data-dark]")?.addEventListener("click", () => darken(!isDark));
if (!isSpeaker) {
  document.querySelector(".ceremony-screen").addEventListener("click", (event) => {
    if (!event.target.closest("button, form")) show(at + 1);
  });
}

// What whoever speaks sees

function said(slide) {
  return slide.querySelector("h2").textContent.trim();
}

function notes(slide, into) {
  into.replaceChildren(...[...slide.querySelector(".slide-notes").children].map((p) => p.cloneNode(true)));
}

function prompt() {
  const next = slides[at + 1];
  document.querySelector("[data-place]").textContent = `${at + 1} / ${slides.length}`;
  notes(slides[at], document.querySelector("[data-notes]"));
  document.querySelector("[data-next]").textContent = next ? said(next) : "";
  if (next) notes(next, document.querySelector("[data-next-notes]"));
  else document.querySelector("[data-next-notes]").replaceChildren();
}

if (isSpeaker) {
  const clock = document.querySelector("[data-clock]");
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
  const tick = () => {
    clock.textContent = format.format(new Date());
  };
  tick();
  setInterval(tick, 5000);
}

// Films, whole and beforehand

async function kept(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return URL.createObjectURL(await answer.blob());
}

async function load() {
  const line = document.querySelector("[data-loaded]");
  const videos = [...document.querySelectorAll("video[data-film]")];
  const tell = (words, n) => {
    line.textContent = words.replace("#all", String(videos.length)).replace("#n", String(n));
  };
  let loaded = 0;
  const missing = [];
  tell(line.dataset.loading, loaded);
  for (const video of videos) {
    try {
      video.src = await kept(video.dataset.film);
      const track = video.querySelector("track");
      track.src = await kept(track.src);
      loaded += 1;
      tell(line.dataset.loading, loaded);
    } catch {
      missing.push(video);
    }
  }
  for (const image of document.images) await image.decode().catch(() => {});
  document.body.dataset.films = missing.length ? "partly" : "all";
  tell(missing.length ? line.dataset.missing : line.dataset.ready, missing.length);
}

// The announcement

const form = document.querySelector("[data-announce]");
const PATIENCE = 3000;

function finish(words, { tell = true } = {}) {
  if (!form) return;
  form.querySelector("button").hidden = true;
  form.querySelector("[data-announce-status]").textContent = words;
  if (tell) channel?.postMessage({ announced: words });
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const status = form.querySelector("[data-announce-status]");
  button.disabled = true;
  for (;;) {
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      // An answer may have been lost on its way; what the public site shows is the truth.
      const seen = await fetch(form.dataset.winners, { cache: "no-store", credentials: "omit" });
      if (seen.ok && (answer.status === 409 || answer.url.startsWith(form.dataset.then))) {
        finish(form.dataset.done);
      } else {
        button.disabled = false;
        status.textContent = form.dataset.refused;
      }
      return;
    } catch {
      status.textContent = form.dataset.waiting;
      await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    }
  }
});

// Confetti, for whoever likes things that move

const canvas = document.querySelector(".ceremony-confetti");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const COLORS = ["#ffc742", "#ef6149", "#14938f", "#8f7cf0", "#fff8e6"];
const PIECES = 220;
let frame = 0;

function startConfetti() {
  canvas.width = innerWidth;
  canvas.height = innerHeight;
  const pen = canvas.getContext("2d");
  const pieces = Array.from({ length: PIECES }, (_, number) => ({
    x: Math.random() * canvas.width,
    y: still.matches ? Math.random() * canvas.height : -Math.random() * canvas.height,
    size: 6 + Math.random() * 8,
    speed: 2 + Math.random() * 3,
    turn: Math.random() * Math.PI,
    color: COLORS[number % COLORS.length],
  }));
  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    for (const piece of pieces) {
      pen.save();
      pen.translate(piece.x, piece.y);
      pen.rotate(piece.turn);
      pen.fillStyle = piece.color;
      pen.fillRect(-piece.size / 2, -piece.size / 4, piece.size, piece.size / 2);
      pen.restore();
      piece.y += piece.speed;
      piece.turn += 0.03;
    }
    // Once all have fallen there is nothing more to draw.
    if (!still.matches && pieces.some((piece) => piece.y < canvas.height + 20)) {
      frame = requestAnimationFrame(draw);
    }
  };
  // Where motion is unwelcome they lie still, around the words.
  if (still.matches) {
    for (const piece of pieces) piece.y = piece.y < canvas.height / 2 ? piece.y * 0.3 : canvas.height - (canvas.height - piece.y) * 0.3;
  }
  draw();
}

function stopConfetti() {
  cancelAnimationFrame(frame);
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

at = Math.min(remembered(), slides.length - 1);
show(at, { tell: false });
if (isSpeaker) channel?.postMessage({ ask: true });
load();
