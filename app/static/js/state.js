// Keeps "checking", "preparing 40 %" true while somebody looks, and shows the page anew when the
// video can be watched or everything is settled. When nothing can be heard it says that, too: words
// that stand still for ever would be a lie.

const EVERY = 2000;
const UNHEARD = 5;

for (const box of document.querySelectorAll("[data-video-state]")) {
  if (!("settled" in box.dataset)) watch(box);
}

async function watch(box) {
  const words = box.querySelector("[data-progress-words]");
  const number = box.querySelector("[data-progress-number]");
  const bar = box.querySelector("[data-progress-bar]");
  const say = (line) => { if (words && words.textContent !== line) words.textContent = line; };
  let preview = null;
  let unheard = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    if (document.visibilityState === "hidden") continue;
    const now = await ask(box.dataset.videoState);
    unheard = now ? 0 : unheard + 1;
    if (unheard >= UNHEARD) say(box.dataset.unheard);
    if (now) {
      if (preview === null) preview = now.preview;
      if (now.settled || now.preview !== preview) {
        if (mayReload()) window.location.reload();
        else say(box.dataset.news);
        return;
      }
      say(now.words);
      if (number) number.textContent = now.percent === null ? "" : `${now.percent}\u00a0%`;
      if (bar) {
        if (now.percent === null) bar.removeAttribute("value");
        else bar.value = now.percent;
      }
    }
  }
}

/** Whoever has something unsaved on this page, or an upload under way, may say no; so may words
 *  that were typed into a plain form. */
function mayReload() {
  const typed = [...document.querySelectorAll("form textarea, form input:not([type=hidden])")];
  if (typed.some((field) => field.value !== field.defaultValue && field.type !== "file")) return false;
  return document.dispatchEvent(new Event("hoike:reload", { cancelable: true }));
}

async function ask(url) {
  try {
    const answer = await fetch(url, {
      headers: { Accept: "application/json" },
      // A redirect leads to a sign-in page, which knows nothing of the video.
      redirect: "error",
      signal: AbortSignal.timeout?.(15000),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // The network is gone for a moment; the next turn asks again.
  }
}
