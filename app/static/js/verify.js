/* Checks the public log of the vote in the visitor's own browser, and counts it.
 *
 * The same checks as verify.py's, written once more for WebCrypto: the hash tree (RFC 9162), the
 * signed heads (Ed25519), what each ballot committed to, the slips, the count. The format is in
 * docs/vote-log.md. Lines are read as they arrive, so that a long log needs little memory.
 */

const PREFIX = "hoike vote log head v1";
const CHANGES = {
  supersede: { from: ["cast", "held"], to: "superseded" },
  void: { from: ["cast", "held"], to: "voided" },
  hold: { from: ["cast"], to: "held" },
  release: { from: ["held"], to: "cast" },
  invalidate: { from: ["held"], to: "invalid" },
};
const text = new TextEncoder();

class Wrong extends Error {}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (words) => Uint8Array.from(words.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sha256 = async (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
};
const node = (left, right) => sha256(Uint8Array.of(1), left, right);

class Tree {
  size = 0;
  peaks = [];

  async append(leaf) {
    this.peaks.push(leaf);
    for (let full = this.size; full % 2 === 1; full = Math.floor(full / 2)) {
      const right = this.peaks.pop();
      this.peaks.push(await node(this.peaks.pop(), right));
    }
    this.size += 1;
  }

  async root() {
    let root = this.peaks.at(-1);
    for (const peak of this.peaks.slice(0, -1).reverse()) root = await node(peak, root);
    return hex(root);
  }
}

async function rootByPath(leaf, index, size, path) {
  let [place, last, root] = [index, size - 1, leaf];
  for (const beside of path) {
    if (last === 0) return "";
    if (place % 2 === 1 || place === last) {
      root = await node(beside, root);
      while (place && place % 2 === 0) [place, last] = [place >> 1, last >> 1];
    } else {
      root = await node(root, beside);
    }
    [place, last] = [place >> 1, last >> 1];
  }
  return last === 0 ? hex(root) : "";
}

class Log {
  tree = new Tree();
  heads = 0;
  lines = 0;
  ballots = new Map();
  batches = new Map();
  candidates = new Map();
  picks = new Map();
  rules = null;
  closed = false;
  told = null;
  revealed = 0;
  signed = 0;
  signatures = true;

  wrong(words) {
    return new Wrong(`Line ${this.lines}: ${words}`);
  }

  need(fits, words) {
    if (!fits) throw this.wrong(words);
  }

  async read(line) {
    this.lines += 1;
    const record = JSON.parse(line);
    if (record.head) {
      await this.head(record);
      return;
    }
    await this.tree.append(await sha256(Uint8Array.of(0), text.encode(line)));
    this.need(!this.told, "something comes after the count.");
    this.need(this.tree.size > 1 || record.type === "season", "a log begins with its season.");
    if (record.type in CHANGES) this.change(record);
    else {
      const deed = `on_${record.type}`;
      this.need(typeof this[deed] === "function", "a record of an unknown type.");
      await this[deed](record);
    }
  }

  async head({ head, signature }) {
    this.need(head.size === this.tree.size, "a signed head speaks of another number of lines.");
    this.need(
      head.root === (await this.tree.root()),
      "what was signed is not what stands here: something was changed, removed or added.",
    );
    const message = text.encode(`${PREFIX}\n${head.size}\n${head.root}\n${head.time}\n`);
    if (this.key) {
      const fits = await crypto.subtle.verify("Ed25519", this.key, unhex(signature), message);
      this.need(fits, "the signature of a head is not right.");
    }
    this.heads += 1;
    this.signed = head.size;
  }

  async on_season(record) {
    this.need(this.tree.size === 1 && record.format === 1, "a season this page does not know.");
    this.need(/^[0-9a-f]{64}$/.test(record.key), "the season's key is none.");
    try {
      this.key = await crypto.subtle.importKey("raw", unhex(record.key), "Ed25519", false, [
        "verify",
      ]);
    } catch (error) {
      // What this browser does not know is no fault of the list.
      this.need(error.name === "NotSupportedError", "the season's key is none.");
      this.signatures = false;
    }
  }

  on_slips(record) {
    this.need(!this.rules, "slips were made after the vote had opened.");
    this.need(!this.batches.has(record.batch), "a batch is there twice.");
    this.batches.set(record.batch, record);
  }

  on_candidate(record) {
    this.need(!this.candidates.has(record.candidate), "a candidate is there twice.");
    this.candidates.set(record.candidate, record.school);
  }

  on_open(record) {
    this.need(!this.rules, "the vote opens twice.");
    this.rules = record;
  }

  async on_ballot(record) {
    const number = record.ballot;
    this.need(this.rules && !this.closed, `ballot ${number} while the vote is not open.`);
    this.need(!this.ballots.has(number), `ballot ${number} is there twice.`);
    const { slip, lane } = record;
    this.need(Object.hasOwn(this.rules.weights, lane), `ballot ${number} has an unknown lane.`);
    this.need(/^[0-9a-f]{64}$/.test(record.commitment), `ballot ${number} commits to nothing.`);
    this.need((lane === "mail") === !slip, `ballot ${number} has the wrong lane.`);
    if (slip) {
      const batch = this.batches.get(slip.batch);
      this.need(batch?.lane === lane, `ballot ${number} was cast with a slip nobody announced.`);
      this.need(slip.index >= 0 && slip.index < batch.slips, `ballot ${number}: no such slip.`);
      const path = slip.path.map(unhex);
      const root = await rootByPath(unhex(slip.leaf), slip.index, batch.slips, path);
      this.need(root === batch.root, `ballot ${number} was cast with a slip that is none.`);
    }
    this.ballots.set(number, {
      lane,
      commitment: record.commitment,
      batch: slip?.batch,
      leaf: slip?.leaf,
      standing: "cast",
      revealed: false,
    });
  }

  change(record) {
    const ballot = this.ballots.get(record.ballot);
    this.need(ballot, `a change of ballot ${record.ballot}, which is not in the log.`);
    this.need(this.revealed === 0, `ballot ${record.ballot} changes after the count began.`);
    this.need(
      record.type !== "supersede" || this.ballots.has(record.by),
      `ballot ${record.ballot} was replaced by one that is not in the log.`,
    );
    const { from, to } = CHANGES[record.type];
    if (record.type === "hold" && ["superseded", "voided"].includes(ballot.standing)) return;
    this.need(from.includes(ballot.standing), `ballot ${record.ballot} can't change like this.`);
    ballot.standing = to;
  }

  on_close() {
    this.need(!this.closed, "the vote closes twice.");
    this.closed = true;
  }

  async on_reveal(record) {
    const number = record.ballot;
    const ballot = this.ballots.get(number);
    this.need(
      this.closed && ballot && !ballot.revealed && ["cast", "invalid"].includes(ballot.standing),
      `picks of ballot ${number}, which has none to tell.`,
    );
    const { picks } = record;
    const sorted = [...new Set(picks)].sort();
    this.need(
      picks.length > 0 && picks.length <= this.rules.picks_most && picks.join() === sorted.join(),
      `ballot ${number} picks too few, too many or one twice.`,
    );
    const promised = await sha256(unhex(record.nonce), text.encode(picks.join(",")));
    this.need(
      hex(promised) === ballot.commitment,
      `ballot ${number}: these are not the picks it was cast with.`,
    );
    const school = ballot.batch ? this.batches.get(ballot.batch).school : null;
    for (const pick of picks) {
      this.need(this.candidates.has(pick), `ballot ${number} picks what is no candidate.`);
      this.need(
        school === null || this.candidates.get(pick) !== school,
        `ballot ${number} picks a video of the slip's own school.`,
      );
      if (ballot.standing === "cast") {
        const key = JSON.stringify([pick, ballot.lane, school]);
        this.picks.set(key, (this.picks.get(key) ?? 0) + 1);
      }
    }
    ballot.revealed = true;
    this.revealed += 1;
  }

  count() {
    const points = new Map([...this.candidates.keys()].map((candidate) => [candidate, 0]));
    for (const [key, number] of this.picks) {
      const [candidate, lane] = JSON.parse(key);
      const cap = this.rules.school_cap;
      const counted = cap && lane === "class" ? Math.min(number, cap) : number;
      points.set(candidate, points.get(candidate) + this.rules.weights[lane] * counted);
    }
    return points;
  }

  on_tally(record) {
    this.need(this.closed, "the vote is counted before it is closed.");
    const ballots = {};
    const slips = new Set();
    for (const [number, ballot] of this.ballots) {
      this.need(ballot.standing !== "held", `ballot ${number} is held, and nobody decided.`);
      this.need(
        ballot.revealed || !["cast", "invalid"].includes(ballot.standing),
        `the picks of ballot ${number} are not told.`,
      );
      if (ballot.standing !== "cast") continue;
      ballots[ballot.lane] = (ballots[ballot.lane] ?? 0) + 1;
      this.need(!ballot.leaf || !slips.has(ballot.leaf), "two ballots of one slip count.");
      slips.add(ballot.leaf);
    }
    const lanes = (given) => JSON.stringify(Object.entries(given).sort());
    this.need(lanes(ballots) === lanes(record.ballots), "another number of ballots counts.");
    const points = this.count();
    for (const [candidate, number] of points) {
      this.need(record.points[candidate] === number, `candidate ${candidate} has other points.`);
    }
    this.need(
      Object.keys(record.points).length === points.size,
      "the tally names other candidates.",
    );
    this.told = points;
  }
}

async function* linesOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts;
  }
  if (rest) yield rest;
}

