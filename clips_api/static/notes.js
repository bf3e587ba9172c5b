// Writing a note: play in place, ctrl or ⌘ with Enter sends, a pasted link chooses itself, the page's link can be copied.
import { copy } from "./copy.js";
import { toggle } from "./play.js";
import { toast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const play = event.target.closest("main .play");
  if (play && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    return toggle(play);
  }
  if (event.target.closest("[data-copy-page]")) {
    const link = location.origin + location.pathname;
    toast((await copy(link)) ? "Link copied" : `Can’t copy: ${link}`);
  }
});

const form = document.querySelector("#note");
form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[value=send]"));
});
form?.addEventListener("input", (event) => {
  if (event.target.name === "other") form.querySelector("#example-other").checked = true;
});

// What was typed and not saved is not lost by a stray click.
let saved = true;
form?.addEventListener("input", () => (saved = false));
form?.addEventListener("submit", () => (saved = true));
addEventListener("beforeunload", (event) => {
  if (!saved) event.preventDefault();
});
