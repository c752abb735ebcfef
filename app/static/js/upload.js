// Sends a video in parts, each with its checksum, and goes on where it stopped: after a pause, a
// lost network, a closed browser, a restarted server. Each part comes with the ways it may take; this
// module does not know which of them lead to us and which to a bucket.
//
// What goes wrong is met in the order of what it costs: the same again, another way (some schools
// forbid PUT, or know no bucket), smaller parts (some limit what may be sent at once). Whatever has
// arrived is never sent again.

const AT_ONCE = 3;
const LONGEST_WAIT = 20000;
const ASK_PATIENCE = 120000;
const FULL_WAIT = 60000;
const LEAST_PART = 1024 * 1024;
const DAMAGED_MOST = 8;
const TROUBLE_IS_NEWS = 10;
const EDGE = 65536;

class Stopped extends Error {}
class Unreadable extends Error {}
class Said extends Error {}
class Full extends Error {}
class UnderWay extends Error {}

/** A part that did not get through, and what seems to be in the way. */
class Trouble extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

const box = document.querySelector("[data-upload]");
// Both are here before a file is: whoever chooses one may have no network any more.
const [{ base64, crc32, send }, { lookOver }] = await Promise.all(
  [box.dataset.module, document.querySelector("[data-preflight]").dataset.module].map((name) => import(name)),
);
const words = JSON.parse(box.dataset.words);
const part = (name) => box.querySelector(`[data-${name}]`);
const ui = {
  file: part("file"),
  drop: part("drop"),
  running: part("running"),
  name: part("name"),
  bar: part("bar"),
  status: part("status"),
  line: part("line"),
  heard: part("heard"),
  blocked: part("blocked"),
  pause: part("pause"),
  cancel: part("cancel"),
  choice: part("choice"),
  choiceWords: part("choice-words"),
  goOn: part("go-on"),
  begin: part("begin-anew"),
};

let run = null;
let earlier = null; // The upload this page was busy with before another file was chosen.

function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const end = (settle) => {
      clearTimeout(timer);
      window.removeEventListener("online", wake);
      signal.removeEventListener("abort", stop);
      settle();
    };
    const wake = () => end(resolve);
    const stop = () => end(() => reject(new Stopped()));
    const timer = setTimeout(wake, ms);
    window.addEventListener("online", wake);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
}

/** Tells this file from another, whatever it is called; holds neither its name nor its content. */
async function fingerprintOf(file) {
  const middle = Math.floor(file.size / 2);
  const starts = [0, middle, Math.max(0, file.size - EDGE)];
  const sums = [crc32(new TextEncoder().encode(String(file.size)))];
  for (const start of starts) {
    const bytes = new Uint8Array(await file.slice(start, start + EDGE).arrayBuffer());
    sums.push(crc32(bytes));
  }
  return sums.map((sum) => sum.toString(16).padStart(8, "0")).join("");
}

/** Post to our server. A laptop that slept leaves lines that never answer: none is waited for long. */
async function post(url, body, signal) {
  const patience = new AbortController();
  const stop = () => patience.abort();
  const timer = setTimeout(stop, ASK_PATIENCE);
  signal.addEventListener("abort", stop);
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": box.dataset.token },
      body: JSON.stringify(body),
      redirect: "manual", // It leads to where a code is typed: followed, it would look like success.
      signal: patience.signal,
    });
    return [answer, await answer.json().catch(() => null)];
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** Ask our server, patiently: a lost network or a restarting server is waited for. */
async function ask(url, body, signal) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    if (signal.aborted) throw new Stopped();
    try {
      const [answer, said] = await post(url, body, signal);
      // Without the cookie that holds the code, the form's token is worth nothing either.
      if (answer.type === "opaqueredirect" || (said && answer.status === 400)) throw new Said(words.noCode);
      if (answer.ok && said) return said;
      if (answer.status === 507) throw new Full();
      if (said && "under_way" in said) throw new UnderWay(said.error);
      // Without words of ours it was a proxy that answered; that may pass.
      if (said && answer.status < 500 && answer.status !== 429) throw new Said(said.error);
    } catch (error) {
      if (error instanceof Said || error instanceof Full || error instanceof UnderWay) throw error;
      if (signal.aborted) throw new Stopped();
    }
    show(words.offline);
    await sleep(wait, signal);
  }
}

function show(status, line = "") {
  if (ui.status.textContent !== status) ui.status.textContent = status;
  ui.line.textContent = line;
}

