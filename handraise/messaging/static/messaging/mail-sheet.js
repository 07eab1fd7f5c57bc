// <mail-sheet> is new whenever the message was checked: it has its frame filled with what the form
// says now. A form fills it rather than a script, so that the frame keeps a policy of its own.
(() => {
  customElements.define("mail-sheet", class extends HTMLElement {
    connectedCallback() {
      // A moment later, when the frame that this one replaces, of the same name, is gone.
      setTimeout(() => {
        const button = this.querySelector("button");
        button?.form?.requestSubmit(button);
      });
    }
  });

  const form = document.getElementById("mail");
  let isChanged = form?.hasAttribute("data-changed");
  form?.addEventListener("input", ({ target }) => { if (target.name !== "lead") isChanged = true; });
  form?.addEventListener("submit", ({ submitter }) => { if (!submitter?.formTarget) isChanged = false; });
  addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
})();
