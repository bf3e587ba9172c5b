// Tries sentences while they are typed, follows long work, plays clips in place, numbers the editor's lines.
import { toggle } from "./play.js";

const $ = (selector, within = document) => within.querySelector(selector);

// --- try a sentence

const form = $(".try");
let asking = null;
let soon = 0;

async function tryIt() {
  asking?.abort();
  asking = new AbortController();
  const asked = new URLSearchParams(new FormData(form));
  const place = $("#tried");
  if (!asked.get("sentence").trim()) return place.replaceChildren();
  try {
    const answer = await fetch("/playbook?part=tried&" + asked, { signal: asking.signal });
    if (answer.ok) place.innerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

form?.addEventListener("input", () => {
  clearTimeout(soon);
  soon = setTimeout(tryIt, 250);
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(soon);
  tryIt();
});

// --- what goes on by itself

async function follow(place) {
  if (!$("[data-busy]", place)) return;
  await new Promise((done) => setTimeout(done, 1000));
  if (!document.hidden) {
    const answer = await fetch(place.dataset.live, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) {
      const html = await answer.text();
      const held = place.contains(document.activeElement) && document.activeElement.value;
      if (place.innerHTML !== html) place.innerHTML = html;
      if (held) $(`button[value="${held}"]`, place)?.focus();
    }
  }
  follow(place);
}
for (const place of document.querySelectorAll("[data-live]")) follow(place);

// --- play in place

document.addEventListener("click", (event) => {
  const play = event.target.closest(".play");
  if (!play || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(play);
});

// --- the editor

const editor = $("#editor");
if (editor) {
  const text = $("textarea", editor);
  const gutter = $(".gutter", editor);
  const faulty = new Set([...editor.querySelectorAll("[data-line]")].map((button) => Number(button.dataset.line)));
  let lines = 0;
  let changed = $(".notice[role=alert]") !== null;

  const number = () => {
    const now = text.value.split("\n").length;
    if (now === lines) return;
    lines = now;
    gutter.replaceChildren(
      ...Array.from({ length: lines }, (_, at) => {
        const line = document.createElement("span");
        line.textContent = at + 1;
        line.classList.toggle("fault", faulty.has(at + 1));
        return line;
      }),
    );
  };
  const go = (line) => {
    const start = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = text.value.indexOf("\n", start);
    text.focus();
    text.setSelectionRange(start, end < 0 ? text.value.length : end);
    text.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(text).lineHeight));
    text.scrollLeft = 0;
  };

  number();
  text.addEventListener("input", () => {
    changed = true;
    number();
  });
  text.addEventListener("scroll", () => (gutter.scrollTop = text.scrollTop));
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-line]");
    if (button) go(Number(button.dataset.line));
  });
  editor.addEventListener("submit", () => (changed = false));
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
}

// --- the phrase form: only what counts belongs to a kind of phrase

const phrase = $(".phrase");
const which = () => ($(".which", phrase).hidden = phrase.elements.counts.value === "no");
if (phrase) {
  phrase.addEventListener("change", which);
  which();
}