class Upload {
  constructor(file) {
    this.file = file;
    this.way = 0; // Which of a part's ways is gone; the next ones are for networks that close it.
    this.trouble = 0;
    this.damaged = 0;
    this.replace = false;
    this.abort = new AbortController();
  }

  async start() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    try {
      this.fingerprint ??= await fingerprintOf(this.file).catch(() => { throw new Unreadable(); });
      while (!(await this.round(signal)));
      show(words.done);
      ui.bar.value = 100;
      ui.file.value = ""; // Some browsers bring it back after reloading, and it would be sent again.
      window.location.reload();
    } catch (error) {
      this.abort.abort();
      if (error instanceof UnderWay) offerChoice(this, error.message);
      else if (error instanceof Unreadable) reset(words.reading);
      else if (error instanceof Said) halt(error.message);
      else if (!(error instanceof Stopped)) throw error;
    }
  }

  /** Send what is missing and finish. False when something was in the way, and it should be tried
   *  again in the way that was found for it. */
  async round(signal) {
    try {
      await this.sendMissing(signal);
      show(words.finishing);
      await this.finish(signal);
      return true;
    } catch (error) {
      if (error instanceof Full) {
        show(words.full);
        await sleep(FULL_WAIT, signal);
      } else if (error instanceof Trouble) {
        await this.giveWay(error.kind, signal);
      } else {
        throw error;
      }
      return false;
    }
  }

  async begin(signal) {
    const about = { size: this.file.size, fingerprint: this.fingerprint, replace: this.replace };
    if (this.wanted) about.part_bytes = this.wanted;
    const begun = await ask(box.dataset.begin, about, signal);
    this.replace = false;
    // A bucket takes no smaller parts; then only another way is left.
    if (this.wanted && begun.part_bytes >= this.partBytes) this.fixed = true;
    this.partBytes = begun.part_bytes;
    return [...begun.missing];
  }

  async sendMissing(signal) {
    const missing = await this.begin(signal);
    const unsent = missing.reduce((sum, number) => sum + this.blob(number).size, 0);
    this.settled = this.file.size - unsent;
    this.sent = new Map();
    this.samples = [];
    if (this.settled > 0 && missing.length > 0) show(words.resuming);
    const together = new AbortController();
    const stop = () => together.abort();
    signal.addEventListener("abort", stop);
    let reason = null;
    const workers = Array.from({ length: AT_ONCE }, () => this.work(missing, together.signal).catch((error) => {
      reason ??= error;
      // What is under way beside a part in trouble may well get through: it is left to end.
      missing.length = 0;
      if (!(error instanceof Trouble || error instanceof Full)) stop();
    }));
    await Promise.all(workers);
    signal.removeEventListener("abort", stop);
    if (signal.aborted) throw new Stopped();
    if (reason) throw reason;
  }

  async finish(signal) {
    try {
      await ask(box.dataset.complete, { fingerprint: this.fingerprint }, signal);
    } catch (error) {
      if (!(error instanceof Said)) throw error;
      // Perhaps a part got lost after all: then it is sent, and else those words are the reason.
      if ((await this.begin(signal)).length === 0 || (this.trouble += 1) > TROUBLE_IS_NEWS) throw error;
      throw new Trouble("lost");
    }
  }

  blob(number) {
    const from = (number - 1) * this.partBytes;
    return this.file.slice(from, Math.min(from + this.partBytes, this.file.size));
  }

  async work(missing, signal) {
    for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
      await this.sendPart(number, signal);
    }
  }

  async sendPart(number, signal) {
    const blob = this.blob(number);
    const bytes = await blob.arrayBuffer().catch(() => { throw new Unreadable(); });
    const crc = base64(crc32(new Uint8Array(bytes)));
    for (let tries = 1; ; tries += 1) {
      // A fresh address each time: an old one may have expired while the laptop slept.
      const wanted = { fingerprint: this.fingerprint, parts: [{ number, crc32: crc }] };
      const [address] = (await ask(box.dataset.parts, wanted, signal)).parts;
      const way = address.ways[this.way % address.ways.length];
      const result = await send(way, blob, signal, (loaded) => this.progress(number, loaded));
      if (signal.aborted) throw new Stopped();
      this.sent.delete(number);
      if (result.status >= 200 && result.status < 300) {
        this.settled += blob.size;
        this.trouble = 0;
        this.damaged = 0;
        ui.blocked.hidden = true;
        this.progress(number, 0);
        return;
      }
      this.progress(number, 0);
      if (result.status === 507) throw new Full();
      if (result.said && result.status === 422) {
        if ((this.damaged += 1) > DAMAGED_MOST) throw new Said(words.damaged);
        if (tries < 3) continue;
      }
      if (result.said && result.status === 403 && tries < 3) continue;
      throw new Trouble(kindOf(result));
    }
  }

  /** Choose what to try next; the longer nothing gets through, the more is changed. */
  async giveWay(kind, signal) {
    this.trouble += 1;
    const other = () => { this.way += 1; };
    const smaller = () => {
      if (this.partBytes > LEAST_PART && !this.fixed) this.wanted = Math.max(LEAST_PART, Math.floor(this.partBytes / 2));
      else other();
    };
    if (kind === "method") other();
    else if (kind === "size") smaller();
    else if (kind === "odd") (this.trouble % 2 ? other : smaller)();
    else if (kind === "broken" && this.trouble > 1) (this.trouble % 2 ? smaller : other)();
    if (this.trouble >= TROUBLE_IS_NEWS) {
      show(words.blocked);
      ui.blocked.hidden = false;
    } else {
      show(kind === "broken" || kind === "lost" ? words.again : words.otherWay);
    }
    const wait = kind === "method" || kind === "size" ? 200 : 250 * 2 ** this.trouble;
    await sleep(Math.min(wait, LONGEST_WAIT), signal);
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
    let line = `${Math.floor(percent)} %`;
    if (speed > 0) {
      const seconds = (this.file.size - total) / speed;
      const left = seconds > 90
        ? words.minutes.replace("{}", Math.round(seconds / 60))
        : words.seconds.replace("{}", Math.max(1, Math.round(seconds)));
      line += ` · ${words.speed.replace("{}", (speed / 1e6).toFixed(1))} · ${words.left.replace("{}", left)}`;
    }
    show(words.sending, line);
    // Read aloud at each quarter only: who listens should not hear every percent.
    const quarter = `${Math.floor(percent / 25) * 25} %`;
    if (ui.heard.textContent !== quarter) ui.heard.textContent = quarter;
  }

  pause() {
    this.abort.abort();
    show(words.paused);
  }
}

