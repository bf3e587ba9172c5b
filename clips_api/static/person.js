// A country with one time zone says it.
const form = document.querySelector("#person");
const country = form.elements.country;
const zone = form.elements.zone;
let ours = "";

country.addEventListener("change", () => {
  if (zone.value && zone.value !== ours) return;
  ours = country.selectedOptions[0].dataset.zone ?? "";
  zone.value = ours;
});
