/* Takes a kiosk back to its start, so that the next person does not see the last one's receipt.
 *
 * Whoever needs longer says so: for this once, or for all who come after on this device.
 */

const words = document.querySelector("[data-kiosk]");
const next = document.querySelector("[data-next]");
const KEPT = "hoike-kiosk-seconds";

if (words && next) {
  let seconds = Number(localStorage.getItem(KEPT)) || Number(words.dataset.seconds);
  let left = seconds;
  const show = () => {
    words.textContent = words.dataset.words.replace("#", String(left));
  };
  const clock = setInterval(() => {
    left -= 1;
    if (left <= 0) location.replace(next.href);
    else if (left % 10 === 0 || left === 5) show();
  }, 1000);
  show();
  document.querySelector("[data-kiosk-stay]").addEventListener("click", () => {
    clearInterval(clock);
    words.textContent = "";
  });
  document.querySelector("[data-kiosk-more]").addEventListener("click", () => {
    seconds += 30;
    left += 30;
    localStorage.setItem(KEPT, String(seconds));
    show();
  });
}
