/* Everything here is a comfort: each page works without it. Words come from the page (data-…),
   never from this file. */

/** Say `text` to a screen reader without moving the focus. */
function announce(text) {
  const status = document.getElementById("live-status");
  if (status) {
    status.textContent = "";
    window.setTimeout(() => { status.textContent = text; }, 50);
  }
}

/* — A form that posts is sent once. The button keeps its name and value: it is marked, not disabled. — */

const SENT_FOR = 8000; // A download leaves the page where it is; after this long it may be asked again.

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll(".is-sending").forEach((button) => {
    button.classList.remove("is-sending");
    button.removeAttribute("aria-disabled");
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-guard]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  if (event.submitter) {
    event.submitter.classList.add("is-sending");
    event.submitter.setAttribute("aria-disabled", "true");
  }
  const upload = form.querySelector("[data-upload]");
  if (upload && chosen(upload).length) {
    event.preventDefault();
    sendFiles(form, upload, event.submitter);
    return;
  }
  window.setTimeout(release, SENT_FOR, form);
});

// The back button may bring the page back as it was left.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

/* — Files: the same form to the same address, with a bar; the answer takes the page's place. — */

function says(upload, text) {
  const place = upload.querySelector("[data-upload-says]");
  place.textContent = text;
  place.hidden = !text;
}

/** The files chosen, also with the camera. */
function chosen(upload) {
  return [...upload.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
}

/** Whether every file chosen may travel; says which may not. */
function fits(upload) {
  const large = chosen(upload).filter((file) => file.size > Number(upload.dataset.largest));
  says(upload, large.map((file) => upload.dataset.tooLarge.replace("{file}", file.name)).join(" "));
  return large.length === 0;
}

function sendFiles(form, upload, submitter) {
  const bar = upload.querySelector("[data-upload-bar]");
  const stop = (text) => {
    bar.hidden = true;
    release(form);
    says(upload, text);
  };
  if (!fits(upload)) {
    release(form);
    return;
  }
  const sending = new XMLHttpRequest();
  const address = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
  sending.open("POST", address);
  sending.responseType = "document";
  sending.upload.onprogress = (event) => {
    if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
  };
  sending.onerror = () => stop(upload.dataset.failed);
  sending.onload = () => {
    const page = sending.response;
    if (!page || !page.body) {
      stop(upload.dataset.failed);
      return;
    }
    document.title = page.title;
    document.body.replaceWith(page.body);
    // A form shown again stands at the address of its page, as it did before.
    if (sending.responseURL !== address) window.history.pushState(null, "", sending.responseURL);
    window.scrollTo(0, 0);
    if (!arrived()) document.querySelector("[data-upload] [aria-invalid]")?.focus();
  };
  bar.value = 0;
  bar.hidden = false;
  announce(upload.dataset.sending);
  sending.send(new FormData(form, submitter));
}

document.addEventListener("change", (event) => {
  const upload = event.target.closest("[data-upload]");
  if (upload && event.target.type === "file") fits(upload);
});

// What was put in place of a page is fetched anew when one goes back to it.
window.addEventListener("popstate", () => window.location.reload());

/* — Live search: the same address, only its answer. The last question asked is the one answered. — */

const PAUSE = 180;

function live(form) {
  const target = document.getElementById(form.dataset.live);
  if (!target) return;
  let timer = 0;
  let running = null;
  let asked = new URLSearchParams(new FormData(form)).toString();

  async function ask() {
    const query = new URLSearchParams(new FormData(form)).toString();
    if (query === asked) return;
    asked = query;
    if (running) running.abort();
    running = new AbortController();
    const mine = running;
    const address = new URL(form.action);
    address.search = query;
    target.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, {
        headers: { "X-Partial": "1" },
        signal: mine.signal,
        cache: "no-store",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (mine !== running) return;
      const parsed = new DOMParser().parseFromString(html, "text/html");
      target.replaceChildren(...parsed.body.childNodes);
      ready(target);
      if (form.dataset.history !== "off") window.history.replaceState(null, "", address);
      const said = target.querySelector("[data-announce]");
      if (said) announce(said.dataset.announce || said.textContent.trim());
    } catch (error) {
      // A request that was overtaken is no fault; any other is left to the button, which loads the page.
      if (error.name !== "AbortError") asked = null;
    } finally {
      if (mine === running) target.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
  form.addEventListener("change", () => {
    window.clearTimeout(timer);
    ask();
  });
}

/* — A form that is kept as one types: the answer is a line that says so, with the revision it now has. — */

const TYPED = 1500;

function keeps(form) {
  const line = form.querySelector("[data-autosave-says]");
  const revision = form.elements.namedItem("revision");
  let timer = 0;
  let running = null;
  let ended = false;

  async function keep() {
    window.clearTimeout(timer);
    timer = 0;
    const body = new FormData(form);
    body.delete("files");
    body.delete("remove");
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, keepalive: true });
      if (answer.redirected || ![200, 409].includes(answer.status)) throw new Error(String(answer.status));
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = parsed.querySelector("[data-revision]");
      if (answer.ok) revision.value = told.dataset.revision;
      else announce(told.textContent);
      ended = Boolean(told.dataset.ends);
      line.replaceChildren(told);
    } catch {
      const told = document.createElement("p");
      told.className = "fine";
      told.textContent = line.dataset.failed;
      line.replaceChildren(told);
      announce(line.dataset.failed);
    }
  }

  function again(event) {
    if (ended || event.target.type === "file" || event.target.name === "remove") return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      running = (running || Promise.resolve()).then(keep).finally(() => { running = null; });
    }, TYPED);
  }

  form.addEventListener("input", again);
  form.addEventListener("change", again);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && timer && form.isConnected && !ended) keep();
  });
  // What is on its way comes first, so that the form is sent with the revision it has by then.
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    timer = 0;
    if (!running) return;
    event.preventDefault();
    const { submitter } = event;
    running.finally(() => form.requestSubmit(submitter));
  });
}

