/* Fills in the code that a camera read from a slip: it stands behind the "#", which no server is
 * told. */

const field = document.querySelector("[data-slip] input[name=code]");
if (field && location.hash.length > 1) {
  field.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
  field.form.querySelector("button[type=submit]").focus();
} else if (field && !field.value) {
  field.focus();
}
