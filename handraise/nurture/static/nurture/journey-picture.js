// <journey-picture> shows the middle of a picture wider than itself, where the journey begins.
customElements.define("journey-picture", class extends HTMLElement {
  connectedCallback() {
    this.watch = new ResizeObserver(() => {
      if (!this.clientWidth) return;
      this.watch.disconnect();
      this.scrollLeft = (this.scrollWidth - this.clientWidth) / 2;
    });
    this.watch.observe(this);
  }

  disconnectedCallback() { this.watch.disconnect(); }
});
