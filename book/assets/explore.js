// Draws the plots of srhm_book.explore when their fold is opened; Bokeh's script comes from the book.
(() => {
  const root = document.documentElement.dataset.content_root ?? "./";
  let library = null;

  function load() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${root}_static/bokeh/bokeh.min.js`;
      script.onload = () => resolve(window.Bokeh);
      script.onerror = () => reject(new Error("Bokeh's script is missing from the book"));
      document.head.append(script);
    });
    return library;
  }

  async function draw(fold) {
    const target = fold.querySelector(".explore-plot");
    if (!fold.open || target.childElementCount) return;
    const item = JSON.parse(fold.querySelector("script").textContent);
    const bokeh = await load();
    await bokeh.embed.embed_item(item, target);
  }

  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.explore")) draw(event.target);
  }, true);
})();
