// The wire of the control pages: the same chat, socket and frames as the widget's, and nothing around them.

/**
 * Connects the form of the page to a chat of its own.
 *
 * `open()` makes the place of an answer and gives two functions: `said(text)` for every delta, `ended()` after the last.
 */
export async function converse(open) {
  const tenant = 'miptech-company'
  const created = await fetch('/api/v1/chat', {
    method: 'POST',
    headers: { 'X-Tenant-ID': tenant, 'Content-Type': 'application/json' },
    body: JSON.stringify({ session_id: crypto.randomUUID(), visitor_id: crypto.randomUUID(), tenant_id: tenant }),
  })
  const { chat_id } = await created.json()

  const socket = new WebSocket(`ws://${location.host}/api/v1/ws/chat?tenant_id=${tenant}&chat_id=${chat_id}`)
  const say = (type, data) => socket.send(JSON.stringify({ type, data: { ...data, chat_id, tenant_id: tenant } }))
  let answer
  await new Promise((joined) => {
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data)
      if (frame.type === 'connection_ready') say('join_chat', {})
      else if (frame.type === 'chat_joined') joined()
      else if (frame.type === 'response_start') answer = open()
      else if (frame.type === 'response_chunk') answer.said(frame.data.content)
      else if (frame.type === 'response_complete') answer.ended()
    })
  })

  const input = document.querySelector('textarea')
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    say('chat_message', { message: input.value, stream: true })
    input.value = ''
  })
  document.documentElement.dataset.state = 'live'
}

/** Calls `paint` once before the next frame, however often it is asked to. */
export function oncePerFrame(paint) {
  let isDue = false
  return () => {
    if (isDue) return
    isDue = true
    requestAnimationFrame(() => {
      isDue = false
      paint()
    })
  }
}

/** Adds the place of an answer to the list. */
export function bubble() {
  const bubble = document.createElement('div')
  bubble.dataset.author = 'ai'
  document.querySelector('main').append(bubble)
  return bubble
}

/** Keeps the end of the list in view. */
export function followTheEnd() {
  const list = document.querySelector('main')
  list.scrollTop = list.scrollHeight
}
