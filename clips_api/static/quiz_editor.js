// The editor of a quiz: texts grow with what is written, what is not saved is said, clips play in place.
import { toggle } from "./play.js";

const form = document.querySelector("#quiz");
const told = document.querySelector("#saved");
let changed = false;

const grow = (area) => {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
};
for (const area of form.querySelectorAll("textarea")) grow(area);

document.addEventListener("input", (event) => {
  if (event.target.form !== form) return;
  if (event.target.matches("textarea")) grow(event.target);
  changed = true;
  told.textContent = "Not saved yet";
});
form.addEventListener("submit", () => (changed = false));
addEventListener("beforeunload", (event) => changed && event.preventDefault());
form.addEventListener("click", (event) => {
  const button = event.target.closest(".play");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(button);
});
