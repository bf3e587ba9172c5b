// Three short piles: play in place, and deal with the moment that has the focus by one key. The page works without.
import { keys } from "./keys.js";
import { current, stop, toggle } from "./play.js";

const place = document.querySelector("#today");
const told = document.querySelector("#told");
const cards = () => [...place.querySelectorAll(".card[tabindex]")];
const here = () => document.activeElement?.closest?.(".card") ?? cards()[0];

// The piles are written anew; the focus goes to the card in the same pile, or to the first that is left.
async function renew(pile, said) {
  const answer = await fetch("/?part=piles").catch(() => null);
  if (!answer?.ok) return void location.reload();
  stop();
  place.innerHTML = await answer.text();
  told.textContent = said;
  const next = place.querySelector(`[aria-labelledby="${pile}"] .card[tabindex]`) ?? cards()[0];
  (next ?? place).focus?.({ preventScroll: true });
}

const pileOf = (card) => card.closest(".pile").getAttribute("aria-labelledby");

async function deal(card, does) {
  const body = new URLSearchParams({ clip: card.dataset.id, does });
  const answer = await fetch("/today", { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer || (answer.type !== "opaqueredirect" && !answer.ok)) return void location.reload();
  await renew(pileOf(card), { agree: "Agreed. The next one.", wrong: "Marked wrong. The next one.", later: "The next one." }[does]);
}

place.addEventListener("submit", (event) => {
  const card = event.target.closest(".card");
  if (!card || !event.submitter) return;
  event.preventDefault();
  deal(card, event.submitter.value);
});

place.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const play = event.target.closest(".play");
  if (play) {
    event.preventDefault();
    toggle(play);
  }
});

addEventListener("kept", (event) => renew("copy", `Kept in ${event.detail?.title ?? "the library"}.`));

function step(by) {
  const all = cards();
  const next = all[Math.min(Math.max(all.indexOf(here()) + by, 0), all.length - 1)];
  if (!next) return false;
  next.focus();
}

const dealt = (does) => () => {
  const card = here();
  if (!card?.dataset.id) return false;
  deal(card, does);
};

keys({
  next: () => step(1),
  previous: () => step(-1),
  play() {
    const play = here()?.querySelector(".play") ?? current();
    if (!play) return false;
    toggle(play);
  },
  agree: dealt("agree"),
  wrong: dealt("wrong"),
  later: dealt("later"),
  note() {
    const link = here()?.querySelector("[data-note]");
    if (!link) return false;
    link.click();
  },
  open() {
    const link = here()?.querySelector(".about, .deal a");
    if (!link || document.activeElement !== here()) return false;
    link.click();
  },
});
