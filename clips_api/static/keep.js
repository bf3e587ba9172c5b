// Keep a clip in a collection: c, a name or none, Enter. Any page may call keep({ clip, quote }).
import { keys } from "./keys.js";
import { recall, remember } from "./memory.js";
import { current } from "./play.js";
import { toast } from "./toast.js";

const FIRST = "Worth copying"; // what the first collection of all is called unless a name is typed
const API = "/api/v1/collections";
const REASONS = { same: "this clip", overlap: "a clip of the same moment", words: "the same words, of another call" };

const panel = document.createElement("dialog");
panel.className = "keep-panel";
panel.setAttribute("aria-labelledby", "keep-title");
panel.innerHTML = `
  <form method="dialog">
    <h2 id="keep-title">Keep this clip</h2>
    <p class="quote"></p>
    <label for="keep-where">Collection</label>
    <input id="keep-where" role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls="keep-list" maxlength="200" autocomplete="off" placeholder="Type to find one, or to name a new one">
    <ul id="keep-list" role="listbox" aria-label="Collections"></ul>
    <label for="keep-why">Why is it strong?</label>
    <input id="keep-why" maxlength="2000" autocomplete="off">
    <p class="notice" role="status" hidden></p>
    <div class="row"><button class="button main">Keep <kbd aria-hidden="true">↵</kbd></button><button class="button" type="button">Cancel</button></div>
  </form>`;
document.body.append(panel);
const form = panel.querySelector("form");
const where = panel.querySelector("#keep-where");
const list = panel.querySelector("#keep-list");
const why = panel.querySelector("#keep-why");
const notice = panel.querySelector(".notice");
const [yes, no] = panel.querySelectorAll("button");

let asked = null; // the clip, and what is loaded about it
let choices = [];
let at = 0;

export function keep({ clip, quote = "" }) {
  asked = { clip, busy: false, anyway: false };
  panel.querySelector(".quote").textContent = quote && `“${quote.trim().replace(/^“|”$/g, "")}”`;
  where.value = why.value = "";
  say("");
  list.replaceChildren();
  panel.showModal();
  where.focus();
  asked.loaded = load(asked);
}

async function load(one) {
  const [all, holding] = await Promise.all([get(API), get(`${API}?clip=${encodeURIComponent(one.clip)}`)]);
  if (one !== asked) return;
  if (!all || !holding) return say("The collections can’t be read right now. Try again in a moment.", false);
  one.collections = all;
  one.held = holding.map(({ title }) => title);
  if (one.held.length) say(`Already kept in ${named(one.held)}.`);
  choose();
}

const get = async (address) => {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? (await answer.json()).items : null;
};
const send = (method, address, body) => {
  const headers = { "Content-Type": "application/json" };
  return fetch(address, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
};
const named = (titles) => titles.map((title) => `“${title}”`).join(", ");

function say(text, again) {
  notice.textContent = text;
  notice.hidden = !text;
  notice.classList.toggle("warn", again !== undefined);
  if (asked) asked.anyway = again === true;
  yes.firstChild.data = again ? "Keep it anyway " : "Keep ";
}

// --- which collection

function choose() {
  const typed = where.value.trim().replace(/\s+/g, " ");
  const like = (title) => title.toLowerCase().includes(typed.toLowerCase());
  choices = (asked.collections ?? []).filter(({ title }) => like(title));
  const same = choices.findIndex(({ title }) => title.toLowerCase() === typed.toLowerCase());
  if (typed ? same < 0 : !choices.length) choices.push({ title: typed || FIRST, fresh: true });
  const last = choices.findIndex(({ id }) => String(id) === recall("kept-in"));
  at = Math.max(0, typed ? same : last);
  list.replaceChildren(...choices.map(option));
  mark();
}

function option({ title, clips, fresh }, number) {
  const one = document.createElement("li");
  one.id = `keep-${number}`;
  one.setAttribute("role", "option");
  const name = document.createElement("span");
  name.textContent = fresh ? `New: “${title}”` : title;
  one.append(name);
  if (!fresh) {
    const count = document.createElement("span");
    count.className = "n";
    count.textContent = clips;
    count.title = clips === 1 ? "1 clip" : `${clips} clips`;
    one.append(count);
  }
  return one;
}

function mark() {
  [...list.children].forEach((one, number) => one.setAttribute("aria-selected", number === at));
  list.children[at]?.scrollIntoView({ block: "nearest" });
  where.setAttribute("aria-activedescendant", `keep-${at}`);
}

where.addEventListener("input", () => {
  say("");
  choose();
});
list.addEventListener("click", (event) => {
  const one = event.target.closest("[role=option]");
  if (!one) return;
  at = [...list.children].indexOf(one);
  say("");
  mark();
});
panel.addEventListener("keydown", (event) => {
  event.stopPropagation(); // the page behind has keys of its own
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !choices.length) return;
  event.preventDefault();
  at = (at + step + choices.length) % choices.length;
  say("");
  mark();
});
no.addEventListener("click", () => panel.close());
panel.addEventListener("click", (event) => event.target === panel && panel.close()); // beside it

