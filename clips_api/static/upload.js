// Drag and drop, a bar for each file, then on to the status page. Without it the form is sent as forms are.
const form = document.querySelector("#upload");
const drop = document.querySelector("#drop");
const input = drop.querySelector("input");
const list = document.querySelector("#files");
const problem = document.querySelector("#problem");
const send = document.querySelector("#send");
let files = [];
const rows = new Map();

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function choose(chosen) {
  files = [...files, ...[...chosen].filter((file) => !files.some((one) => one.name === file.name && one.size === file.size))];
  input.required = false;
  list.replaceChildren(
    ...files.map((file) => {
      const [row, name, about, bar] = ["li", "b", "span", "progress"].map((tag) => document.createElement(tag));
      name.textContent = file.name;
      about.textContent = size(file.size);
      about.className = "faint";
      bar.max = 1;
      bar.value = 0;
      bar.hidden = true;
      row.append(name, about, bar);
      rows.set(file, row);
      return row;
    }),
  );
  send.textContent = files.length > 1 ? `Upload ${files.length} recordings` : "Upload";
}

input.addEventListener("change", () => {
  choose(input.files);
  input.value = "";
});
for (const kind of ["dragenter", "dragover"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
addEventListener("dragleave", (event) => event.relatedTarget ?? drop.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  choose(event.dataTransfer.files);
});

function one(file, fields, bar) {
  return new Promise((done, failed) => {
    const body = new FormData();
    for (const [name, value] of fields) body.append(name, value);
    body.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => (bar.value = event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status === 202) return done();
      let told;
      try {
        told = JSON.parse(request.responseText);
      } catch {}
      failed(new Error([told?.title, told?.detail].filter(Boolean).join(" ") || "The upload did not arrive."));
    });
    request.addEventListener("error", () => failed(new Error("The upload did not arrive. Is Exemplar still running?")));
    request.open("POST", "/api/v1/calls");
    request.send(body);
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!files.length) return input.click();
  const fields = [...new FormData(form)].filter(([name, value]) => name !== "file" && value);
  for (const field of fields) if (field[0] === "started_at") field[1] = new Date(field[1]).toISOString();
  send.disabled = true;
  problem.hidden = true;
  problem.textContent = "";
  for (const file of [...files]) {
    const row = rows.get(file);
    const bar = row.querySelector("progress");
    bar.hidden = false;
    try {
      await one(file, fields, bar);
      files = files.filter((other) => other !== file);
      row.querySelector("span").textContent = "arrived";
    } catch (error) {
      bar.hidden = true;
      problem.textContent += `${file.name}: ${error.message} `;
      problem.hidden = false;
    }
  }
  send.disabled = false;
  if (!files.length) location.href = "/status";
});
