// Asks again while anything is under way, and changes only what changed: no flicker, the focus stays.
const live = document.querySelector("#live");
let tag = null;
let timer = 0;

async function ask() {
  clearTimeout(timer);
  let wait = 5000;
  try {
    if (!document.hidden) {
      const answer = await fetch("/status?part=live", { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
      if (answer.status === 401) return location.reload();
      if (answer.headers.get("X-Busy") === "1") wait = 1000;
      if (answer.status === 200) {
        tag = answer.headers.get("ETag");
        const made = document.createElement("template");
        made.innerHTML = await answer.text();
        morph(live, made.content);
      }
    }
  } catch {
    wait = 3000;
  }
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

// A row's buttons act in place, once.
live.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const buttons = [...form.closest("li").querySelectorAll("button")];
  const body = new URLSearchParams(new FormData(form));
  const action = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  for (const button of buttons) button.disabled = true;
  const done = await fetch(action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!done || done.status >= 400) for (const button of buttons) button.disabled = false;
  tag = null;
  ask();
});

const keyOf = (node) => node.dataset?.key ?? null;

function morph(old, fresh) {
  const kept = new Map([...old.children].filter(keyOf).map((node) => [keyOf(node), node]));
  const keys = new Set([...fresh.children].map(keyOf));
  for (const node of [...old.children]) if (!keys.has(keyOf(node))) node.remove();
  let at = old.firstElementChild;
  for (const node of [...fresh.children]) {
    const same = kept.get(keyOf(node));
    if (!same) {
      old.insertBefore(node, at);
      continue;
    }
    if (same === at) at = at.nextElementSibling;
    else old.insertBefore(same, at);
    if (same.outerHTML === node.outerHTML) continue;
    if (node.querySelector(":scope > [data-key]")) morph(same, node);
    else update(same, node);
  }
}

// Same shape: change texts and attributes where they are, so that focus and running transitions stay.
function update(old, fresh) {
  if (old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) return old.replaceWith(fresh);
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name, value } of fresh.attributes ?? []) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (old.nodeName === "BUTTON") old.disabled = fresh.disabled;
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  before.forEach((child, number) => update(child, after[number]));
}

timer = setTimeout(ask, 500);
document.addEventListener("visibilitychange", () => document.hidden || (tag = null));