// --- keeping

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const one = asked;
  if (one.busy) return;
  one.busy = true;
  await one.loaded;
  const choice = one.collections && choices[at];
  if (!choice) return void (one.busy = false);
  const problem = await put(one, choice).catch(() => "It could not be kept. Try again in a moment.");
  one.busy = false;
  if (problem) return one === asked && say(problem.text ?? problem, problem.again ?? false);
  panel.close();
});

async function put(one, choice) {
  if (!choice.id) {
    const made = await send("POST", API, { title: choice.title });
    if (!made?.ok) return told(made);
    choice.id = (await made.json()).id;
  }
  const body = { clip_id: one.clip, why: why.value, anyway: one.anyway };
  const answer = await send("POST", `${API}/${choice.id}/clips`, body);
  if (answer?.status === 409) {
    const { duplicates = [] } = await answer.json();
    const same = duplicates.some(({ reason }) => reason === "same");
    const found = duplicates.map(({ reason, place }) => `${REASONS[reason]} (number ${place})`);
    return { text: `Already kept in “${choice.title}”: ${found.join("; ")}.`, again: !same };
  }
  if (!answer?.ok) return told(answer);
  const { duplicates } = await answer.json();
  const elsewhere = [...new Set(duplicates.map(({ title }) => title))].filter((title) => title !== choice.title);
  remember("kept-in", choice.id);
  show(one.clip, [...one.held, choice.title]);
  const also = elsewhere.length ? `; ${duplicates.some(({ reason }) => reason === "words") ? "the same words are" : "it is"} also kept in ${named(elsewhere)}` : "";
  toast(`Kept in “${choice.title}”${also}`, () => undo(one, choice));
  dispatchEvent(new CustomEvent("kept", { detail: { clip: one.clip, title: choice.title } }));
}

const told = async (answer) => {
  const problem = await answer?.json().catch(() => null);
  return problem ? [problem.title, problem.detail].filter(Boolean).join(" ") : "It could not be kept. Try again in a moment.";
};

async function undo(one, choice) {
  const answer = await send("DELETE", `${API}/${choice.id}/clips/${one.clip}`);
  if (!answer?.ok) return toast("That could not be undone: the library shows what is kept.");
  if (choice.fresh) {
    const left = await fetch(`${API}/${choice.id}`).then((found) => found.json());
    if (left.clips === 0) await send("DELETE", `${API}/${choice.id}`);
  }
  show(one.clip, one.held);
  toast("Not kept");
}

function show(clip, titles) {
  for (const link of document.querySelectorAll(`[data-keep="${CSS.escape(clip)}"]`)) {
    link.querySelector("span").textContent = titles.length ? "kept" : "keep";
    link.classList.toggle("on", titles.length > 0);
    link.title = titles.length ? `Kept in ${named(titles)}` : "Keep it in a collection (c)";
  }
}

// --- from a page: its buttons, and c on what has the focus or plays

const words = (place) => place.querySelector("blockquote")?.textContent ?? "";

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-keep]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  keep({ clip: link.dataset.keep, quote: words(link.closest(".clip") ?? link) });
});

keys({
  keep() {
    const place = document.activeElement?.closest(".clip[data-id]") ?? current()?.closest(".clip[data-id]");
    if (!place) return false;
    keep({ clip: place.dataset.id, quote: words(place) });
  },
});
