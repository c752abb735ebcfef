/* Gives each player with more than one rendition a labelled menu of its renditions.
 *
 * The label's words come from the server in `data-quality-label`. Changing keeps the moment, the
 * speed and whether it was playing; the height chosen is remembered on this device.
 */

const REMEMBERED = "player-height";

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(height) {
  try {
    localStorage.setItem(REMEMBERED, height);
  } catch {
    // A browser that keeps nothing still changes this player.
  }
}

function change(video, source) {
  const { currentTime, paused, playbackRate } = video;
  const started = currentTime > 0 || !paused;
  // This begins anew by itself. Calling load() as well would fetch what nobody plays yet.
  video.src = source.src;
  if (!started) return;
  video.addEventListener(
    "loadedmetadata",
    () => {
      video.currentTime = currentTime;
      video.playbackRate = playbackRate;
      if (!paused) video.play().catch(() => {});
    },
    { once: true },
  );
}

for (const player of document.querySelectorAll("[data-player]")) {
  const video = player.querySelector("video");
  const tools = player.querySelector(".player-tools");
  const sources = [...video.querySelectorAll("source")].filter((source) =>
    video.canPlayType(source.type),
  );
  if (sources.length < 2) continue;

  const select = document.createElement("select");
  sources.forEach((source, index) => {
    select.add(new Option(source.dataset.label, String(index)));
  });
  const label = document.createElement("label");
  label.className = "player-quality";
  label.append(player.dataset.qualityLabel, select);
  tools.append(label);

  // Who saves data gets the smallest, until somebody chooses.
  const saves = navigator.connection?.saveData || matchMedia("(prefers-reduced-data: reduce)").matches;
  const height = remembered() ?? (saves ? sources.at(-1).dataset.height : null);
  const wanted = sources.findIndex((source) => source.dataset.height === height);
  const current = sources.findIndex((source) => source.src === video.currentSrc);
  select.selectedIndex = wanted >= 0 ? wanted : Math.max(current, 0);
  if (wanted > 0) change(video, sources[wanted]);

  select.addEventListener("change", () => {
    const source = sources[select.selectedIndex];
    remember(source.dataset.height);
    change(video, source);
  });
}
