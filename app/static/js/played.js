/* Counts that a film was played, once for each page that is opened: a number on the server, and
 * nothing about who played it.
 */

for (const player of document.querySelectorAll("[data-played]")) {
  player.querySelector("video").addEventListener(
    "play",
    () => {
      fetch(player.dataset.played, { method: "POST", keepalive: true, credentials: "omit" }).catch(() => {});
    },
    { once: true },
  );
}
