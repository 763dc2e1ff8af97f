// Sends the chosen or dropped file to the place that the form names, says how far it is, and then how the reading goes.
// Without it, the form does the same, one page at a time.
(() => {
  "use strict";
  const form = document.getElementById("upload");
  const report = document.getElementById("report");

  const watch = async (address, say, done) => {
    for (let wait = 1000, tries = 0; tries < 100; tries += 1, wait = Math.min(wait * 1.5, 10000)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        const answer = await fetch(address, { cache: "no-store" });
        if (answer.ok) {
          const { state, text } = await answer.json();
          say(text);
          if (state !== "running") return done();
        }
      } catch { /* away for a moment */ }
    }
  };

  if (report && report.dataset.state === "running") {
    watch(report.dataset.address, () => {}, () => location.reload());
  }
  if (!form) return;

  const { dataset } = form;
  const choice = form.elements.namedItem("file");
  const progress = form.querySelector(".progress");
  const say = (text) => { progress.textContent = text; };

  const send = () => {
    const file = choice.files[0];
    if (!file) return;
    if (file.size > Number(dataset.most)) return say(dataset.large);
    const key = dataset.prefix + file.name;
    const address = "?key=" + encodeURIComponent(key);
    const data = new FormData();
    for (const [name, value] of Object.entries(JSON.parse(dataset.fields))) data.append(name, value);
    data.append("file", file);
    const button = form.querySelector("button");
    button.disabled = true;
    const sending = new XMLHttpRequest();
    sending.upload.onprogress = (event) => {
      if (event.lengthComputable) say(`${dataset.sending} ${Math.floor((100 * event.loaded) / event.total)} %`);
    };
    sending.onerror = () => { button.disabled = false; say(dataset.failed); };
    sending.onload = () => {
      if (sending.status >= 300) return sending.onerror();
      say(dataset.reading);
      return watch(dataset.address + address, say, () => { location.href = dataset.after + address; });
    };
    sending.open("POST", form.action);
    sending.send(data);
  };

  form.querySelector(".drop").hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  for (const name of ["dragover", "dragleave", "drop"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        choice.files = event.dataTransfer.files;
        send();
      }
    });
  }
})();
