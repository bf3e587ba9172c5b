// Thumbs and answers without a reload. A pressed one pressed again is taken back; y and x judge what has the focus.
import { typing } from "./keys.js";

const same = (form) => {
  const given = new FormData(form);
  const key = (one) => ["recording_id", "kind", "tag", "sentence"].map((name) => one.get(name)).join(" ");
  return [...document.querySelectorAll("form.judge")].filter((one) => key(new FormData(one)) === key(given));
};

function show(form, right, id) {
  for (const one of same(form)) {
    one.dataset.id = id;
    for (const button of one.querySelectorAll("button[data-right]")) {
      const pressed = right !== null && button.dataset.right === String(Number(right));
      button.setAttribute("aria-pressed", pressed);
      button.value = pressed ? "" : button.dataset.right;
    }
  }
}

const stated = (form) => {
  const pressed = form.querySelector("button[aria-pressed=true]");
  return pressed ? pressed.dataset.right === "1" : null;
};

// One after another, so that the last press is what is kept; what is shown runs ahead of it.
let line = Promise.resolve();
let waiting = 0;

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form.judge");
  const button = event.submitter;
  if (!form || !button?.dataset.right) return;
  event.preventDefault();
  const was = stated(form);
  const right = button.getAttribute("aria-pressed") === "true" ? null : button.dataset.right === "1";
  show(form, right, form.dataset.id);
  waiting += 1;
  line = line.then(() => send(form, right, was)).finally(() => (waiting -= 1));
});

async function send(form, right, was) {
  const { recording_id, kind, tag, sentence } = Object.fromEntries(new FormData(form));
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ recording_id, kind, tag, sentence, right });
  const id = form.dataset.id;
  if (right === null && !id) return; // what it takes back was never kept
  const answer = await (right === null
    ? fetch(`/api/v1/judgements/${id}`, { method: "DELETE" })
    : fetch("/api/v1/judgements", { method: "POST", headers, body })
  ).catch(() => null);
  if (answer?.ok) {
    const kept = right === null ? "" : (await answer.json()).id;
    for (const one of same(form)) one.dataset.id = kept;
  } else if (answer && answer.status >= 400 && answer.status < 500) location.reload(); // it is not there any more
  else if (waiting === 1) show(form, was, id);
}

document.addEventListener("keydown", (event) => {
  const wanted = { y: "1", x: "0" }[event.key];
  if (!wanted || typing(event) || event.repeat) return;
  const place = document.activeElement?.closest(".clip, [data-judge]");
  const button = place?.querySelector(`form.judge button[data-right="${wanted}"]`);
  if (!button) return;
  event.preventDefault();
  button.form.requestSubmit(button);
});
