// Sends a video in parts, each with its checksum, and goes on where it stopped: after a pause, a
// lost network, a closed browser, a restarted server. On a folder store the part addresses are
// ours, on S3 the bucket's; this module cannot tell the difference.

const AT_ONCE = 3;
const LONGEST_WAIT = 20000;

const crcTables = (() => {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let n = 0; n < 256; n += 1) {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    tables[0][n] = c >>> 0;
  }
  for (let n = 0; n < 256; n += 1) {
    let c = tables[0][n];
    for (let t = 1; t < 8; t += 1) {
      c = (tables[0][c & 0xff] ^ (c >>> 8)) >>> 0;
      tables[t][n] = c;
    }
  }
  return tables;
})();

/** CRC-32 (IEEE), eight bytes a step. */
export function crc32(bytes) {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = crcTables;
  let c = 0xffffffff;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low = c ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    c = t7[low & 0xff] ^ t6[(low >>> 8) & 0xff] ^ t5[(low >>> 16) & 0xff] ^ t4[low >>> 24]
      ^ t3[bytes[i + 4]] ^ t2[bytes[i + 5]] ^ t1[bytes[i + 6]] ^ t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i += 1) c = t0[(c ^ bytes[i]) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function base64(number) {
  return btoa(String.fromCharCode(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255));
}

/** Tells this file from another; holds neither its name nor its content. */
async function fingerprintOf(file) {
  const edge = 65536;
  const said = new TextEncoder().encode(`${file.name}|${file.size}|${file.lastModified}`);
  const head = new Uint8Array(await file.slice(0, edge).arrayBuffer());
  const tail = new Uint8Array(await file.slice(Math.max(0, file.size - edge)).arrayBuffer());
  return [said, head, tail].map((part) => crc32(part).toString(16).padStart(8, "0")).join("");
}

class Stopped extends Error {}
class Unreadable extends Error {}
class Said extends Error {}

const box = document.querySelector("[data-upload]");
const words = JSON.parse(box.dataset.words);
const part = (name) => box.querySelector(`[data-${name}]`);
const ui = {
  file: part("file"),
  drop: part("drop"),
  running: part("running"),
  name: part("name"),
  bar: part("bar"),
  status: part("status"),
  pause: part("pause"),
  cancel: part("cancel"),
};

let run = null;

function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    window.addEventListener("online", resolve, { once: true });
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(new Stopped()); }, { once: true });
  });
}

/** Ask our server, patiently: a lost network or a restarting server is waited for. */
async function ask(url, body, signal, onWait) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    if (signal.aborted) throw new Stopped();
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": box.dataset.token },
        body: JSON.stringify(body),
        signal,
      });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) return said;
      if (answer.status < 500) throw new Said(said.error || answer.statusText);
    } catch (error) {
      if (error instanceof Said) throw error;
      if (signal.aborted) throw new Stopped();
    }
    onWait();
    await sleep(wait, signal);
  }
}

/** Send one part; resolves to the HTTP status, 0 when the line broke. */
function send(address, method, blob, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address.url);
    for (const [name, value] of Object.entries(address.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => resolve(request.status);
    request.onerror = () => resolve(0);
    request.onabort = () => reject(new Stopped());
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(blob);
  });
}

function show(status) {
  ui.status.textContent = status;
}

class Upload {
  constructor(file) {
    this.file = file;
    this.method = "PUT";
    this.sent = new Map();
    this.settled = 0;
    this.samples = [];
  }

