/* Buttons that copy what stands beside them, and hand an address to the device's own way to share.
 *
 * `data-copy` names the element whose words are copied; `data-share` holds the address. Both are
 * hidden until this script runs, and where a browser can't do it.
 */

const status = document.createElement("p");
status.className = "visually-hidden";
status.setAttribute("role", "status");
document.body.append(status);

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
    } catch {
      // Not allowed here: mark the words, so that the usual keys copy them.
      getSelection().selectAllChildren(source);
      return;
    }
    button.textContent = status.textContent = button.dataset.copied;
    setTimeout(() => {
      button.textContent = words;
      status.textContent = "";
    }, 3000);
  });
}

for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
  });
}
