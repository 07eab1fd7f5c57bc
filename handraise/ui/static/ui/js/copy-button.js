// <copy-button from="id">Copy</copy-button> copies the text of that element.
customElements.define("copy-button", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", async () => {
      const source = document.getElementById(this.getAttribute("from"));
      const button = this.querySelector("button");
      const before = [...button.childNodes];
      try {
        await navigator.clipboard.writeText(source.value ?? source.textContent);
        button.replaceChildren("Copied");
      } catch {
        getSelection().selectAllChildren(source);
        button.replaceChildren("Selected; press Ctrl C");
      }
      setTimeout(() => { button.replaceChildren(...before); }, 2000);
    });
  }
});
