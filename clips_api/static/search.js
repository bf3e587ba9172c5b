// Search as you type, play in place, walk with the arrows. The page works without.
import { typing } from "./keys.js";
import { current, pause, stop, toggle } from "./play.js";

const form = document.querySelector("#search");
const box = document.querySelector("#q");
const results = document.querySelector("#results");
let asking = null;

if (location.hash === "#q" || !matchMedia("(pointer: coarse)").matches) box.focus();

// --- searching

const address = () => {
  const values = [...new FormData(form)].filter(([name, value]) => value && !(name === "sort" && value === "relevance"));
  return "/search?" + new URLSearchParams(values);
};

async function show(href, { push = false } = {}) {
  asking?.abort();
  asking = new AbortController();
  try {
    const url = new URL(href, location);
    const fragment = new URL(url);
    fragment.searchParams.set("part", "results");
    const answer = await fetch(fragment, { signal: asking.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const html = await answer.text();
    const held = results.contains(document.activeElement) && document.activeElement.name;
    stop();
    results.innerHTML = html;
    if (held) results.querySelector(`[name="${held}"]`)?.focus();
    if (url.href !== location.href) history[push ? "pushState" : "replaceState"](null, "", url);
    document.title = (box.value.trim() || "Search") + " · Exemplar";
  } catch (error) {
    if (error.name !== "AbortError") location.href = href;
  }
}

let soon = 0;
box.addEventListener("input", () => {
  clearTimeout(soon);
  soon = setTimeout(() => show(address()), 140);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(soon);
  show(address(), { push: true });
});
results.addEventListener("change", (event) => event.target.form === form && show(address(), { push: true }));
addEventListener("popstate", () => {
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  show(location.href);
});

results.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const play = event.target.closest(".play");
  const more = event.target.closest(".more a");
  const chip = event.target.closest(".chips a");
  if (!play && !more && !chip) return;
  event.preventDefault();
  if (play) toggle(play);
  else if (chip) show(chip.href, { push: true });
  else append(more);
});

async function append(more) {
  const last = more.closest("li");
  const url = new URL(more.href);
  url.searchParams.set("part", "more");
  const answer = await fetch(url);
  if (!answer.ok) return void (location.href = more.href);
  const before = last.previousElementSibling;
  last.outerHTML = await answer.text();
  before?.nextElementSibling?.focus();
}

// --- keys

document.addEventListener("keydown", (event) => {
  const clips = [...results.querySelectorAll(".clip")];
  const at = clips.indexOf(document.activeElement?.closest?.(".clip"));
  const inBox = event.target === box;
  if (event.key === "Escape" && (inBox || at >= 0)) {
    pause();
    box.select();
  } else if (event.key === "ArrowDown" && clips.length && (inBox || !typing(event))) {
    event.preventDefault();
    clips[Math.min(at + 1, clips.length - 1)].focus();
  } else if (event.key === "ArrowUp" && at >= 0 && !typing(event)) {
    event.preventDefault();
    if (at) clips[at - 1].focus();
    else box.focus();
  } else if (event.key === " " && !typing(event) && !event.target.closest("button, summary, select")) {
    const play = clips[at]?.querySelector(".play") ?? current();
    if (play) {
      event.preventDefault();
      toggle(play);
    }
  } else if (event.key === "Enter" && at >= 0 && event.target === clips[at]) {
    clips[at].querySelector(".about").click();
  }
});
