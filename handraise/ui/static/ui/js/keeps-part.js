// The form of one part of a draft: leaving it does not lose what was typed, and what is pressed or
// refused leaves the focus somewhere.
(() => {
  let isChanged = false;
  const isInside = (element) => Boolean(element.closest?.("#part"));

  document.addEventListener("input", ({ target }) => { if (isInside(target)) isChanged = true; });
  document.addEventListener("submit", ({ target }) => { if (isInside(target)) isChanged = false; });
  addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });

  document.addEventListener("DOMContentLoaded", () => {
    const refused = document.querySelector("#part[data-refused]");
    if (!refused) return;
    isChanged = true;
    refused.querySelector("[aria-invalid=true], [data-refused] .btn--main")?.focus();
  });

  // A row that is removed takes the focus with it; the button that adds one stands beside it.
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const [deed, path] = String(detail.requestConfig?.parameters?.deed ?? "").split(":");
    if (!path) return;
    isChanged = true;
    if (deed !== "remove") return;
    const around = path.slice(0, path.lastIndexOf("-"));
    document.getElementById(`add-test_${around}`)?.focus();
  });
})();
