/* Sends a file in parts and goes on where it stopped. Without JavaScript the same form sends it whole. */
(() => {
  "use strict";

  const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  const ask = async (form, fields) => {
    const body = new FormData();
    /* What else the form asks goes along with every request: only its last one is kept. */
    for (const [name, value] of new FormData(form)) if (!(value instanceof File)) body.append(name, value);
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    for (let again = 0; ; again += 1) {
      try {
        const answer = await fetch(form.dataset.parts, { method: "POST", body, credentials: "same-origin" });
        const said = await answer.json();
        if (answer.status !== 503 || again > 6) return [answer.status, said];
      } catch (error) {
        if (again > 6) return [0, { said: form.dataset.lost }];
      }
      await wait(Math.min(2 ** again, 30));
    }
  };

  const nameOf = (form, file) => `${form.dataset.parts} ${file.name} ${file.size} ${file.lastModified}`;

  const begin = async (form, file) => {
    const kept = sessionStorage.getItem(nameOf(form, file));
    if (kept) {
      const ticket = JSON.parse(kept);
      const [status, said] = await ask(form, { ticket: ticket.ticket, ask: 1 });
      if (status === 200) return { ...ticket, arrived: said.arrived };
    }
    const [status, said] = await ask(form, { begin: 1, name: file.name, size: file.size });
    if (status !== 200) throw new Error(said.said);
    sessionStorage.setItem(nameOf(form, file), JSON.stringify(said));
    return said;
  };

  const send = async (form, file, tell) => {
    const coming = await begin(form, file);
    let at = coming.arrived;
    while (at < file.size) {
      tell(at);
      const part = file.slice(at, at + coming.part);
      const [status, said] = await ask(form, { ticket: coming.ticket, at, part });
      if (status !== 200 && status !== 409) throw new Error(said.said);
      if (status === 409 && said.arrived === at) throw new Error(said.said);
      at = said.arrived;
    }
    tell(at);
    sessionStorage.removeItem(nameOf(form, file));
    const [status, said] = await ask(form, { ticket: coming.ticket, end: 1 });
    if (status !== 200) throw new Error(said.said);
    window.location.assign(said.go);
  };

  for (const form of document.querySelectorAll("form[data-parts]")) {
    const bar = form.querySelector("progress");
    const words = form.querySelector("[data-parts-words]");
    form.addEventListener("submit", (event) => {
      const file = form.querySelector("input[type=file]").files[0];
      if (!file || !window.fetch || file.size === 0) return;
      event.preventDefault();
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      bar.hidden = false;
      bar.max = file.size;
      words.textContent = form.dataset.going;
      send(form, file, (at) => { bar.value = at; }).catch((error) => {
        bar.hidden = true;
        words.textContent = error.message || form.dataset.lost;
        for (const button of form.querySelectorAll("button")) button.disabled = false;
      });
    });
  }
})();
