// Saves each field of a form while it is filled in, and says truthfully whether it is saved.
//
// What is not saved yet is kept on this device, in `localStorage` under the form's own name, until
// the server has it: a closed tab or a dead battery loses nothing. It holds what the form's fields
// hold and no more, and goes with the answer, with signing out (see menu.js), or after a week.
//
// With each value goes what was saved there when it was last looked at. So two people, or two tabs,
// fill in different fields without noticing each other, and are both asked when it is the same one.

const PAUSE = 700;
const RETRY_LEAST = 2000;
const RETRY_MOST = 30000;
const KEPT_FOR = 7 * 24 * 3600 * 1000;

/* Seldom needed, so it is fetched when it is. */
const newToken = async (address) => (await import("./token.js")).renewToken(address);

for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);

function keep(form) {
  const state = form.querySelector("[data-autosave-state]");
  const place = form.dataset.autosave;
  const saved = JSON.parse(form.elements.namedItem("seen").value);
  const names = Object.keys(saved).filter((name) => form.elements.namedItem(name));
  const dirty = new Set(names.filter((name) => valueOf(name) !== saved[name]));
  const marked = new Map(); // Fields that wait for somebody: refused, or saved otherwise elsewhere.
  let sending = false;
  let again = false;
  let retryAfter = RETRY_LEAST;
  let timer = 0;
  let keeps = true;
  let stored = new Set();
  let trouble = "";

  function valueOf(name) {
    const control = form.elements.namedItem(name);
    if (control.type === "checkbox") return control.checked ? "y" : "";
    return control.value.replaceAll("\r\n", "\n");
  }

  function show(name, value) {
    const control = form.elements.namedItem(name);
    if (control.type === "checkbox") control.checked = value !== "";
    else if (control instanceof RadioNodeList) for (const radio of control) radio.checked = radio.value === value;
    else control.value = value;
  }

  const controlsOf = (name) => {
    const control = form.elements.namedItem(name);
    return control instanceof RadioNodeList ? [...control] : [control];
  };

  function say() {
    const waiting = [...dirty].filter((name) => !marked.has(name));
    let line = "saved";
    if (trouble) line = trouble;
    else if (sending) line = "saving";
    else if (waiting.length > 0) line = "unsaved";
    else if (marked.size > 0) line = "marked";
    const words = line === "offline" && !keeps ? state.dataset.unkept : state.dataset[line];
    if (state.textContent !== words) state.textContent = words;
  }

  /* What this device keeps */

  function read() {
    try {
      const kept = JSON.parse(localStorage.getItem(place));
      if (kept?.values && Date.now() - kept.at < KEPT_FOR) return kept.values;
    } catch {
      // A browser that keeps nothing, or something that was not ours.
    }
    return {};
  }

  function store() {
    const values = read(); // Another tab of this form may have put something there as well.
    for (const name of stored) delete values[name];
    stored = new Set(dirty);
    for (const name of dirty) values[name] = { value: valueOf(name), seen: saved[name] };
    try {
      if (Object.keys(values).length > 0) localStorage.setItem(place, JSON.stringify({ at: Date.now(), values }));
      else localStorage.removeItem(place);
      keeps = true;
    } catch {
      keeps = false;
    }
  }

  function restore() {
    for (const [name, { value, seen }] of Object.entries(read())) {
      stored.add(name);
      if (!names.includes(name) || typeof value !== "string" || value === saved[name]) continue;
      show(name, value);
      saved[name] = seen;
      dirty.add(name);
    }
    store();
  }

  /* Sending */

  function bodyOf(name) {
    const body = new FormData();
    body.append("csrf_token", form.elements.namedItem("csrf_token").value);
    body.append("field", name);
    body.append("seen", saved[name]);
    if (valueOf(name) !== "" || form.elements.namedItem(name).type !== "checkbox") body.append(name, valueOf(name));
    return body;
  }

  function post(name, more = {}) {
    return fetch(form.action, {
      method: "POST",
      body: bodyOf(name),
      headers: { Accept: "application/json", "X-Autosave": "1" },
      redirect: "manual", // It leads to the sign-in page: followed, it would look like success.
      ...more,
    });
  }

  /** Save one field. Throws without connection; false when nobody is signed in. */
  async function saveField(name) {
    for (let tries = 1; ; tries += 1) {
      const sent = valueOf(name);
      const answer = await post(name, { signal: AbortSignal.timeout?.(30000) });
      if (answer.type === "opaqueredirect" || answer.status === 400) {
        if (tries > 1 || !(await newToken(form.action))) return false;
        continue;
      }
      if (answer.status >= 500 || answer.status === 429) throw new Error("Not now.");
      const said = await answer.json();
      if (answer.ok) acknowledge(name, sent, said);
      else if ("theirs" in said) offerBoth(name, said);
      else mark(name, said.errors ?? [said.error]);
      store();
      return true;
    }
  }

  function acknowledge(name, sent, said) {
    unmark(name);
    for (const [other, value] of Object.entries(said.saved)) {
      if (other === name || !dirty.has(other)) saved[other] = value;
      // Somebody else's work in fields that are not being typed in shows at once.
      if (names.includes(other) && other !== name && !dirty.has(other) && !controlsOf(other).includes(document.activeElement)) show(other, value);
    }
    if (valueOf(name) === sent) {
      dirty.delete(name);
      // Blanks around are gone; whoever is still typing is left alone.
      if (!controlsOf(name).includes(document.activeElement)) show(name, saved[name]);
      const [control] = controlsOf(name);
      if (control.type !== "checkbox" && control.type !== "radio") control.defaultValue = control.value;
    }
    form.elements.namedItem("seen").value = JSON.stringify(saved);
    for (const words of document.querySelectorAll(`[data-follows="${name}"]`)) if (saved[name]) words.textContent = saved[name];
    const next = document.getElementById("next");
    if (next && !next.contains(document.activeElement)) {
      const page = new DOMParser().parseFromString(said.next, "text/html");
      next.replaceWith(page.getElementById("next"));
      document.dispatchEvent(new Event("hoike:shown"));
    }
  }

  async function send() {
    clearTimeout(timer);
    if (sending) { again = true; return; }
    sending = true;
    trouble = "";
    say();
    try {
      do {
        again = false;
        for (const name of [...dirty]) {
          if (marked.has(name)) continue;
          if (!(await saveField(name))) { trouble = "signedOut"; break; }
        }
      } while (again && !trouble);
      retryAfter = RETRY_LEAST;
    } catch {
      trouble = "offline";
    }
    if (trouble) {
      timer = setTimeout(send, retryAfter);
      retryAfter = Math.min(retryAfter * 2, RETRY_MOST);
    }
    sending = false;
    say();
  }

  /* What waits for somebody */

  function mark(name, errors, more = null) {
    unmark(name);
    const note = document.createElement("div");
    note.className = "field-errors stack";
    note.id = `${name}-unsaved`;
    for (const error of errors) {
      const line = document.createElement("p");
      line.className = "field-error";
      line.textContent = error;
      note.append(line);
    }
    if (more) note.append(...more);
    const controls = controlsOf(name);
    (controls[0].closest(".field") ?? controls[0]).append(note);
    for (const control of controls) {
      control.setAttribute("aria-invalid", "true");
      const described = control.getAttribute("aria-describedby");
      control.setAttribute("aria-describedby", [described, note.id].filter(Boolean).join(" "));
    }
    marked.set(name, valueOf(name));
  }

  function unmark(name) {
    if (!marked.delete(name)) return;
    document.getElementById(`${name}-unsaved`)?.remove();
    for (const control of controlsOf(name)) {
      control.removeAttribute("aria-invalid");
      const left = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== `${name}-unsaved`);
      if (left.join("")) control.setAttribute("aria-describedby", left.join(" "));
      else control.removeAttribute("aria-describedby");
    }
  }

  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button plain";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  function offerBoth(name, { theirs, shown }) {
    const quote = document.createElement("q");
    quote.textContent = shown;
    const line = document.createElement("p");
    line.append(`${state.dataset.theirs} `, quote);
    const buttons = document.createElement("p");
    buttons.className = "cluster";
    const settle = (act) => () => {
      saved[name] = theirs;
      unmark(name);
      act();
      store();
      controlsOf(name)[0].focus();
      send();
    };
    buttons.append(
      button(state.dataset.keep, settle(() => dirty.add(name))),
      button(state.dataset.take, settle(() => { show(name, theirs); dirty.delete(name); })),
    );
    mark(name, [], [line, buttons]);
  }

  /* Typing */

  function typed(event) {
    const { name } = event.target;
    if (!names.includes(name)) return;
    if (valueOf(name) === saved[name]) dirty.delete(name);
    else dirty.add(name);
    // A refused value is tried anew once it was changed; two versions wait for an answer.
    if (marked.has(name) && !document.getElementById(`${name}-unsaved`)?.querySelector("button")) unmark(name);
    store();
    say();
    clearTimeout(timer);
    timer = setTimeout(send, event.type === "change" ? 0 : PAUSE);
  }

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  window.addEventListener("online", () => { if (dirty.size > 0) send(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") { if (dirty.size > 0) send(); return; }
    clearTimeout(timer);
    // The tab may be closing: a keep-alive request outlives it. Its answer comes when it stays open.
    for (const name of dirty) if (!marked.has(name)) post(name, { keepalive: true }).catch(() => {});
  });
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    // Without a network the browser would show its own page instead of what was typed.
    event.preventDefault();
    for (const name of [...marked.keys()]) if (!document.getElementById(`${name}-unsaved`)?.querySelector("button")) unmark(name);
    await send();
    if (marked.size > 0) controlsOf(marked.keys().next().value)[0].focus();
  });
  document.addEventListener("submit", async (event) => {
    if (dirty.size === 0 || !event.target.closest("#next")) return;
    event.preventDefault();
    await send();
    if (dirty.size === 0) document.querySelector("#next form")?.requestSubmit();
  });
  document.addEventListener("hoike:reload", (event) => { if (dirty.size > 0) event.preventDefault(); });
  window.addEventListener("beforeunload", (event) => { if (dirty.size > 0 && !keeps) event.preventDefault(); });
  restore();
  if (dirty.size > 0) send();
}
