/* Sends a file in pieces, so that it may be large and the connection may break; takes a file that is dragged in.
 * Comfort only: without this file a small export goes the way of every form. */
(() => {
  "use strict";

  const TRIES = 5;
  const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  const ask = async (address, options) => {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    if (answer.ok || answer.status === 409 || answer.status === 422) return answer;
    throw new Error(String(answer.status));
  };

  const patiently = async (work) => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await work();
      } catch (error) {
        if (tried === TRIES) throw error;
        await sleep(1000 * tried);
      }
    }
  };

  const post = (address, token, values) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(values)) body.append(name, value);
    return ask(address, { method: "POST", body, headers: { "X-CSRFToken": token } });
  };

  const send = async (form, file) => {
    const told = form.querySelector("[data-drop-told]");
    const bar = form.querySelector("[data-drop-bar]");
    const token = form.elements.csrfmiddlewaretoken.value;
    const size = Number(form.dataset.size);
    const begun = await post(form.dataset.begin, token, { name: file.name, size: file.size });
    const upload = await begun.json();
    if (begun.status === 422) {
      told.textContent = upload.what;
      return;
    }
    bar.hidden = false;
    let at = upload.received;
    while (at < file.size) {
      const piece = file.slice(at, at + size);
      const answer = await patiently(() =>
        ask(`${upload.piece}?at=${at}`, { method: "PUT", body: piece, headers: { "X-CSRFToken": token } }));
      at = (await answer.json()).received;
      bar.value = Math.floor((100 * at) / file.size);
      told.textContent = `${form.dataset.wordsSending} ${bar.value} %`;
    }
    const values = { basis: form.elements.basis.value };
    if (form.elements.dry.checked) values.dry = "on";
    await post(upload.start, token, values);
    window.location.assign(upload.page);
  };

  for (const form of document.querySelectorAll("[data-drop]")) {
    const input = form.querySelector("input[type=file]");
    const button = form.querySelector("button");
    form.dataset.ready = "";
    form.querySelector("[data-drop-hint]").hidden = false;
    form.addEventListener("submit", (event) => {
      const file = input.files[0];
      if (!file || !file.size) return;
      event.preventDefault();
      button.disabled = true;
      send(form, file).catch(() => {
        form.querySelector("[data-drop-told]").textContent = form.dataset.wordsFailed;
      }).finally(() => {
        button.disabled = false;
      });
    });
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        form.dataset.over = "";
      });
    }
    form.addEventListener("dragleave", () => delete form.dataset.over);
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      delete form.dataset.over;
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      form.requestSubmit(button);
    });
  }

  if (document.querySelector("[data-running]")) setTimeout(() => window.location.reload(), 2000);
})();
