/* What a judge gives, on its way to the server.
 *
 * Each change waits in `localStorage`, one place for each scorecard, until the server has answered:
 * a reload, a closed tab or a dead battery loses nothing. With a change goes what stood there when
 * it was made; when another device has saved something else meanwhile, the change is `asked` and
 * waits for the judge, and one that can't be taken is `refused` and holds up no other. It all goes with the answer, with signing out (see menu.js), or after a week.
 *
 * On the page of the queue this module also sends what other pages left behind.
 */

const PLACE = "unsaved:scores:";
const KEPT_FOR = 7 * 24 * 3600 * 1000;
const RETRY_EVERY = 15000;

export class Outbox {
  constructor(url, code = "") {
    this.url = url;
    this.place = PLACE + url;
    this.code = code;
    this.keeps = true;
    this.stored = new Set();
    this.changes = new Map(Object.entries(this.#read()));
    for (const [name, change] of this.changes) {
      this.stored.add(name);
      delete change.refused; // What was refused may be welcome by now: the card was reopened, say.
    }
  }

  /** All that this device keeps, of whatever scorecard. */
  static all() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(PLACE)).map((key) => new Outbox(key.slice(PLACE.length)));
    } catch {
      return [];
    }
  }

  get size() {
    return this.changes.size;
  }

  /** The next change to send; that it is finished comes last, once nothing else waits. */
  next() {
    const sendable = [...this.changes].filter(([name, change]) => !change.asked && !change.refused && name !== "complete");
    if (sendable.length > 0) return sendable[0];
    return this.size === 1 ? [...this.changes].find(([name]) => name === "complete") : undefined;
  }

  put(name, change) {
    this.changes.set(name, change);
    this.store();
  }

  drop(name) {
    this.changes.delete(name);
    this.store();
  }

  clear() {
    this.changes.clear();
    this.store();
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.place));
      if (kept?.changes && Date.now() - kept.at < KEPT_FOR) {
        this.code = this.code || kept.code;
        return kept.changes;
      }
    } catch {
      // A browser that keeps nothing, or something that was not ours.
    }
    return {};
  }

  /* Another tab of the same scorecard may keep something there as well. */
  store() {
    const kept = this.#read();
    for (const name of this.stored) delete kept[name];
    Object.assign(kept, Object.fromEntries(this.changes));
    this.stored = new Set(this.changes.keys());
    try {
      if (Object.keys(kept).length > 0) localStorage.setItem(this.place, JSON.stringify({ at: Date.now(), code: this.code, changes: kept }));
      else localStorage.removeItem(this.place);
      this.keeps = true;
    } catch {
      this.keeps = false;
    }
  }
}

const tokenField = () => document.querySelector("input[name=csrf_token]");

/* Seldom needed, so it is fetched when it is. */
const newToken = async (address) => (await import("./token.js")).renewToken(address);

async function post(url, change) {
  const { asked, refused, ...body } = change;
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": tokenField().value },
    body: JSON.stringify(body),
    redirect: "manual", // It leads to the sign-in page: followed, it would look like success.
    keepalive: true,
    signal: AbortSignal.timeout?.(30000),
  });
  const json = response.headers.get("Content-Type")?.startsWith("application/json");
  return { response, answer: json ? await response.json() : {} };
}

/** Send all that can be sent, `more` with each. Returns how it ended: "saved", "signedOut", or
 *  "refused" with the reason of the last change that was not taken. Throws without connection. */
export async function sendAll(outbox, { more = () => ({}), saved = () => {} } = {}) {
  let renewed = false;
  let last = {};
  let reason = null;
  for (let next = outbox.next(); next; next = outbox.next()) {
    const [name, change] = next;
    const { response, answer } = await post(outbox.url, { ...change, ...more() });
    if (response.type === "opaqueredirect" || response.status === 400) {
      if (renewed || !(await newToken(window.location.pathname))) return { state: "signedOut" };
      renewed = true;
      continue;
    }
    if (response.status >= 500 || response.status === 429) throw new Error("Not now.");
    const now = outbox.changes.get(name); // Chosen anew, or taken back, while this was on its way.
    const changedMeanwhile = now !== change;
    if (response.ok) {
      last = answer;
      saved(name, change, answer);
      if (!changedMeanwhile) outbox.drop(name);
      else if (now) outbox.put(name, { ...now, seen: change.value ?? change.comment });
    } else if ("theirs" in answer) {
      if (!changedMeanwhile) outbox.put(name, { ...change, asked: true, theirs: answer.theirs });
    } else {
      reason = answer.error ?? String(response.status);
      if (!changedMeanwhile) outbox.put(name, { ...change, refused: reason });
    }
  }
  return reason === null ? { state: "saved", answer: last } : { state: "refused", reason, answer: last };
}

/* The page of the queue */

const box = document.querySelector("[data-outbox]");

const SENT = "outbox-sent";

async function sendWhatIsLeft() {
  const words = box.querySelector("[data-outbox-words]");
  const left = Outbox.all();
  if (sessionStorage.getItem(SENT)) words.textContent = box.dataset.sent;
  sessionStorage.removeItem(SENT);
  let count = left.reduce((sum, outbox) => sum + outbox.size, 0);
  if (count === 0) return;
  const waiting = () => (count === 1 ? box.dataset.one : box.dataset.many.replace("{n}", count));
  words.textContent = waiting();
  for (const outbox of left) {
    try {
      await sendAll(outbox);
    } catch {
      setTimeout(sendWhatIsLeft, RETRY_EVERY);
      return;
    }
  }
  const held = left.filter((outbox) => outbox.size > 0);
  if (held.reduce((sum, outbox) => sum + outbox.size, 0) < count) {
    // The list below is older than what was just sent.
    sessionStorage.setItem(SENT, "yes");
    window.location.reload();
    return;
  }
  count = held.reduce((sum, outbox) => sum + outbox.size, 0);
  words.textContent = count === 0 ? box.dataset.sent : `${box.dataset.held} `;
  for (const outbox of held) {
    const link = document.createElement("a");
    link.href = outbox.url.replace(/\/score$/, "");
    link.textContent = outbox.code || link.href;
    words.append(link, " ");
  }
}

if (box) {
  window.addEventListener("online", sendWhatIsLeft);
  sendWhatIsLeft();
}
