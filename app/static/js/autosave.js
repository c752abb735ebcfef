// Saves a form while it is filled in, and says truthfully whether it is saved.

const WAIT = 700;

for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);

function keep(form) {
  const state = form.querySelector("[data-autosave-state]");
  let timer = null;
  let running = Promise.resolve();
  let pending = false;

  const say = (name) => { state.textContent = name ? state.dataset[name] : ""; };

  async function save() {
    pending = false;
    say("saving");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json", "X-Autosave": "1" },
      });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) say(pending ? "unsaved" : "saved");
      else state.textContent = said.error || Object.values(said.errors || {}).flat().join(" ") || state.dataset.failed;
      return answer.ok;
    } catch {
      say("failed");
      return false;
    }
  }

  function later() {
    pending = true;
    say("unsaved");
    clearTimeout(timer);
    timer = setTimeout(() => { running = running.then(save); }, WAIT);
  }

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => { clearTimeout(timer); pending = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !pending) return;
    clearTimeout(timer);
    pending = false;
    // The tab may be closing: a keep-alive request outlives it.
    fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json", "X-Autosave": "1" },
      keepalive: true,
    }).catch(() => say("failed"));
  });
}
