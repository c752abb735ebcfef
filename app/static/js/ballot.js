/* Counts the picks on the ballot and holds the rest back at the most there may be.
 *
 * The words come from the server: `data-words` has one sentence for each number of picks, divided
 * by "|". Without this script the server says when there are too many.
 */

const form = document.querySelector("[data-ballot]");

function count(boxes, status, most) {
  const picked = boxes.filter((box) => box.checked).length;
  const full = picked >= most;
  for (const box of boxes) box.disabled = full && !box.checked && most > 1;
  const words = status.dataset.words.split("|")[Math.min(picked, most)];
  status.textContent = full && most > 1 ? `${words}. ${status.dataset.full}` : words;
}

if (form) {
  const boxes = [...form.querySelectorAll('input[name="picks"]')];
  const status = form.querySelector("[data-ballot-status]");
  const most = Number(form.dataset.most);
  const show = () => count(boxes, status, most);

  form.addEventListener("change", (event) => {
    if (!boxes.includes(event.target)) return;
    // With a single pick, choosing another one means changing one's mind.
    if (most === 1 && event.target.checked) {
      for (const box of boxes) box.checked = box === event.target;
    }
    show();
  });
  // A browser that goes back to this page brings the ticks back after the script ran.
  window.addEventListener("pageshow", show);
}

/* Where a season asks to watch some videos first, a film whose page was opened counts as watched.
 * It stays on this device, in this tab. */
const WATCHED = "hoike-watched";
const kept = () => new Set(JSON.parse(sessionStorage.getItem(WATCHED) ?? "[]"));

if (form?.dataset.watchFirst) {
  const tick = () => {
    for (const slug of kept()) {
      const box = form.querySelector(`input[name="watched"][value="${CSS.escape(slug)}"]`);
      if (box) box.checked = true;
    }
  };
  form.addEventListener("click", (event) => {
    const film = event.target.closest("[data-watch]");
    if (!film) return;
    sessionStorage.setItem(WATCHED, JSON.stringify([...kept().add(film.dataset.watch)]));
  });
  window.addEventListener("pageshow", tick);
}
