// Asks again while anything is under way, and changes only what changed: no flicker, the focus stays.
const live = document.querySelector("#live");
let tag = null;

async function ask() {
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
  setTimeout(ask, wait);
}

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
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  before.forEach((child, number) => update(child, after[number]));
}

setTimeout(ask, 500);
document.addEventListener("visibilitychange", () => document.hidden || (tag = null));
