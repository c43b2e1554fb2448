"use strict";
// Draws each chart from the data beside it, in the look of the reader, and again in the light one for paper.
const dark = matchMedia("(prefers-color-scheme: dark)");
const PAPER = 660; // pixels that an A4 page is wide between its margins

function draw(place, look, width) {
  const drawn = JSON.parse(place.nextElementSibling.textContent)[look];
  Plotly.react(place, drawn.data, { ...drawn.layout, ...width }, { displayModeBar: false, responsive: !width.width });
}

function drawAll(look, width = { autosize: true }) {
  for (const place of document.querySelectorAll(".plot")) draw(place, look, width);
}

const onScreen = () => drawAll(dark.matches ? "dark" : "light");
onScreen();
dark.addEventListener("change", onScreen);
addEventListener("beforeprint", () => drawAll("light", { width: PAPER, autosize: false }));
addEventListener("afterprint", onScreen);
