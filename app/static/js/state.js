// Keeps "checking", "preparing 40 %" true while somebody looks, and shows the page anew when the
// video can be watched or everything is settled.

const EVERY = 2000;

for (const box of document.querySelectorAll("[data-video-state]")) {
  if (!("settled" in box.dataset)) watch(box);
}

async function watch(box) {
  const words = box.querySelector("[data-progress-words]");
  const number = box.querySelector("[data-progress-number]");
  const bar = box.querySelector("[data-progress-bar]");
  let preview = null;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    const now = await ask(box.dataset.videoState);
    if (now) {
      if (preview === null) preview = now.preview;
      if (now.settled || now.preview !== preview) {
        window.location.reload();
        return;
      }
      if (words) words.textContent = now.words;
      if (number) number.textContent = now.percent === null ? "" : `${now.percent}\u00a0%`;
      if (bar) {
        if (now.percent === null) bar.removeAttribute("value");
        else bar.value = now.percent;
      }
    }
  }
}

async function ask(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // The network is gone for a moment; the next turn asks again.
  }
}
