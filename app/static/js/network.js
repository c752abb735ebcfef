// Tries out whether an upload would get through from here: sends and fetches random bytes the way
// an upload does, and says in plain words what works. Nothing that was sent is kept.

const MIB = 1024 * 1024;
const VIDEO = 200e6;

const box = document.querySelector("[data-network-test]");
const { base64, crc32, send } = await import(box.dataset.module);
const words = JSON.parse(box.dataset.words);
const ui = {
  start: box.querySelector("[data-start]"),
  bar: box.querySelector("[data-bar]"),
  status: box.querySelector("[data-status]"),
  results: box.querySelector("[data-results]"),
  text: document.querySelector("[data-text]"),
  copy: document.querySelector("[data-copy]"),
  copied: document.querySelector("[data-copied]"),
};
const asked = ui.text.value;

class Unreachable extends Error {}

async function post(url, body) {
  let answer;
  let said = null;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout?.(30000),
    });
    said = await answer.json();
  } catch {
    throw new Unreachable(words.unreachable);
  }
  if (!answer.ok) throw new Unreachable(said.error ?? words.unreachable);
  return said;
}

function randomBytes(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, size)));
  return bytes;
}

const lines = [];

function note(what, result) {
  lines.push(`${what}: ${result}`);
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const value = document.createElement("dd");
  term.textContent = what;
  value.textContent = result;
  row.append(term, value);
  ui.results.append(row);
  ui.results.hidden = false;
}

function step(what, percent) {
  ui.status.textContent = words.testing.replace("{}", what);
  ui.bar.value = percent;
}

const megabytes = (bytes) => String(Math.round(bytes / MIB));

function inWords({ status, stalled, said }) {
  if (status >= 200 && status < 300) return words.works;
  if (stalled) return words.stalled;
  if (status === 0) return words.broke;
  if (status === 422 && said) return words.changed;
  return words.blocked.replace("{}", status);
}

/** Sends parts at once, one or more, each on the way with index `at`; resolves to the results, and
 *  how many bytes a second went. */
async function sendParts(trial, at, sizes, onProgress = () => {}) {
  const blobs = sizes.map((size) => {
    const bytes = randomBytes(size);
    return { bytes, crc32: base64(crc32(bytes)) };
  });
  const wanted = blobs.map(({ bytes, crc32: sum }) => ({ size: bytes.length, crc32: sum }));
  const { parts } = await post(box.dataset.parts, { trial, parts: wanted });
  for (const { ways } of parts) hosts.add(hostOf(ways[at]));
  const gone = sizes.map(() => 0);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const signal = new AbortController().signal;
  const begun = performance.now();
  const results = await Promise.all(parts.map(({ ways }, nth) => send(
    ways[at], new Blob([blobs[nth].bytes]), signal, (loaded) => {
      gone[nth] = loaded;
      onProgress(gone.reduce((sum, part) => sum + part, 0) / all);
    },
  )));
  return { results, ways: parts[0].ways, rate: all / ((performance.now() - begun) / 1000) };
}

const hosts = new Set();
const hostOf = ({ url }) => new URL(url, window.location.href).host;
const worked = ({ status }) => status >= 200 && status < 300;

async function fetchSample(url, bytes) {
  const begun = performance.now();
  try {
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout?.(60000) });
    const got = (await answer.arrayBuffer()).byteLength;
    if (!answer.ok || got !== bytes) return null;
    return got / ((performance.now() - begun) / 1000);
  } catch {
    return null;
  }
}

async function bucketAnswers(url) {
  try {
    await fetch(url, { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout?.(60000) });
    return true;
  } catch {
    return false;
  }
}

function howLong(seconds) {
  if (seconds > 5400) return words.hours.replace("{}", String(Math.round(seconds / 3600)));
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes === 1 ? words.minute : words.minutes.replace("{}", String(minutes));
}

async function test() {
  const begun = await post(box.dataset.begin, {});
  const { trial } = begun;
  const least = Math.min(begun.least_part_bytes, begun.part_bytes);

  let way = null;
  for (let at = 0, count = 1; at < count; at += 1) {
    step(words.sending, 5 + 10 * at);
    const { results: [result], ways } = await sendParts(trial, at, [least]);
    count = ways.length;
    note(words.way.replace("{method}", ways[at].method).replace("{host}", hostOf(ways[at])), inWords(result));
    if (worked(result)) way ??= at;
  }

  let size = 0;
  if (way !== null) {
    for (let tried = begun.part_bytes; ; tried = Math.max(least, Math.floor(tried / 2))) {
      const label = words.size.replace("{}", megabytes(tried));
      step(label, 30);
      const { results: [result] } = await sendParts(trial, way, [tried]);
      note(label, inWords(result));
      if (worked(result)) size = tried;
      if (size || tried === least) break;
    }
  }

  let rate = 0;
  if (size) {
    step(words.up, 50);
    const measured = await sendParts(trial, way, [size, size, size], (share) => { ui.bar.value = 50 + 30 * share; });
    if (measured.results.every(worked)) rate = measured.rate;
    note(words.up, rate ? words.rate.replace("{}", (rate / 1e6).toFixed(1)) : words.unmeasured);
  }

  step(words.down, 85);
  const down = await fetchSample(box.dataset.sample.replace("TOKEN", trial), begun.sample_bytes);
  note(words.down, down ? words.rate.replace("{}", (down / 1e6).toFixed(1)) : words.fails);
  if (begun.bucket_sample) {
    step(words.bucket, 95);
    hosts.add(new URL(begun.bucket_sample).host);
    note(words.bucket, (await bucketAnswers(begun.bucket_sample)) ? words.works : words.fails);
  }

  if (!rate) return words.bad;
  const long = VIDEO / rate;
  const verdict = size < begun.part_bytes ? words.small : long > 1800 ? words.slow : words.good;
  return verdict.replace("{}", howLong(long));
}

ui.start.addEventListener("click", async () => {
  ui.start.disabled = true;
  ui.bar.hidden = false;
  ui.results.replaceChildren();
  ui.results.hidden = true;
  lines.length = 0;
  hosts.clear();
  let verdict;
  try {
    verdict = await test();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    verdict = error.message;
  } finally {
    ui.start.disabled = false;
    ui.bar.hidden = true;
  }
  ui.status.textContent = verdict;
  const when = new Date().toISOString().slice(0, 16).replace("T", " ");
  const where = hosts.size > 0 ? [words.stores.replace("{}", [...hosts].join(", "))] : [];
  ui.text.value = [asked.trim(), ...where, "", `${words.result} (${when} UTC):`, ...lines.map((line) => `- ${line}`)].join("\n");
});

ui.copy.addEventListener("click", async () => {
  ui.text.select();
  try {
    await navigator.clipboard.writeText(ui.text.value);
    ui.copied.textContent = words.copied;
  } catch {
    ui.copied.textContent = words.copy_yourself;
  }
});

ui.start.hidden = false;
ui.copy.hidden = false;
