/* Solves the ALTCHA challenge of a form before it is sent.
 *
 * The widget and its worker come from our own site and are fetched when somebody begins to fill the
 * form in. Whatever fails, the form goes off without the proof: the server then mails the ballot a
 * little later, or asks for the code.
 */

const SOLVE_AT_MOST = 60_000;

async function widget(place) {
  await import(new URL(place.dataset.workWidget, location.href).href);
  globalThis.$altcha.algorithms.set(
    "PBKDF2/SHA-256",
    () => new Worker(place.dataset.workWorker, { type: "module" }),
  );
  const element = document.createElement("altcha-widget");
  element.setAttribute("display", "invisible");
  element.hidden = true; // Without its own style sheet it would show all the same.
  element.setAttribute("challenge", place.dataset.work);
  place.append(element);
  await customElements.whenDefined("altcha-widget");
  return element;
}

function solved(element) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("late")), SOLVE_AT_MOST);
    element.addEventListener("statechange", (event) => {
      const { state, payload } = event.detail;
      if (state === "verified") {
        clearTimeout(late);
        resolve(payload);
      } else if (state === "error" || state === "expired") {
        clearTimeout(late);
        reject(new Error(state));
      }
    });
    element.verify().catch(reject);
  });
}

function arm(form, place) {
  const status = place.querySelector("[data-work-status]");
  const instead = form.querySelector("[data-without-work]");
  let ready = null;
  const prepare = () => {
    ready ??= widget(place);
    ready.catch(() => {
      if (instead) instead.hidden = false;
    });
    return ready;
  };
  if (instead) {
    instead.hidden = true;
    prepare();
  }
  form.addEventListener("focusin", prepare, { once: true });
  form.addEventListener("pointerdown", prepare, { once: true });

  let sending = false;
  form.addEventListener("submit", async (event) => {
    if (sending) return;
    event.preventDefault();
    sending = true;
    const button = event.submitter ?? form.querySelector("button[type=submit]");
    status.textContent = status.dataset.busy;
    try {
      place.querySelector('input[name="altcha"]').value = await solved(await prepare());
    } catch {
      // Sent without: the server knows what to do.
      if (instead) instead.hidden = false;
    }
    status.textContent = "";
    form.requestSubmit(button);
  });
  // A browser that goes back to this page shows it as it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) sending = false;
  });
}

for (const place of document.querySelectorAll("[data-work]")) arm(place.closest("form"), place);
