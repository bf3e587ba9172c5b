// Copies the text of a box into the clipboard; without this the box can be copied by hand.
import { copy } from "./copy.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const box = document.getElementById(button.dataset.copy);
    box.select();
    button.textContent = (await copy(box.value)) ? "Copied" : "Press Ctrl+C";
  });
}
