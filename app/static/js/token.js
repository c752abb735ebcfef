/* Signing in anew, in another tab, makes this page's token worthless: fetch the one in force. */

/** Give every form of this page the token in force. `address` is a page of this person's with a
 *  form. False while nobody is signed in. */
export async function renewToken(address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("input[name=csrf_token]")?.value;
  if (!fresh) return false;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = fresh;
  return true;
}
