// The lesson's editor without reloads: every change is saved, the counter and what stands in the way follow; order by
// buttons, keys and drag; what is taken out can be put back.
import { clock } from "./clock.js";
import { listKeys } from "./list_keys.js";
import { current, toggle } from "./play.js";
import { toast } from "./toast.js";

const PAUSE = 500; // milliseconds after the last key before it is saved
const form = document.querySelector("#lesson");
const list = document.querySelector("#items");
const saved = document.querySelector("#saved");
const counter = document.querySelector("#counter");
const API = `/api/v1/modules/${form.dataset.module}`;
const headers = { "Content-Type": "application/json" };
const items = () => [...list.querySelectorAll(".item")];
const part = (item, name) => item.querySelector(`[name=${name}]`);

// --- saving, one after another; what was typed meanwhile is in the next one

const told = () => ({
  items: items().map((item) => {
    const [id, words] = [part(item, "key").value, part(item, "words").value];
    if (item.dataset.kind === "text") return { kind: "text", id, title: part(item, "heading").value, text: words };
    return { kind: "clip", id, clip_id: part(item, "clip").value, note: words };
  }),
  quiz_id: Number(form.elements.quiz.value) || null,
  revision: Number(form.elements.revision.value),
});
let line = Promise.resolve();
let timer = 0;
let stuck = false;
let title = form.elements.title.value;

function later() {
  clearTimeout(timer);
  saved.textContent = "";
  timer = setTimeout(save, PAUSE);
}

function save() {
  clearTimeout(timer);
  timer = 0;
  line = line.then(send);
  return line;
}

async function send() {
  if (stuck) return;
  try {
    const name = form.elements.title.value.trim();
    if (name && name !== title) {
      await ask(API, "PATCH", { title: name });
      title = name;
    }
    show(await ask(`${API}/draft`, "PUT", told()));
    saved.textContent = "Saved";
  } catch (error) {
    saved.textContent = "";
    if (error.status === 409) return overtaken();
    saved.textContent = error.message;
  }
}

async function ask(address, method, body) {
  const answer = await fetch(address, { method, headers, body: JSON.stringify(body), keepalive: true }).catch(() => null);
  if (answer?.ok) return answer.json();
  const problem = await answer?.json().catch(() => null);
  const words = problem ? [problem.title, problem.detail].filter(Boolean).join(" ") : "Not saved: Exemplar can’t be reached. Your words stay here; change anything to try again.";
  throw Object.assign(new Error(words), { status: answer?.status });
}

function overtaken() {
  stuck = true;
  const notice = document.createElement("p");
  notice.className = "notice warn undo";
  notice.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = "Somebody else changed this lesson meanwhile.";
  const button = (text, does) => {
    const one = document.createElement("button");
    Object.assign(one, { type: "button", className: "button", textContent: text });
    one.addEventListener("click", does);
    return one;
  };
  const mine = button("Keep mine", async () => {
    const now = await fetch(API).then((answer) => answer.json());
    form.elements.revision.value = now.version.revision;
    stuck = false;
    notice.remove();
    save();
  });
  notice.append(words, button("Load theirs", () => location.reload()), mine);
  form.prepend(notice);
  notice.scrollIntoView({ block: "center" });
}

// --- what the server says of it

function show(module) {
  const { version, obstacles } = module;
  form.elements.revision.value = version.revision;
  counter.querySelector(".counted-time").textContent = version.counter;
  const meter = counter.querySelector("meter");
  meter.value = version.seconds;
  counter.classList.toggle("over", version.seconds > meter.max);
  const takes = new Map(version.items.map(({ id }, place) => [id, version.item_seconds[place]]));
  for (const item of items()) {
    const id = part(item, "key").value;
    item.querySelector("[data-takes]").textContent = clock(takes.get(id) ?? 0);
    hint(item, obstacles.find((one) => one.item === id));
  }
  const some = obstacles.filter((one) => one.item);
  const words = obstacles.filter((one) => !one.item).map((one) => one.words);
  if (some.length) words.push(`${some.length} ${some.length === 1 ? "clip or text" : "clips or texts"} to look at: it is said there what is missing.`);
  document.querySelector("#obstacles").replaceChildren(
    ...words.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
  );
  document.querySelector("#publish").disabled = !module.draft || obstacles.length > 0;
  document.querySelector("#standing").textContent =
    module.number === null
      ? "Nobody can be given it until it is published."
      : module.draft
        ? `Version ${module.number} is out. Your changes are version ${version.number}, once you publish them.`
        : `Version ${module.number} is out.`;
  const preview = document.querySelector("#preview");
  if (preview) preview.href = `/modules/${module.id}/v/${version.number}/lesson`;
  items().forEach((item, place) => {
    const play = item.querySelector(".play");
    if (play && play !== current()) play.href = `/modules/${module.id}/v/${version.number}/lesson/clips/${place + 1}/audio`;
  });
}

