// Tells the server which card's "Why?" was pressed. The cards themselves are plain HTML, outside of this component.
export default function ({ data, setTriggerValue }) {
  const grid = document.querySelector(`.st-key-${data.grid}`)
  if (!grid) return
  grid.onclick = (event) => {
    const button = event.target.closest(".ft-why")
    if (button) setTriggerValue("item", button.dataset.item)
  }
}
