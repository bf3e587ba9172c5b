// One line about what was just done, with a way back. It goes by itself, but not while somebody is on it.
import { keys } from "./keys.js";

const SHOWN = 10_000; // milliseconds
const place = document.createElement("div");
place.className = "toast";
place.setAttribute("role", "status");
document.body.append(place);
let away = 0;

export function toast(text, undo) {
  const words = document.createElement("span");
  words.textContent = text;
  place.replaceChildren(words);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Undo";
    button.addEventListener("click", () => {
      clear();
      undo();
    });
    place.append(button);
  }
  wait();
}

function clear() {
  clearTimeout(away);
  place.replaceChildren();
}

function wait() {
  clearTimeout(away);
  away = setTimeout(() => (place.matches(":hover, :focus-within") ? wait() : clear()), SHOWN);
}

keys({
  undo() {
    const button = place.querySelector("button");
    if (!button) return false;
    button.click();
  },
});