/* — Copy, print, show a password — */

async function copy(button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return;
  }
  button.textContent = button.dataset.done;
  announce(button.dataset.done);
  window.setTimeout(() => { button.textContent = label; }, 2000);
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const other = button.dataset.hide;
  button.dataset.hide = button.textContent;
  button.textContent = other;
  input.type = input.type === "password" ? "text" : "password";
  input.focus();
}

/* — Dialogs: a link to a page opens in place where it can. — */

function openDialog(event, link) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog || typeof dialog.showModal !== "function") return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const origin = event.target;
  if (!(origin instanceof Element)) return;
  if (origin instanceof HTMLDialogElement) {
    const { left, right, top, bottom } = origin.getBoundingClientRect();
    const inside = event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
    if (!inside) origin.close();
    return;
  }
  const button = origin.closest("[data-copy], [data-print], [data-reveal], [data-dialog], [aria-disabled='true']");
  if (!button) return;
  if (button.matches("[data-copy]")) copy(button);
  else if (button.matches("[data-print]")) window.print();
  else if (button.matches("[data-reveal]")) reveal(button);
  else if (button.matches("[data-dialog]")) openDialog(event, button);
  else if (!button.classList.contains("is-sending")) event.preventDefault();
});

/* — What a page needs when it, or a part of it, has arrived — */

function ready(root) {
  root.querySelectorAll("form[data-live]").forEach(live);
  root.querySelectorAll("form[data-autosave]").forEach(keeps);
  root.querySelectorAll("[data-print], [data-reveal]").forEach((button) => { button.hidden = false; });
  if (navigator.clipboard) {
    root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  }
}

/** A page, or what took its place, is here; whether it had errors that take the focus. */
function arrived() {
  ready(document);
  const errors = document.querySelector("[data-errors]");
  if (errors) errors.focus();
  // On a phone the menu is a strip: bring the part where one is into view.
  const here = document.querySelector(".topnav a[aria-current]");
  if (here) {
    const strip = here.closest(".topnav");
    strip.scrollLeft = Math.max(0, here.offsetLeft - strip.clientWidth / 3);
  }
  return errors !== null;
}

arrived();

/* — A count that moves is asked again while it does; the page it stands on has its newer state. — */

const AGAIN = 5000;

document.querySelectorAll("[data-poll]").forEach((part) => {
  const timer = window.setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(part.dataset.poll, { cache: "no-store" });
      if (!answer.ok) return;
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = parsed.getElementById(part.id);
      if (!fresh) return;
      part.replaceChildren(...fresh.childNodes);
      if (!fresh.dataset.poll) window.clearInterval(timer);
    } catch {
      // The next turn asks again.
    }
  }, AGAIN);
});
