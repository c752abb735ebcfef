/* Counts down the time that is left to every deadline: <time data-countdown="2027-03-13T09:59:00Z">.
 *
 * The words of the deadline itself come from the server and stay; this keeps the element with the
 * class `countdown-left` beside it up to date. Intl gives the words in the page's language, the same
 * as the server's: `left` in app/web/templating.py.
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", {
  numeric: "always",
});

function left(seconds) {
  const size = Math.abs(seconds);
  if (size >= 2 * DAY) return words.format(Math.trunc(seconds / DAY), "day");
  if (size >= 2 * HOUR) return words.format(Math.trunc(seconds / HOUR), "hour");
  if (size >= 2 * MINUTE) return words.format(Math.trunc(seconds / MINUTE), "minute");
  return words.format(Math.trunc(seconds), "second");
}

function show() {
  let soonest = Infinity;
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const place = time.parentElement.querySelector(".countdown-left");
    const seconds = (Date.parse(time.dataset.countdown) - Date.now()) / 1000;
    if (!place || Number.isNaN(seconds)) continue;
    const next = left(seconds);
    if (place.textContent !== next) place.textContent = next;
    soonest = Math.min(soonest, Math.abs(seconds));
  }
  if (soonest < Infinity) setTimeout(show, soonest < 3 * MINUTE ? 1000 : 30000);
}

show();
// A part of the page was shown anew.
document.addEventListener("hoike:shown", show);
