/** Shows `/status.json`, again every five seconds. Needs nothing from elsewhere. */
export const STATUS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>MQTT broker status</title>
<style>
body { font: 15px system-ui, sans-serif; margin: 2rem; color: #222; background: #fff }
table { border-collapse: collapse; margin: 0 0 1.5rem }
th, td { border-bottom: 1px solid #ccc; padding: .25rem .75rem; text-align: left }
</style>
</head>
<body>
<h1>MQTT broker status</h1>
<div id="nodes">Reading status.json …</div>
<script>
const place = document.getElementById('nodes')
function table(rows) {
  const made = document.createElement('table')
  for (const cells of rows) {
    const row = made.insertRow()
    for (const cell of cells) row.insertCell().textContent = String(cell)
  }
  return made
}
async function show() {
  try {
    const answer = await fetch('status.json')
    if (!answer.ok) throw new Error('status.json answered ' + answer.status)
    const [nodes] = await answer.json()
    place.replaceChildren()
    for (const [node, { listeners, mystatus, ...figures }] of Object.entries(nodes)) {
      const title = document.createElement('h2')
      title.textContent = node
      const columns = ['type', 'status', 'ip', 'port', 'max_conns']
      place.append(title, table(Object.entries(figures)))
      place.append(table([columns, ...listeners.map(each => columns.map(column => each[column]))]))
    }
  } catch (thrown) {
    place.textContent = thrown.message
  }
}
show()
setInterval(show, 5000)
</script>
</body>
</html>
`
