// Saves a chart that is on the page as a picture that can be read on its own: with its finding, light paper and source.
const PAD = 24, LINE = 22, GAP = 18, WIDEST = 1600
const FONT = '"Source Sans", "Source Sans 3", "Helvetica Neue", Arial, sans-serif'
const SVG = "http://www.w3.org/2000/svg"

export default function ({ parentElement, data }) {
  const buttons = [...parentElement.querySelectorAll("button")]
  if (!buttons[0].onclick) buttons[0].focus({ preventScroll: true }) // the menu has just opened, far from here in tab order
  for (const button of buttons) {
    button.onclick = () => save(button.dataset.format, data)
  }
}

async function save(format, about) {
  const plot = document.querySelector(`.st-key-${about.key} .js-plotly-plot`)
  if (!plot) return
  const svg = picture(plot, about)
  svg.prepend(await fonts())
  const text = new XMLSerializer().serializeToString(svg)
  const drawn = new Blob([inLight(text, about.light)], { type: "image/svg+xml;charset=utf-8" })
  const file = format === "svg" ? drawn : await painted(drawn, svg.viewBox.baseVal)
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(file),
    download: `${about.file}.${format}`,
  })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60000)
}

// The layers of the plot, between the finding and the source.
function picture(plot, about) {
  const layers = [...plot.querySelectorAll("svg.main-svg")]
  const width = Number(layers[0].getAttribute("width")), height = Number(layers[0].getAttribute("height"))
  const finding = inLines(about.finding, `600 16px ${FONT}`, width)
  const source = inLines(about.source, `12px ${FONT}`, width)
  const top = PAD + finding.length * LINE + (finding.length ? 8 : 0)
  const bottom = top + height + (source.length ? GAP + source.length * 16 : 0)
  const svg = element("svg", { xmlns: SVG, viewBox: `0 0 ${width + 2 * PAD} ${bottom + PAD}` })
  svg.setAttribute("width", width + 2 * PAD)
  svg.setAttribute("height", bottom + PAD)
  svg.append(element("rect", { width: "100%", height: "100%", fill: about.paper }))
  finding.forEach((line, at) => svg.append(words(line, PAD + at * LINE + 16, 16, about.ink, 600)))
  for (const layer of layers) {
    const copy = layer.cloneNode(true)
    copy.querySelectorAll(".hoverlayer, .draglayer, .zoomlayer").forEach((part) => part.remove())
    copy.querySelectorAll("[style*=vector-effect]").forEach((line) => (line.style.vectorEffect = "none")) // grows with the rest
    copy.style.background = "none"
    for (const [name, value] of Object.entries({ x: PAD, y: top, overflow: "visible" })) copy.setAttribute(name, value)
    svg.append(copy)
  }
  source.forEach((line, at) => svg.append(words(line, top + height + GAP + 12 + at * 16, 12, about.quiet, 400)))
  return svg
}

// The page's own font as a part of the picture: pictures cannot ask for one, and another one would be wider.
async function fonts() {
  const rules = [...document.styleSheets].flatMap((sheet) => {
    try { return [...sheet.cssRules] } catch { return [] } // of another site
  })
  const faces = rules.filter((rule) => rule instanceof CSSFontFaceRule && /Source Sans/.test(rule.style.fontFamily)
    && rule.style.fontStyle !== "italic")
  const style = element("style", {})
  style.textContent = (await Promise.all(faces.map(embedded))).join("")
  return style
}

async function embedded(face) {
  const [, address] = face.style.src.match(/url\("?([^")]+)"?\)/) ?? []
  if (!address) return ""
  const answer = await fetch(new URL(address, face.parentStyleSheet.href ?? document.baseURI))
  if (!answer.ok) return ""
  const reader = new FileReader()
  const read = new Promise((done) => { reader.onload = () => done(reader.result) })
  reader.readAsDataURL(await answer.blob())
  return `@font-face{font-family:"Source Sans";font-weight:${face.style.fontWeight || "400"};src:url(${await read})}`
}

function words(text, y, size, fill, weight) {
  const line = element("text", { x: PAD, y, fill, "font-family": FONT, "font-size": size, "font-weight": weight })
  line.textContent = text
  return line
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) if (key !== "xmlns") made.setAttribute(key, value)
  return made
}

function inLines(text, font, width) {
  const pen = document.createElement("canvas").getContext("2d")
  pen.font = font
  const lines = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word
    if (lines.length && pen.measureText(longer).width <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

// All colours at once, so that none is changed twice.
function inLight(text, colours) {
  const dark = Object.keys(colours)
  return dark.length ? text.replace(new RegExp(dark.map((one) => one.replace(/[()]/g, "\\$&")).join("|"), "gi"),
    (found) => colours[found.toLowerCase()]) : text
}

async function painted(drawn, { width, height }) {
  const image = new Image()
  image.src = URL.createObjectURL(drawn)
  await image.decode()
  URL.revokeObjectURL(image.src)
  const scale = Math.max(2, WIDEST / width)
  const canvas = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale })
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((done) => canvas.toBlob(done, "image/png"))
}
