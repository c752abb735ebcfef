// Looks a chosen video over before a byte of it is sent: how large, how long, how many pixels, and
// whether this browser can read it at all. What it can't read is said and sent: the server knows
// more kinds of files than any browser.

const LONGEST_LOOK = 8000;
const FAR_AWAY = 1e7; // seconds

const box = document.querySelector("[data-preflight]");
const words = JSON.parse(box.dataset.words);
const limit = Object.fromEntries(
  ["min", "max", "tolerance", "most", "fewestLines", "goodLines"].map((name) => [name, Number(box.dataset[name])]),
);
const part = (name) => box.querySelector(`[data-preflight-${name}]`);
const ui = { name: part("name"), list: part("list"), status: part("status"), go: part("go") };

let turn = 0;
let answer = null; // Settles the question that stands on the page.

/** Whether to send this file. Shows what was found; waits for somebody's word where there is a warning. */
export async function lookOver(file) {
  turn += 1;
  const mine = turn;
  answer?.(false);
  answer = null;
  begin(file);
  const findings = sizes(file);
  if (!findings.some(({ level }) => level === "red")) {
    const seen = await look(file);
    if (mine !== turn) return false;
    findings.push(...judged(seen));
  }
  findings.sort((one, other) => RANK.indexOf(one.level) - RANK.indexOf(other.level));
  for (const finding of findings) show(finding);
  const worst = findings[0].level;
  ui.status.textContent = words[`all_${worst}`];
  if (worst === "red") return false;
  if (worst !== "amber") return true;
  ui.go.hidden = false;
  ui.go.focus();
  return new Promise((resolve) => {
    answer = resolve;
    ui.go.onclick = () => {
      ui.go.hidden = true;
      ui.status.textContent = words.all_green;
      answer = null;
      resolve(true);
    };
  });
}

const RANK = ["red", "amber", "note", "green"];

function begin(file) {
  ui.list.replaceChildren();
  ui.name.textContent = file.name;
  ui.status.textContent = words.looking;
  ui.go.hidden = true;
  box.hidden = false;
}

function show({ level, code, values = {} }) {
  const item = box.querySelector(`template[data-preflight-item="${level}"]`).content.cloneNode(true);
  const [found, advice] = words[code];
  item.querySelector("[data-found]").textContent = filled(found, values);
  item.querySelector("[data-advice]").textContent = filled(advice, values);
  ui.list.append(item);
}

function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? values[name] : place));
}

function sizes(file) {
  if (file.size === 0) return [{ level: "red", code: "empty" }];
  if (file.size > limit.most) return [{ level: "red", code: "large" }];
  return [{ level: "green", code: "weight" }];
}

function judged(seen) {
  if (seen === null) return [{ level: "note", code: "unreadable" }];
  return [length(seen.seconds), picture(seen.width, seen.height)];
}

function length(seconds) {
  if (!Number.isFinite(seconds)) return { level: "note", code: "endless" };
  const values = { seconds: seconds.toFixed(1).replace(/\.0$/, "") };
  if (seconds < limit.min - limit.tolerance) return { level: "red", code: "short", values };
  if (seconds > limit.max + limit.tolerance) return { level: "red", code: "long", values };
  return { level: "green", code: "length", values };
}

function picture(width, height) {
  // No picture may mean that there is none, or that this browser doesn't know its kind.
  if (!width || !height) return { level: "note", code: "pictureless" };
  const values = { width, height };
  const lines = Math.min(width, height);
  if (lines < limit.fewestLines) return { level: "red", code: "small", values };
  if (lines < limit.goodLines) return { level: "amber", code: "soft", values };
  return { level: "green", code: height > width ? "upright" : "picture", values };
}

/** What a video element says about the file, or null when it can't read it in a few seconds. */
function look(file) {
  return new Promise((resolve) => {
    const video = document.createElement("video");
    const url = URL.createObjectURL(file);
    const said = () => ({ seconds: video.duration, width: video.videoWidth, height: video.videoHeight });
    const end = (seen) => {
      clearTimeout(timer);
      video.onerror = video.onloadedmetadata = video.ondurationchange = null;
      video.removeAttribute("src");
      video.load();
      URL.revokeObjectURL(url);
      resolve(seen);
    };
    const timer = setTimeout(() => end(video.readyState > 0 ? said() : null), LONGEST_LOOK);
    const settle = () => { if (Number.isFinite(video.duration)) end(said()); };
    video.preload = "metadata";
    video.muted = true;
    video.onerror = () => end(null);
    video.ondurationchange = () => { if (video.readyState > 0) settle(); };
    video.onloadedmetadata = () => {
      settle();
      // A recording made in a browser names no length. Sent to its far end, the browser finds it.
      if (!Number.isFinite(video.duration)) video.currentTime = FAR_AWAY;
    };
    video.src = url;
  });
}
