// Shows the cards of the brand kit as they would look with what is typed, a moment after typing.

const PAUSE = 400;
const form = document.querySelector("[data-brand] form");
const cards = document.querySelectorAll("[data-card]");
let timer = 0;
let turn = 0; // A picture that was asked for earlier may come later.

function draw() {
  const asked = new URLSearchParams({
    accent: form.elements.namedItem("accent").value.trim(),
    tag: form.elements.namedItem("brand_tag").value.trim(),
    lower_third: form.elements.namedItem("lower_third").checked ? "1" : "0",
  });
  turn += 1;
  const mine = turn;
  for (const card of cards) {
    const next = new Image();
    // The old picture stays until the new one is there: nothing flickers.
    next.onload = () => { if (mine === turn) card.src = next.src; };
    next.src = `${card.dataset.card}?${asked}`;
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(draw, PAUSE);
});
