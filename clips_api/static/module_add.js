// Clips to choose from: they play in place, and the button says how many are chosen.
import { toggle } from "./play.js";

const form = document.querySelector("#offers");
const button = form.querySelector(".button.main");

form.addEventListener("click", (event) => {
  const play = event.target.closest(".play");
  if (!play || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(play);
});

function count() {
  const chosen = form.querySelectorAll("input[name=clip]:checked").length;
  button.disabled = chosen === 0;
  button.textContent = chosen < 2 ? "Put it in" : `Put ${chosen} in`;
}

if (button) {
  form.addEventListener("change", count);
  count();
}