/** What an answer that is no success says about what is in the way. */
function kindOf({ status, stalled, said }) {
  if (status === 405 || status === 501) return "method";
  if (status === 413 || stalled) return "size";
  if (status >= 400 && status < 500 && !said) return "odd";
  return "broken";
}

function reset(reason = "") {
  run = null;
  ui.file.value = "";
  ui.bar.value = 0;
  ui.pause.hidden = true;
  ui.cancel.hidden = false;
  ui.blocked.hidden = true;
  ui.choice.hidden = true;
  show(reason);
}

/** Stop with a reason, ready to go on by a press. */
function halt(reason) {
  ui.pause.textContent = words.resume;
  show(reason);
}

function begin(upload) {
  run = upload;
  ui.running.hidden = false;
  ui.choice.hidden = true;
  ui.drop.hidden = true;
  ui.pause.hidden = false;
  ui.pause.textContent = words.pause;
  ui.name.textContent = upload.file.name;
  upload.start();
}

async function choose(file) {
  if (!file) return;
  if (!(await lookOver(file))) { ui.file.value = ""; return; }
  ui.running.hidden = false;
  ui.name.textContent = file.name;
  if (file.size === 0) { reset(words.empty); return; }
  if (file.size > Number(box.dataset.most)) { reset(words.choose); return; }
  begin(new Upload(file));
}

/** Another file is half-sent. Nothing of it goes before somebody has said so. */
function offerChoice(upload, reason) {
  show("");
  ui.running.hidden = true;
  ui.choiceWords.textContent = reason;
  ui.choice.hidden = false;
  ui.choice.focus();
  ui.begin.onclick = () => {
    upload.replace = true;
    begin(upload);
  };
  ui.goOn.onclick = () => {
    if (earlier && earlier.file !== upload.file) {
      begin(earlier);
      return;
    }
    reset(words.chooseOld);
    ui.running.hidden = false;
    ui.drop.hidden = false;
    ui.file.click();
  };
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
  earlier = run ?? earlier;
  reset();
  ui.running.hidden = true;
  ui.drop.hidden = false;
});
box.dataset.ready = "";
// On a slow line somebody may have chosen before this script was there.
choose(ui.file.files[0]);
document.addEventListener("hoike:reload", (event) => { if (run) event.preventDefault(); });
window.addEventListener("beforeunload", (event) => {
  if (run && !run.abort.signal.aborted && ui.bar.value < 100) event.preventDefault();
});
