// Copies links, and says when the test link was opened somewhere.
import { copy } from "./copy.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.textContent = (await copy(button.dataset.copy)) ? "Copied" : "Select it and copy";
    setTimeout(() => (button.textContent = words), 3000);
  });
}

const opened = document.querySelector("#opened");
async function look() {
  if (document.visibilityState === "visible") {
    try {
      const found = await (await fetch(opened.dataset.from, { cache: "no-store" })).json();
      const text = found.by ? `Opened in ${found.by}, ${found.ago}.` : opened.textContent;
      if (text !== opened.textContent) opened.textContent = text;
      opened.classList.toggle("yes", Boolean(found.by));
    } catch {}
  }
  setTimeout(look, 2000);
}
if (opened) look();
