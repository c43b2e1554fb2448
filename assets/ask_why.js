// Tells the server which card's "Why?" was pressed. The cards themselves are plain HTML, outside of this component, and
// may be drawn anew at any time; so the whole page is listened to.
export default function ({ parentElement, data, setTriggerValue }) {
  const listen = (event) => {
    const button = event.target.closest(`.st-key-${data.grid} .ft-why`)
    if (button) setTriggerValue("item", button.dataset.item)
  }
  parentElement.stop?.()
  document.addEventListener("click", listen)
  parentElement.stop = () => document.removeEventListener("click", listen)
  parentElement.querySelector("i").dataset.listens = "yes"
  return () => parentElement.stop()
}