function hint(item, obstacle) {
  const there = item.querySelector("[data-obstacle]");
  if (!obstacle) return there?.remove();
  const words = item.dataset.kind === "text" && document.activeElement?.closest(".item") === item ? "" : obstacle.words;
  if (!words) return there?.remove();
  if (there?.dataset.words === words || there?.firstChild.textContent.trim() === words) return;
  there?.remove();
  const place = document.createElement("p");
  place.className = "obstacle";
  place.dataset.obstacle = "";
  place.dataset.words = words;
  place.append(`${words} `);
  if (obstacle.why === "ask") {
    const button = document.createElement("button");
    Object.assign(button, { className: "button", name: "do", value: `ask:${part(item, "clip").value}`, textContent: "Ask" });
    place.append(button);
  }
  item.querySelector(".item-foot").before(place);
}

// --- order, taking out, new texts

function number() {
  const all = items();
  all.forEach((item, index) => {
    item.querySelector(".place").textContent = index + 1;
    const label = (act, words) => item.querySelector(`[data-act=${act}]`).setAttribute("aria-label", words);
    label("up", `Move item ${index + 1} up`);
    label("down", `Move item ${index + 1} down`);
    label("out", `Take item ${index + 1} out`);
    item.querySelector("[data-act=up]").disabled = index === 0;
    item.querySelector("[data-act=down]").disabled = index === all.length - 1;
  });
  document.querySelector("#nothing")?.remove();
}

function put(item, index) {
  list.insertBefore(item, items().filter((one) => one !== item)[index] ?? null);
  number();
}

function move(item, by) {
  const to = items().indexOf(item) + by;
  if (to < 0 || to >= items().length) return;
  put(item, to);
  save();
  toast(`Now number ${to + 1} of ${items().length}`);
}

function takeOut(item) {
  const index = items().indexOf(item);
  const next = items()[index + 1] ?? items()[index - 1];
  item.remove();
  number();
  next?.focus();
  save();
  toast("Taken out", () => {
    put(item, index);
    item.focus();
    save();
  });
}

let fresh = Math.max(0, ...items().map((item) => Number(part(item, "key").value) || 0));
function text() {
  fresh += 1;
  const blank = document.querySelector("#blank").innerHTML.replaceAll("__key__", fresh);
  list.insertAdjacentHTML("beforeend", blank);
  const item = items().at(-1);
  number();
  grow(part(item, "words"));
  part(item, "heading").focus();
  save();
}

const acts = { up: (item) => move(item, -1), down: (item) => move(item, 1), out: takeOut, text };

form.addEventListener("submit", (event) => {
  const act = acts[event.submitter?.dataset.act];
  if (!act && event.submitter?.value !== "save") {
    if (!stuck && (timer || event.submitter.dataset.waited === undefined)) {
      event.preventDefault(); // let what is under way land first: it changes the revision
      event.submitter.dataset.waited = "";
      save().then(() => form.requestSubmit(event.submitter));
    }
    return;
  }
  event.preventDefault();
  if (!act) return void save();
  const button = event.submitter;
  act(button.closest(".item"));
  if (button.closest(".item-tools") && !button.disabled) button.focus(); // not lost by moving
});
form.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) grow(event.target);
  later();
});
form.addEventListener("change", save);
form.elements.quiz.addEventListener("change", save); // it stands outside of the form
document.querySelector("#preview")?.addEventListener("click", (event) => {
  if (!timer || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault(); // what was typed last is seen there too
  save().then(() => (location.href = event.target.href));
});
window.addEventListener("pagehide", () => timer && save());

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}
for (const area of form.querySelectorAll("textarea")) grow(area);

// --- keys and drag

const here = () => document.activeElement?.closest(".item");
listKeys({ all: items, here, move, play: toggle });
list.addEventListener("click", (event) => {
  const play = event.target.closest(".play");
  if (!play || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(play);
});

let dragged = null;
let from = 0;
list.addEventListener("pointerdown", (event) => {
  const place = event.target.closest(".place");
  if (place) place.draggable = true;
});
list.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.(".place")) return;
  dragged = event.target.closest(".item");
  from = items().indexOf(dragged);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.id);
  event.dataTransfer.setDragImage(dragged, 16, 16);
  dragged.classList.add("dragged");
});
list.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.(".item");
  if (!dragged) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const box = over.getBoundingClientRect();
  list.insertBefore(dragged, event.clientY > box.top + box.height / 2 ? over.nextElementSibling : over);
});
list.addEventListener("drop", (event) => dragged && event.preventDefault());
list.addEventListener("dragend", (event) => {
  if (!dragged) return;
  const item = dragged;
  dragged = null;
  item.classList.remove("dragged");
  if (event.dataTransfer.dropEffect === "none") return put(item, from);
  number();
  if (items().indexOf(item) !== from) save();
});

// --- whom it is given to: a whole team by one tick

const assign = document.querySelector("#assign");
assign?.addEventListener("change", (event) => {
  if (event.target.name !== "team") return;
  for (const box of assign.querySelectorAll("input[name=person]:not(:disabled)"))
    if (box.dataset.team === event.target.value) box.checked = event.target.checked;
});