  async start() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    const waiting = () => show(words.offline);
    try {
      const fingerprint = await fingerprintOf(this.file).catch(() => { throw new Unreadable(); });
      const begun = await ask(box.dataset.begin, { size: this.file.size, fingerprint }, signal, waiting);
      this.partBytes = begun.part_bytes;
      const missing = [...begun.missing];
      const unsent = missing.reduce((sum, number) => sum + this.blob(number).size, 0);
      this.settled = this.file.size - unsent;
      this.samples = [];
      if (this.settled > 0) show(words.resuming);
      const workers = Array.from({ length: AT_ONCE }, () => this.work(missing, signal, waiting));
      await Promise.all(workers);
      show(words.finishing);
      await ask(box.dataset.complete, {}, signal, waiting);
      show(words.done);
      window.location.reload();
    } catch (error) {
      this.abort.abort();
      if (error instanceof Unreadable) reset(words.reading);
      else if (error instanceof Said) reset(error.message);
      else if (!(error instanceof Stopped)) throw error;
    }
  }

  blob(number) {
    const from = (number - 1) * this.partBytes;
    return this.file.slice(from, Math.min(from + this.partBytes, this.file.size));
  }

  async work(missing, signal, waiting) {
    for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
      await this.sendPart(number, signal, waiting);
    }
  }

  async sendPart(number, signal, waiting) {
    const blob = this.blob(number);
    const bytes = await blob.arrayBuffer().catch(() => { throw new Unreadable(); });
    const crc = base64(crc32(new Uint8Array(bytes)));
    for (let wait = 500; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      // A fresh address each time: an old one may have expired while the laptop slept.
      const { parts } = await ask(box.dataset.parts, { parts: [{ number, crc32: crc }] }, signal, waiting);
      const status = await send(parts[0], this.method, blob, signal, (loaded) => this.progress(number, loaded));
      this.sent.delete(number);
      if (status >= 200 && status < 300) {
        this.settled += blob.size;
        this.progress(number, 0);
        return;
      }
      if ((status === 405 || status === 501) && this.method === "PUT") this.method = "POST";
      this.progress(number, 0);
      waiting();
      await sleep(wait, signal);
    }
  }

  progress(number, loaded) {
    this.sent.set(number, loaded);
    const moving = [...this.sent.values()].reduce((sum, value) => sum + value, 0);
    const total = Math.min(this.settled + moving, this.file.size);
    const now = performance.now();
    this.samples.push([now, total]);
    while (this.samples.length > 2 && now - this.samples[0][0] > 8000) this.samples.shift();
    const [then, before] = this.samples[0];
    const speed = now > then ? (total - before) / ((now - then) / 1000) : 0;
    const percent = (100 * total) / this.file.size;
    ui.bar.value = percent;
    let line = `${words.sending}: ${Math.floor(percent)} %`;
    if (speed > 0) {
      const seconds = (this.file.size - total) / speed;
      const left = seconds > 90
        ? words.minutes.replace("%s", Math.round(seconds / 60))
        : words.seconds.replace("%s", Math.max(1, Math.round(seconds)));
      line += ` · ${words.speed.replace("%s", (speed / 1e6).toFixed(1))} · ${words.left.replace("%s", left)}`;
    }
    show(line);
  }

  pause() {
    this.abort.abort();
    this.sent.clear();
    show(words.paused);
  }
}

function reset(reason = "") {
  run = null;
  ui.file.value = "";
  ui.bar.value = 0;
  ui.pause.hidden = true;
  ui.cancel.hidden = false;
  show(reason);
}

async function choose(file) {
  if (!file) return;
  const { lookOver } = await import(document.querySelector("[data-preflight]").dataset.module);
  if (!(await lookOver(file))) { ui.file.value = ""; return; }
  ui.running.hidden = false;
  ui.name.textContent = file.name;
  if (file.size === 0) { reset(words.empty); return; }
  if (file.size > Number(box.dataset.most)) { reset(words.choose); return; }
  ui.drop.hidden = true;
  ui.pause.hidden = false;
  ui.pause.textContent = words.pause;
  run = new Upload(file);
  run.start();
}

ui.file.addEventListener("change", () => choose(ui.file.files[0]));
ui.drop.addEventListener("dragover", (event) => { event.preventDefault(); ui.drop.dataset.over = ""; });
ui.drop.addEventListener("dragleave", () => { delete ui.drop.dataset.over; });
ui.drop.addEventListener("drop", (event) => {
  event.preventDefault();
  delete ui.drop.dataset.over;
  choose(event.dataTransfer.files[0]);
});
ui.pause.addEventListener("click", () => {
  if (!run) return;
  if (run.abort.signal.aborted) {
    ui.pause.textContent = words.pause;
    show(words.resuming);
    run.start();
  } else {
    run.pause();
    ui.pause.textContent = words.resume;
  }
});
ui.cancel.addEventListener("click", () => {
  if (run && !run.abort.signal.aborted) run.pause();
  reset();
  ui.running.hidden = true;
  ui.drop.hidden = false;
});
window.addEventListener("beforeunload", (event) => {
  if (run && !run.abort.signal.aborted && ui.bar.value < 100) event.preventDefault();
});