function showTally(place, points) {
  const table = document.createElement("table");
  table.createCaption().textContent = place.dataset.caption;
  const head = table.createTHead().insertRow();
  for (const words of [place.dataset.video, place.dataset.points]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = words;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const [candidate, number] of [...points].sort((a, b) => b[1] - a[1])) {
    const row = body.insertRow();
    const named = document.querySelector(`[data-title="${CSS.escape(candidate)}"]`);
    const cell = document.createElement("th");
    cell.scope = "row";
    cell.textContent = named?.textContent ?? candidate;
    row.append(cell);
    row.insertCell().textContent = String(number);
  }
  place.replaceChildren(table);
}

async function check(button, status, place) {
  const words = status.dataset;
  const log = new Log();
  let response;
  try {
    response = await fetch(button.dataset.log, { cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
  } catch {
    status.textContent = words.unread;
    return;
  }
  try {
    for await (const line of linesOf(response.body)) {
      if (line) await log.read(line);
      if (log.lines % 500 === 0) {
        status.textContent = words.reading.replace("#", String(log.lines));
      }
    }
    log.need(log.heads > 0 && log.signed === log.tree.size, "the last lines are not signed.");
  } catch (error) {
    const why = error instanceof Wrong ? error.message : `Line ${log.lines}: ${error.message}`;
    status.textContent = `${words.bad} ${why}`;
    return;
  }
  const good = words.good
    .replace("#1", String(log.tree.size))
    .replace("#2", String(log.ballots.size))
    .replace("#3", String(log.heads));
  status.textContent = log.signatures ? good : `${good} ${words.unsigned}`;
  if (log.told) showTally(place, log.told);
}

const button = document.querySelector("[data-verify]");
if (button) {
  const status = document.querySelector("[data-verify-status]");
  const place = document.querySelector("[data-verify-tally]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    place.replaceChildren();
    await check(button, status, place);
    button.disabled = false;
  });
}
