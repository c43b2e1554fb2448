// Puts the address of the page, as it is at that moment, on the clipboard. Where a browser forbids that (pages that are
// not served safely), it is copied the old way, from a field that nobody sees.
export default function ({ parentElement }) {
  const button = parentElement.querySelector("button")
  const words = button.querySelector("span")
  const oldWay = (text) => {
    const field = document.body.appendChild(document.createElement("textarea"))
    field.value = text
    field.select()
    document.execCommand("copy")
    field.remove()
  }
  button.onclick = async () => {
    const address = window.location.href
    try {
      await navigator.clipboard.writeText(address)
    } catch {
      oldWay(address)
    }
    words.textContent = "Copied"
    setTimeout(() => (words.textContent = "Copy link"), 2000)
  }
}
