// Tick several calls, and the form that puts them right comes up.
const form = document.querySelector("#calls");
const all = document.querySelector("#all");
const bulk = document.querySelector("#bulk");

if (form) {
  const boxes = [...form.querySelectorAll('input[name="id"]')];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    bulk.classList.toggle("on", ticked > 0);
    document.querySelector("#ticked").textContent = ticked === 1 ? "1 call" : `${ticked} calls`;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.hidden = false;
  bulk.open = !matchMedia("(max-width: 640px)").matches; // on a phone it would cover half of the calls
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  show();
}
