// A small caption editor beside the player: type, set in and out from where the video stands, and
// see at once what would be hard to read. The server reads what is saved as strictly as a file.
//
// Errors are what the server refuses; the rest are warnings: at most two lines, at most twenty
// characters a second, no overlaps, no long stretch without captions.

const LINES_MOST = 2;
const PER_SECOND_MOST = 20;
const SECONDS_LEAST = 0.7;
const ROUNDED = 0.005;
const CHARACTERS_MOST = 400;
const TOLERANCE = 0.5;
const GAP = 10;
const NEW_SECONDS = 2;

const template = document.querySelector("template[data-captions-editor]");
if (template) edit(template);

function edit(template) {
  const words = JSON.parse(template.dataset.words);
  const form = template.parentElement.querySelector("form");
  const root = template.content.querySelector("[data-editor]").cloneNode(true);
  const rowTemplate = template.content.querySelector("[data-row]").firstElementChild;
  const find = (name, within = root) => within.querySelector(`[data-${name}]`);
  const list = find("cues");
  const video = root.querySelector("video");
  const state = find("state");
  const known = Number(template.dataset.seconds) || Infinity;
  const track = video.addTextTrack("captions");
  let rows = [];
  let seen = template.dataset.captions;
  let dirty = false;
  let removed = null;
  let until = null;
  let numbers = 0;

  const length = () => (Number.isFinite(known) ? known : video.duration || Infinity);

  /* Times */

  function stamp(seconds) {
    const tenths = Math.max(0, Math.round(seconds * 10));
    return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
  }

  function exact(seconds) {
    const whole = Math.max(0, Math.round(seconds * 1000));
    if (whole % 100 === 0) return stamp(seconds);
    return `${stamp(Math.floor(whole / 100) / 10)}${String(whole % 100).padStart(2, "0")}`;
  }

  function read(typed) {
    const match = /^\s*(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,3}(?:[.,]\d{1,3})?)\s*$/.exec(typed);
    if (!match) return null;
    const [, hours = "0", minutes = "0", seconds] = match;
    if (typed.includes(":") && Number(seconds.replace(",", ".")) >= 60) return null;
    return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(",", "."));
  }

  function vttStamp(seconds) {
    const whole = Math.round(seconds * 1000);
    const two = (number) => String(number).padStart(2, "0");
    return `${two(Math.floor(whole / 3600000))}:${two(Math.floor(whole / 60000) % 60)}:${two(Math.floor(whole / 1000) % 60)}.${String(whole % 1000).padStart(3, "0")}`;
  }

  /* Words: what the server keeps is escaped; an angle bracket that might become a tag stays so. */

  function unescape(kept) {
    let typed = kept.replaceAll("&gt;", ">").replace(/&amp;(?!(?:lt|gt|amp|#\w+);)/g, "&");
    const safe = typed.lastIndexOf(">");
    typed = typed.slice(0, safe + 1) + typed.slice(safe + 1).replaceAll("&lt;", "<");
    return typed;
  }

  function parse(vtt) {
    const found = [];
    for (const block of vtt.replaceAll("\r\n", "\n").split(/\n{2,}/)) {
      const [times, ...lines] = block.trim().split("\n");
      const match = /^(\S+) --> (\S+)$/.exec(times);
      if (match) found.push({ start: read(match[1]), end: read(match[2]), text: unescape(lines.join("\n")) });
    }
    return found;
  }

  const clean = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean).join("\n");
  const plain = (text) => clean(text).replace(/<\/?[ibu]>/gi, "").replace(/&(lt|gt|amp);/g, "x");

  /* Rows */

  function makeRow({ start, end, text }) {
    const element = rowTemplate.cloneNode(true);
    const row = { element, start: find("start", element), end: find("end", element), text: find("text", element), notes: find("notes", element) };
    numbers += 1;
    row.notes.id = `caption-notes-${numbers}`;
    for (const field of [row.start, row.end, row.text]) field.setAttribute("aria-describedby", row.notes.id);
    row.start.value = exact(start);
    row.end.value = exact(end);
    row.text.value = text;
    const deeds = {
      "set-in": () => setTime(row, "start"),
      "set-out": () => setTime(row, "end"),
      "play-cue": () => playRow(row),
      split: () => split(row),
      join: () => join(row),
      remove: () => remove(row),
    };
    for (const [name, deed] of Object.entries(deeds)) find(name, element).addEventListener("click", deed);
    element.addEventListener("input", () => changed());
    for (const field of [row.start, row.end]) field.addEventListener("change", () => { tidy(field); sort(field); });
    return row;
  }

  function tidy(field) {
    const seconds = read(field.value);
    if (seconds !== null) field.value = exact(seconds);
  }

  const times = (row) => ({ start: read(row.start.value), end: read(row.end.value) });

  function insert(row, at) {
    rows.splice(at, 0, row);
    if (at + 1 < rows.length) rows[at + 1].element.parentElement.before(wrap(row));
    else list.append(wrap(row));
  }

  function wrap(row) {
    const item = document.createElement("li");
    item.append(row.element);
    return item;
  }

  /** Captions stand in the order in which they begin; whoever types stays where she is. */
  function sort(focused = document.activeElement) {
    const order = [...rows].sort((one, other) => (times(one).start ?? Infinity) - (times(other).start ?? Infinity));
    if (order.some((row, at) => row !== rows[at])) {
      rows = order;
      list.append(...rows.map((row) => row.element.parentElement));
      focused?.focus?.();
    }
    changed();
  }

  function add() {
    const start = Math.min(video.currentTime, Math.max(0, length() - 0.5));
    const row = makeRow({ start, end: Math.min(start + NEW_SECONDS, length()), text: "" });
    const after = rows.filter((other) => (times(other).start ?? 0) <= start).length;
    insert(row, after);
    changed();
    row.text.focus();
  }

  function setTime(row, which) {
    row[which].value = exact(Math.round(video.currentTime * 100) / 100);
    const { start, end } = times(row);
    // A caption that is moved as a whole keeps some length.
    if (which === "start" && start !== null && end !== null && end <= start) row.end.value = exact(Math.min(start + NEW_SECONDS, length()));
    sort(row.element.contains(document.activeElement) ? document.activeElement : null);
  }

  function split(row) {
    const { start, end } = times(row);
    if (start === null || end === null) return;
    const text = row.text.value;
    const caret = row.text.selectionStart;
    const at = caret > 0 && caret < text.length ? caret : nearestBlank(text);
    const here = video.currentTime;
    const middle = here > start + 0.2 && here < end - 0.2 ? here : start + ((end - start) * at) / Math.max(1, text.length);
    const second = makeRow({ start: Math.round(middle * 100) / 100, end, text: clean(text.slice(at)) });
    row.end.value = exact(Math.round(middle * 100) / 100);
    row.text.value = clean(text.slice(0, at));
    insert(second, rows.indexOf(row) + 1);
    changed();
    second.text.focus();
  }

  function nearestBlank(text) {
    const middle = text.length / 2;
    const blanks = [...text.matchAll(/\s/g)].map((match) => match.index);
    return blanks.sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))[0] ?? Math.ceil(middle);
  }

  function join(row) {
    const next = rows[rows.indexOf(row) + 1];
    if (!next) return;
    row.end.value = next.end.value;
    row.text.value = clean(`${row.text.value}\n${next.text.value}`);
    drop(next);
    row.text.focus();
  }

  function drop(row) {
    rows.splice(rows.indexOf(row), 1);
    row.element.parentElement.remove();
    changed();
  }

  function remove(row) {
    const at = rows.indexOf(row);
    removed = { ...times(row), text: row.text.value };
    drop(row);
    (rows[Math.min(at, rows.length - 1)]?.text ?? find("add")).focus();
    state.textContent = words.removed.replace("{}", clean(removed.text).split("\n")[0].slice(0, 40) || "–");
    find("undo").hidden = false;
  }

  find("undo").addEventListener("click", () => {
    if (!removed) return;
    const row = makeRow({ start: removed.start ?? 0, end: removed.end ?? 0, text: removed.text });
    insert(row, rows.length);
    removed = null;
    sort(null);
    row.text.focus();
  });

  /* Checking */

  function check(row, before) {
    const errors = [];
    const warnings = [];
    const { start, end } = times(row);
    const text = clean(row.text.value);
    if (start === null || end === null) errors.push(words.unreadable);
    else {
      if (end <= start) errors.push(words.backwards);
      if (end > length() + TOLERANCE) errors.push(words.late);
      const earlier = before ? times(before).end : null;
      if (earlier !== null && start < earlier - ROUNDED) warnings.push(words.overlap);
      const speed = plain(text).replaceAll("\n", "").length / (end - start);
      if (end > start && end - start < SECONDS_LEAST - ROUNDED) warnings.push(words.short);
      if (end > start && speed > PER_SECOND_MOST + 1e-9) warnings.push(words.fast.replace("{}", String(Math.ceil(speed))));
    }
    if (text.includes("-->")) errors.push(words.arrow);
    if (text.length > CHARACTERS_MOST) errors.push(words.long);
    if (text.split("\n").length > LINES_MOST) warnings.push(words.lines);
    if (!text) warnings.push(words.empty);
    return { errors, warnings };
  }

  function tell(row, { errors, warnings }) {
    const lines = [...errors.map((line) => ["error", line]), ...warnings.map((line) => ["warning", line])];
    const told = lines.map(([kind, line]) => `${kind} ${line}`).join("|");
    if (row.told === told) return;
    row.told = told;
    row.notes.replaceChildren(...lines.map(([kind, line]) => {
      const item = document.createElement("li");
      item.className = `captions-${kind}`;
      item.textContent = line;
      return item;
    }));
    for (const field of [row.start, row.end, row.text]) {
      if (errors.length > 0) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }

  function refresh() {
    for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
    let covered = 0;
    let reached = 0;
    const gaps = [];
    let filled = 0;
    rows.forEach((row, at) => {
      find("number", row.element).textContent = words.number.replace("{}", String(at + 1));
      find("join", row.element).hidden = at === rows.length - 1;
      tell(row, check(row, rows[at - 1]));
      const { start, end } = times(row);
      const text = clean(row.text.value);
      if (start === null || end === null || end <= start || !text) return;
      filled += 1;
      if (start - reached > GAP) gaps.push([reached, start]);
      covered += Math.max(0, end - Math.max(start, reached));
      reached = Math.max(reached, end);
      const cue = new VTTCue(start, end, text);
      track.addCue(cue);
    });
    if (Number.isFinite(length())) {
      if (filled > 0 && length() - reached > GAP) gaps.push([reached, length()]);
      const percent = Math.min(100, Math.round((100 * covered) / length()));
      find("coverage").textContent = words.covers.replace("{n}", String(filled)).replace("{percent}", String(percent));
    }
    find("gaps").replaceChildren(...gaps.map(([from, to]) => {
      const item = document.createElement("li");
      item.className = "captions-warning";
      item.textContent = words.gap.replace("{start}", stamp(from)).replace("{end}", stamp(to));
      return item;
    }));
  }

  function changed() {
    dirty = true;
    find("undo").hidden = true;
    if (state.textContent !== words.unsaved) state.textContent = words.unsaved;
    refresh();
  }

  /* Saving */

  function write() {
    const lines = ["WEBVTT", ""];
    const lineOf = new Map();
    for (const row of rows) {
      const { start, end } = times(row);
      const text = clean(row.text.value);
      if (!text) continue;
      lineOf.set(row, lines.length + 1);
      lines.push(`${vttStamp(start)} --> ${vttStamp(end)}`, ...text.split("\n"), "");
    }
    return { vtt: lines.join("\n"), lineOf };
  }

  async function save() {
    sort(null);
    const wrong = rows.find((row, at) => check(row, rows[at - 1]).errors.length > 0);
    if (wrong) { state.textContent = words.errors; wrong.start.focus(); return; }
    const { vtt, lineOf } = write();
    if (lineOf.size === 0) { state.textContent = words.nothing; return; }
    state.textContent = words.saving;
    dirty = false; // What is typed meanwhile makes it so again.
    let answer;
    let said;
    try {
      const body = new FormData();
      body.append("csrf_token", template.dataset.token);
      body.append("words", vtt);
      body.append("seen", seen);
      body.append("language", form.elements.namedItem("language").value);
      answer = await fetch(template.dataset.save, {
        method: "POST", body, redirect: "manual", headers: { Accept: "application/json", "X-Autosave": "1" },
      });
      said = await answer.json();
    } catch {
      dirty = true;
      state.textContent = answer ? words.left : words.offline;
      return;
    }
    find("both").hidden = !("theirs" in said);
    if (answer.ok) {
      seen = said.captions;
      state.textContent = dirty ? words.unsaved : words.saved;
      // What the page says of missing captions is true no more.
      for (const line of document.querySelectorAll("[data-no-captions]")) line.hidden = true;
      return;
    }
    dirty = true;
    if ("theirs" in said) {
      state.textContent = words.theirs;
      find("keep").onclick = () => { seen = said.theirs; save(); };
      find("take").onclick = () => { seen = said.theirs; find("both").hidden = true; load(seen); };
      find("keep").focus();
      return;
    }
    state.textContent = said.error;
    const blamed = [...lineOf].reverse().find(([, line]) => said.line >= line)?.[0];
    if (blamed) {
      tell(blamed, { errors: [said.error], warnings: [] });
      blamed.text.focus();
    }
  }

  function load(vtt) {
    rows = [];
    list.replaceChildren();
    for (const cue of parse(vtt)) insert(makeRow(cue), rows.length);
    refresh();
    dirty = false;
    state.textContent = "";
  }

  /* Playing */

  const playOrPause = () => { until = null; if (video.paused) video.play().catch(() => {}); else video.pause(); };
  const back = () => { video.currentTime = Math.max(0, video.currentTime - 1); };

  function playRow(row) {
    const { start, end } = times(row);
    if (start === null || end === null) return;
    video.currentTime = start;
    until = end;
    video.play().catch(() => {});
  }

  video.addEventListener("timeupdate", () => {
    find("now").textContent = stamp(video.currentTime);
    if (until !== null && video.currentTime >= until) { video.pause(); until = null; }
    for (const row of rows) {
      const { start, end } = times(row);
      row.element.classList.toggle("caption-now", start !== null && end !== null && video.currentTime >= start && video.currentTime < end);
    }
  });
  video.addEventListener("loadedmetadata", () => refresh());
  find("play").addEventListener("click", playOrPause);
  find("back").addEventListener("click", back);
  find("add").addEventListener("click", add);
  find("save-captions").addEventListener("click", save);

  const current = () => rows.find((row) => row.element.contains(document.activeElement));

  function move(step) {
    const at = rows.indexOf(current());
    rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.text.focus();
  }

  const keys = {
    KeyN: add,
    KeyI: () => current() && setTime(current(), "start"),
    KeyO: () => current() && setTime(current(), "end"),
    KeyP: () => current() && playRow(current()),
    KeyK: playOrPause,
    KeyJ: back,
    ArrowUp: () => move(-1),
    ArrowDown: () => move(1),
  };
  root.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !(event.code in keys)) return;
    event.preventDefault();
    keys[event.code]();
  });

  document.addEventListener("hoike:reload", (event) => { if (dirty) event.preventDefault(); });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  track.mode = "showing";
  template.after(root);
  // The plain form stays for files; here it would only be in the way.
  const fold = template.parentElement.querySelector("[data-captions-form]");
  if (fold) fold.open = fold.querySelector(".field-error") !== null;
  form.addEventListener("submit", () => { dirty = false; });
  load(seen);
}
