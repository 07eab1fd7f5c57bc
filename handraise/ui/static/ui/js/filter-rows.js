// <filter-rows> around a search field shows only those rows of the list after it that fit.
customElements.define("filter-rows", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("input").addEventListener("input", (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      for (const row of this.parentElement.querySelectorAll(":scope > ul > li")) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
      }
    });
  }
});
