// Text into the clipboard; browsers offer it to pages that came over https or from this machine only, else the old way does.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = document.createElement("textarea");
    box.value = text;
    box.className = "hidden";
    const had = document.activeElement;
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    had?.focus({ preventScroll: true });
    return done;
  }
}
