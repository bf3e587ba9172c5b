// A link that was just shown, into the clipboard at a press.
import { copy } from "./copy.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.textContent = (await copy(button.dataset.copy)) ? "Copied" : "Copy it from here";
    button.closest(".row").querySelector("input").select();
  });
}
