// What a key does: the table is the help overlay's own rows, made from keys.yml; a page says what its acts are.
import { recall } from "./memory.js";

document.documentElement.classList.add("scripted");

export const typing = (event) =>
  event.ctrlKey || event.metaKey || event.altKey ||
  (event.key?.length === 1 && event.key !== "?" && recall("letters") === "off") ||
  event.target.closest("input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]");

const table = new Map();
for (const row of document.querySelectorAll("#help [data-act]"))
  for (const key of row.dataset.keys.split(" ")) table.set(key, row.dataset.act);
const acts = {};

export const keys = (given) => void Object.assign(acts, given);

document.addEventListener("keydown", (event) => {
  const key = event.key === " " ? "Space" : event.key;
  const act = table.get(event.shiftKey && key.length > 1 ? `Shift+${key}` : key);
  if (!acts[act] || event.defaultPrevented || typing(event)) return;
  if (act !== "help" && document.querySelector("dialog[open]")) return;
  if (key === "Space" && event.target.closest("summary, button, input")) return;
  if (acts[act](event) !== false) event.preventDefault();
});

keys({
  search() {
    const box = document.querySelector("#q");
    if (box) box.select();
    else location.href = "/search#q";
  },
});
