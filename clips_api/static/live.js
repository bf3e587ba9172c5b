// Makes one part of a page like another, changing only what differs: focus, selection, and what somebody opened stay.
const keyOf = (node) => node.dataset?.key ?? node.dataset?.start ?? (node.id || null);

export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || keyOf(old) !== keyOf(fresh)) return old.replaceWith(fresh);
  if (old.nodeType !== Node.ELEMENT_NODE) return void (old.data = fresh.data);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  children(old, fresh);
}

function children(old, fresh) {
  const wanted = new Set([...fresh.children].map(keyOf));
  for (const node of [...old.children]) if (keyOf(node) && !wanted.has(keyOf(node))) node.remove();
  const kept = new Map([...old.children].filter(keyOf).map((node) => [keyOf(node), node]));
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const key = keyOf(node);
    const same = key ? kept.get(key) : at && !keyOf(at) && at.nodeName === node.nodeName ? at : null;
    if (!same) {
      old.insertBefore(node, at);
      continue;
    }
    while (key && at && at !== same && !keyOf(at)) at = drop(at); // a node that is moved loses the focus
    if (same === at) at = at.nextSibling;
    else old.insertBefore(same, at);
    kept.delete(key);
    morph(same, node);
  }
  while (at) at = drop(at);
}

function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}
