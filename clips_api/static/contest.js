// "That's not right" beside a finding: its form opens with it chosen. Without this the link does the same by a reload.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-wrong]");
  const form = document.querySelector("#contest");
  if (!link || !form || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  form.open = true;
  form.querySelector("select").value = link.dataset.wrong;
  form.scrollIntoView({ block: "center" });
  form.querySelector("textarea").focus({ preventScroll: true });
});
