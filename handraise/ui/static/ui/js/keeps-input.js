// What was typed into a dialog survives a refusal: it opens again with it, and says why.
(() => {
  const KEY = "sent-dialog";

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("dialog")) return;
    const typed = [...new FormData(form)].filter(
      ([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string",
    );
    sessionStorage.setItem(KEY, JSON.stringify({ action: form.getAttribute("action"), typed }));
  });

  function fill(form, typed) {
    for (const [name, value] of typed) {
      const field = form.elements.namedItem(name);
      if (field?.type === "checkbox") field.checked = true;
      else if (field) field.value = value; // a group of radio buttons takes it too
    }
  }

  function restore() {
    const sent = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
    const refusal = document.querySelector(".messages .callout--bad");
    if (!sent || !refusal) return;
    const form = [...document.querySelectorAll("dialog form")]
      .find((one) => one.getAttribute("action") === sent.action);
    if (!form) return;
    fill(form, sent.typed);
    refusal.setAttribute("role", "alert");
    form.querySelector("h2")?.after(refusal);
    form.closest("dialog").showPopover();
  }

  document.addEventListener("DOMContentLoaded", restore);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.requestConfig?.verb === "post") restore();
  });
})();
