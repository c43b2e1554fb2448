// The hand on a map in two dimensions: it marks points, tells the server which one was clicked, and moves large maps.
// The marks lie above plotly's drawing instead of in it, so that a click neither sends nor draws all points anew.
const SVG = "http://www.w3.org/2000/svg"
const STILL = 8 // pixels up to which a press is a click, as plotly has it
const NAME = [190, 20] // pixels that a name takes up
const SHAPES = {
  "circle-open": (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`,
  "diamond-open": (r) => `M0,${-1.3 * r}L${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0Z`,
  "square-open": (r) => `M${-r},${-r}h${2 * r}v${2 * r}h${-2 * r}Z`,
  star: (r) => `M${[...Array(10).keys()].map((at) => {
    const far = at % 2 ? r * 0.5 : r * 1.3, turn = (at * Math.PI) / 5
    return `${far * Math.sin(turn)},${-far * Math.cos(turn)}`
  }).join("L")}Z`,
}

export default function ({ parentElement, data, setTriggerValue }) {
  parentElement.stop?.()
  const ended = new AbortController(), signal = ended.signal
  let plot = null, layer = null

  const attach = () => {
    const found = document.querySelector(`.st-key-${data.key} .js-plotly-plot`)
    if (!found?.on || !found._fullLayout?.xaxis || (found === plot && layer.isConnected)) return
    plot = found
    layer = element("svg", { class: "ft-marks", "aria-hidden": "true" })
    plot.querySelector(".hoverlayer").closest("svg").before(layer)
    plot.on("plotly_afterplot", draw)
    plot.on("plotly_relayouting", draw)
    draw()
  }
  const draw = () => {
    if (signal.aborted) return
    drawMarks(plot._fullLayout, layer, data.marks)
    plot.classList.toggle("ft-pans", plot._fullLayout.dragmode === "pan")
  }
  const press = (event) => {
    const isOnMap = plot?.isConnected && plot.contains(event.target) && event.target.matches(".nsewdrag")
    if (!isOnMap || event.button || plot._fullLayout.dragmode !== "pan") return
    const point = plot._hoverdata?.[0]?.customdata
    const clicked = () => { if (point !== undefined) setTriggerValue("point", Number([point].flat()[0])) }
    follow(event, data.is_large ? plot : null, layer, clicked)
  }

  const watch = new MutationObserver(attach)
  watch.observe(document.querySelector("[data-testid=stMain]") ?? document.body, { childList: true, subtree: true })
  window.addEventListener("mousedown", press, { capture: true, signal })
  parentElement.stop = () => { ended.abort(); watch.disconnect(); layer?.remove() }
  attach()
  if (!data.has_area && plot?.layout.selections?.length) plot.emit("plotly_doubleclick") // as if taken away by hand
  drawLegend(parentElement.querySelector("ul"), data.marks)
  return () => parentElement.stop()
}

// From a press until it is let go. Plotly would draw all points at each movement, which takes a browser without a GPU
// half a second of 100,000. So a large map is moved as a picture, and plotly hears of the last place alone.
function follow(from, large, layer, clicked) {
  const ended = new AbortController()
  const options = { capture: true, signal: ended.signal }
  const picture = large && lift(large, layer, from.target)
  let farthest = 0
  window.addEventListener("mousemove", (event) => {
    const x = event.clientX - from.clientX, y = event.clientY - from.clientY
    farthest = Math.max(farthest, Math.hypot(x, y))
    if (!picture) return
    event.stopImmediatePropagation()
    if (farthest > STILL) picture.move(x, y)
  }, options)
  window.addEventListener("mouseup", ({ clientX, clientY }) => {
    ended.abort()
    if (farthest <= STILL) clicked()
    else if (picture) {
      const drawOnce = hold(large._fullLayout._plots.xy._scene)
      window.addEventListener("mouseup", drawOnce, { once: true }) // when plotly has heard of it too
      document.dispatchEvent(new MouseEvent("mousemove", { clientX, clientY, buttons: 1, bubbles: true, cancelable: true }))
      picture.putDown()
    }
  }, options)
}

// All that is drawn inside of the axes, to be moved without being drawn anew.
function lift(plot, layer, inside) {
  const points = plot.querySelector(".gl-container"), hover = plot.querySelector(".hoverlayer")
  const outer = points.getBoundingClientRect(), inner = inside.getBoundingClientRect()
  const cut = [inner.top - outer.top, outer.right - inner.right, outer.bottom - inner.bottom, inner.left - outer.left]
  const set = (transform, clipPath, visibility) => {
    for (const part of [...points.children, layer.firstChild]) part.style.transform = transform
    points.style.clipPath = clipPath
    hover.style.visibility = visibility
  }
  return {
    move: (x, y) => set(`translate(${x}px,${y}px)`, `inset(${cut.map((side) => `${side}px`).join(" ")})`, "hidden"),
    putDown: () => set("", "", ""),
  }
}

// Keeps plotly from drawing the points, three times when a map is let go; gives what draws them at last.
function hold(scene) {
  const draw = scene.draw
  scene.draw = () => {}
  return () => {
    scene.draw = draw
    draw()
  }
}

function drawMarks({ xaxis, yaxis }, layer, marks) {
  Object.assign(layer.style, {
    position: "absolute", overflow: "hidden", pointerEvents: "none", left: `${xaxis._offset}px`, top: `${yaxis._offset}px`,
    width: `${xaxis._length}px`, height: `${yaxis._length}px`,
  })
  const all = element("g", {}), named = []
  for (const mark of marks) {
    for (const [x, y, title] of mark.points) {
      const at = [xaxis.d2p(x), yaxis.d2p(y)]
      const ring = shape(mark)
      ring.setAttribute("transform", `translate(${at})`)
      all.append(ring)
      if (!title || named.some((other) => NAME.every((most, way) => Math.abs(at[way] - other[way]) < most))) continue
      named.push(at)
      const words = element("text", { x: at[0], y: at[1] - 14, class: "ft-mark-name" })
      words.textContent = title
      all.append(words)
    }
  }
  layer.replaceChildren(all)
}

function drawLegend(list, marks) {
  list.replaceChildren(...marks.map((mark) => {
    const line = document.createElement("li"), sign = element("svg", { viewBox: "-10 -10 20 20", width: 20, height: 20 })
    sign.append(shape({ ...mark, radius: 6 }))
    line.append(sign, mark.name)
    return line
  }))
}

function shape({ symbol, colour, radius, is_bold }) {
  const fill = symbol === "star" ? colour : "none"
  return element("path", { d: SHAPES[symbol](radius), fill, stroke: colour, "stroke-width": is_bold ? 2.5 : 1 })
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}
