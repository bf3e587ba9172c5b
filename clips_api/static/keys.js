// On every page: says that scripts run, and "/" goes to the search box.
document.documentElement.classList.add("scripted");

export const typing = (event) =>
  event.ctrlKey || event.metaKey || event.altKey ||
  event.target.closest("input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || typing(event)) return;
  event.preventDefault();
  const box = document.querySelector("#q");
  if (box) box.select();
  else location.href = "/search#q";
});
