// <copy-button from="id">Copy</copy-button> copies the text of that element.
customElements.define("copy-button", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", async () => {
      const source = document.getElementById(this.getAttribute("from"));
      const button = this.querySelector("button");
      const before = button.textContent;
      try {
        await navigator.clipboard.writeText(source.value ?? source.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(source);
        button.textContent = "Selected; press Ctrl C";
      }
      setTimeout(() => { button.textContent = before; }, 2000);
    });
  }
});
