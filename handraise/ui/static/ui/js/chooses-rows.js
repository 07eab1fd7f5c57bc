// <choose-all form="id"> becomes a box that ticks every box of that form, which says how many are.
customElements.define("choose-all", class extends HTMLElement {
  connectedCallback() {
    const form = document.getElementById(this.getAttribute("form"));
    const boxes = () => [...form.elements].filter((one) => one.type === "checkbox");
    this.innerHTML = '<input type="checkbox" aria-label="Choose every lead on this page">';
    const all = this.firstElementChild;
    const count = form.querySelector("[data-count]");
    const say = () => {
      const chosen = boxes().filter((one) => one.checked).length;
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
      count.textContent = chosen ? `${chosen} chosen` : "";
    };
    all.addEventListener("change", () => {
      for (const one of boxes()) one.checked = all.checked;
      say();
    });
    for (const one of boxes()) one.addEventListener("change", say);
    say();
  }
});
