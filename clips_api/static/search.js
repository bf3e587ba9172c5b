// Search as you type, play in place, walk with the arrows. The page works without.
import { keys } from "./keys.js";
import { current, pause, stop, toggle } from "./play.js";

const form = document.querySelector("#search");
const box = document.querySelector("#q");
const filters = document.querySelector("#filters");
const results = document.querySelector("#results");
const found = document.querySelector("#found");
const panel = document.querySelector("#share");
let asking = new AbortController();

if (location.hash === "#q" || !matchMedia("(pointer: coarse)").matches) box.focus({ preventScroll: true });

// --- searching

const usual = (control) => (control.name === "sort" ? "relevance" : "");

function address() {
  const values = [...new FormData(form)].filter(([name, value]) => value !== usual({ name }));
  return values.length ? `/search?${new URLSearchParams(values)}` : "/search";
}

// The controls say what the address says, also before their counts come.
function settle(url) {
  for (const control of form.elements) {
    const values = url.searchParams.getAll(control.name);
    if (control.type === "checkbox") control.checked = values.includes(control.value);
    else if (control.name && control !== document.activeElement) control.value = values[0] ?? usual(control);
  }
}

async function piece(url, only, signal) {
  const part = new URL(url);
  part.searchParams.set("only", only);
  const answer = await fetch(part, { signal, headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.status);
  return answer.text();
}

async function show(href, { push = false } = {}) {
  asking.abort();
  const { signal } = (asking = new AbortController());
  const url = new URL(href, location);
  settle(url);
  try {
    const html = await piece(url, "results", signal);
    stop();
    fill(results, html);
    if (url.href !== location.href) history[push ? "pushState" : "replaceState"](null, "", url);
    document.title = `${box.value.trim() || "Search"} · Exemplar`;
    found.textContent = results.querySelector("[data-found]")?.textContent ?? "";
  } catch (error) {
    if (error.name !== "AbortError") location.href = url;
    return;
  }
  const counts = await piece(url, "filters", signal).catch(() => null);
  const typed = filters.querySelector("input[type=date]:focus"); // somebody is writing a date
  if (counts === null) return;
  if (!typed) fill(filters, counts);
  else typed.addEventListener("blur", () => signal.aborted || setTimeout(() => fill(filters, counts)), { once: true });
}

// How to find what has the focus in a place that is about to be written anew.
function wayTo(one) {
  const value = one.type === "checkbox" ? `[value="${CSS.escape(one.value)}"]` : "";
  if (one.name) return `[name="${one.name}"]${value}`;
  const name = ["choice", "id"].find((key) => key in one.dataset);
  return name ? `[data-${name}="${CSS.escape(one.dataset[name])}"]` : one.matches("summary") ? "summary" : "*";
}

function fill(place, html) {
  const way = place.contains(document.activeElement) && place !== document.activeElement && wayTo(document.activeElement);
  const open = place.querySelector(".more-filters")?.open;
  const left = place.querySelector(".chips")?.scrollLeft;
  place.innerHTML = html;
  if (open !== undefined) place.querySelector(".more-filters").open = open;
  if (left && place === filters) place.querySelector(".chips").scrollLeft = left;
  if (way) (place.querySelector(way) ?? results).focus({ preventScroll: true });
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
filters.addEventListener("change", (event) => event.target.form === form && show(address(), { push: true }));
addEventListener("popstate", () => {
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  show(location.href);
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const does = {
    ".clip .play": toggle,
    ".more a": append,
    "[data-share]": share,
    "[data-sets]": choose,
  };
  for (const [what, act] of Object.entries(does)) {
    const one = event.target.closest(`main ${what}`);
    if (!one) continue;
    event.preventDefault();
    return act(one);
  }
});

// A choice changes what the controls say now, which may be more than what its own address was made from.
function choose(chip) {
  const url = new URL(address(), location);
  const sets = [...new URLSearchParams(chip.dataset.sets)];
  for (const [name] of sets) url.searchParams.delete(name);
  for (const [name, value] of sets) if (value) url.searchParams.append(name, value);
  clearTimeout(soon);
  show(url, { push: true });
}

async function append(more) {
  const last = more.closest("li");
  const html = await piece(more.href, "more").catch(() => null);
  if (html === null) return void (location.href = more.href);
  const before = last.previousElementSibling;
  last.outerHTML = html;
  before?.nextElementSibling?.focus();
}

// One panel at a time, in the result that it is about; asked for again, it goes.
function share(link) {
  const clip = link.closest(".clip");
  const was = results.querySelector(".share");
  was?.remove();
  if (was?.dataset.clip === link.dataset.share) return clip.focus();
  clip.insertAdjacentHTML("beforeend", panel.innerHTML.replaceAll("CLIP", link.dataset.share));
  clip.querySelector(".share select").focus();
}

// --- keys

const clips = () => [...results.querySelectorAll(".clip")];
const here = () => document.activeElement?.closest?.(".clip");

function step(by) {
  const all = clips();
  if (!all.length) return false;
  (all[Math.min(all.indexOf(here()) + by, all.length - 1)] ?? box).focus();
}

const acts = {
  next: () => step(1),
  previous: () => (here() ? step(-1) : false),
  play() {
    const play = here()?.querySelector(".play") ?? current();
    if (!play) return false;
    toggle(play);
  },
  open(event) {
    if (!event.target.matches(".clip")) return false; // a link or a button has its own way
    event.target.querySelector(".about").click();
  },
  share() {
    const link = (here() ?? current()?.closest(".clip"))?.querySelector("[data-share]");
    if (!link) return false;
    share(link);
  },
  note() {
    const link = (here() ?? current()?.closest(".clip"))?.querySelector("[data-note]");
    if (!link) return false;
    link.click();
  },
  back() {
    const open = results.querySelector(".share");
    if (open) return share(open.closest(".clip").querySelector("[data-share]"));
    pause();
    box.select();
  },
};
keys(acts);
box.addEventListener("keydown", (event) => {
  const act = { ArrowDown: acts.next, Escape: acts.back }[event.key];
  if (act?.() !== false && act) event.preventDefault();
});
