// A collection without reloads: play in place, order by buttons, keys and drag, take out with a way back, say why.
import { listKeys } from "./list_keys.js";
import { current, toggle } from "./play.js";
import { toast } from "./toast.js";

const shelf = document.querySelector("#shelf");
const clips = () => [...shelf.querySelectorAll(".clip")];
const address = (clip) => `/api/v1/collections/${shelf.dataset.collection}/clips/${clip.dataset.id}`;
const headers = { "Content-Type": "application/json" };

// One after another, so that the last press is what is kept; what is shown runs ahead of it.
let line = Promise.resolve();
const send = (method, where, body) => {
  const sent = line.then(() => fetch(where, { method, headers, body: body && JSON.stringify(body), keepalive: true }));
  line = sent.catch(() => {});
  return sent.then((answer) => (answer.ok ? answer : Promise.reject(answer)));
};
const anew = () => location.reload();

function number() {
  const all = clips();
  all.forEach((clip, index) => {
    clip.querySelector(".place").textContent = index + 1;
    for (const button of clip.querySelectorAll("[data-move]")) {
      const to = index + Number(button.dataset.move);
      button.value = to + 1;
      button.disabled = to < 0 || to >= all.length;
      button.setAttribute("aria-label", `Move clip ${index + 1} ${to < index ? "up" : "down"}`);
    }
    clip.querySelector(".take-out button").setAttribute("aria-label", `Take clip ${index + 1} out of the collection`);
  });
  document.querySelector("#count").textContent = all.length === 1 ? "1 clip" : `${all.length} clips`;
}

function put(clip, index) {
  const others = clips().filter((one) => one !== clip);
  shelf.insertBefore(clip, others[index] ?? null);
  number();
}

const keepPlace = (clip) => send("PATCH", address(clip), { place: clips().indexOf(clip) + 1 }).catch(anew);

function move(clip, step) {
  const all = clips();
  const to = all.indexOf(clip) + step;
  if (to < 0 || to >= all.length) return;
  put(clip, to);
  keepPlace(clip);
  toast(`Now number ${to + 1} of ${all.length}`);
}

function takeOut(clip) {
  const index = clips().indexOf(clip);
  const where = address(clip);
  const next = clips()[index + 1] ?? clips()[index - 1];
  clip.remove();
  number();
  next?.focus();
  send("DELETE", where).catch(anew);
  toast("Taken out", () => {
    put(clip, index);
    clip.focus();
    send("POST", `${where}/back`).catch(anew);
  });
}

async function explain(form, clip) {
  const why = form.elements.why.value;
  try {
    const answer = await send("PATCH", address(clip), { why, version: Number(form.elements.version.value) });
    const saved = await answer.json();
    form.elements.version.value = saved.version;
    const summary = clip.querySelector(".strong > summary");
    const label = Object.assign(document.createElement("span"), { className: "label", textContent: "Why it is strong" });
    const sentence = Object.assign(document.createElement("span"), { className: "sentence", textContent: saved.why });
    const none = Object.assign(document.createElement("span"), { className: "faint", textContent: "Say why it is strong" });
    summary.replaceChildren(...(saved.why ? [label, " ", sentence] : [none]));
    clip.querySelector(".strong").open = false;
    summary.focus();
  } catch {
    form.submit(); // the page shows what is in the way
  }
}

function play(button) {
  if (button !== current()) {
    const clip = button.closest(".clip");
    const use = { what: "played", collection_id: Number(shelf.dataset.collection), clip_id: clip.dataset.id };
    navigator.sendBeacon("/api/v1/uses", new Blob([JSON.stringify(use)], { type: "application/json" }));
  }
  toggle(button);
}

if (shelf) {
  shelf.addEventListener("click", (event) => {
    const button = event.target.closest(".play");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    play(button);
  });
  shelf.addEventListener("submit", (event) => {
    const clip = event.target.closest(".clip");
    const button = event.submitter;
    event.preventDefault();
    if (event.target.matches(".moves")) {
      move(clip, Number(button.dataset.move));
      if (!button.disabled) button.focus();
      else clip.querySelector("[data-move]:not(:disabled)")?.focus();
    } else if (event.target.matches(".take-out")) takeOut(clip);
    else explain(event.target, clip);
  });

  const here = () => document.activeElement?.closest(".clip");
  listKeys({ all: clips, here, move, play });

  // --- drag by the number
  let dragged = null;
  let from = 0;
  for (const place of shelf.querySelectorAll(".place")) {
    place.draggable = true;
    place.title = "Drag to another place";
  }
  shelf.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.(".place")) return;
    dragged = event.target.closest(".clip");
    from = clips().indexOf(dragged);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.id);
    event.dataTransfer.setDragImage(dragged, 16, 16);
    dragged.classList.add("dragged");
  });
  shelf.addEventListener("dragover", (event) => {
    const over = dragged && event.target.closest?.(".clip");
    if (!dragged) return;
    event.preventDefault();
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    const after = event.clientY > box.top + box.height / 2;
    shelf.insertBefore(dragged, after ? over.nextElementSibling : over);
  });
  shelf.addEventListener("drop", (event) => dragged && event.preventDefault());
  shelf.addEventListener("dragend", (event) => {
    if (!dragged) return;
    const clip = dragged;
    dragged = null;
    clip.classList.remove("dragged");
    if (event.dataTransfer.dropEffect === "none") return put(clip, from);
    number();
    if (clips().indexOf(clip) !== from) keepPlace(clip);
  });
}
