// On every page: "?" and the button show its keys. Somebody who speaks to their browser can turn single letters off.
import { keys } from "./keys.js";
import { recall, remember } from "./memory.js";

const help = document.querySelector("#help");
const letters = document.querySelector("#letters");
const toggle = () => (help.open ? help.close() : help.showModal());

if (help) {
  keys({ help: toggle });
  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", toggle);
  help.addEventListener("click", (event) => event.target === help && help.close()); // beside it
  letters.checked = recall("letters") !== "off";
  letters.addEventListener("change", () => remember("letters", letters.checked ? "on" : "off"));
}
