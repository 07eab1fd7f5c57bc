// What htmx would pass over in silence: an answer that is no answer, and a session that has ended.
(() => {
  let shown = null;

  function say(words) {
    shown ??= document.body.appendChild(Object.assign(document.createElement("p"), {
      className: "callout callout--bad toast", role: "alert",
    }));
    shown.textContent = words;
  }

  document.addEventListener("htmx:sendError", () => {
    say("The server does not answer. This page keeps asking.");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    say(status === 403 ? "That is not for your role." : `The server answered ${status}. Nothing was changed.`);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A redirect to the sign-in is followed unseen; without this the form would land in a list.
    const { responseURL } = event.detail.xhr;
    if (responseURL && new URL(responseURL).pathname.startsWith("/account/login/")) {
      event.detail.shouldSwap = false;
      location.reload();
    } else if (event.detail.xhr.status < 400) {
      shown?.remove();
      shown = null;
    }
  });
})();
