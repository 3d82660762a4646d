// A platform that speaks: calls are answered, sockets open, and frames go both ways as a test says.

import { answer, onClose, put } from './page.js'

let sockets = []
let canReceive = true

/** From here on a platform with these capabilities is there; `connect` leads to a chat. */
export function begin(capabilities) {
  sockets = []
  canReceive = true
  answer('/api/v1/health', 200, '{"status":"healthy"}')
  answer('/api/v1/chat', 200, '{"chat_id":"c1"}')
  const ready = { type: 'connection_ready', data: { capabilities: JSON.parse(capabilities) } }
  put(window, 'WebSocket', { value: lineWith(ready), writable: true })
  onClose(() => (sockets = []))
}

function lineWith(ready) {
  return class {
    readyState = 0
    frames = []

    constructor() {
      sockets.push(this)
      setTimeout(() => {
        if (this.readyState > 0) return
        this.readyState = 1
        this.onopen?.({})
        this.hear(ready)
      })
    }

    hear(frame) {
      this.onmessage?.({ data: JSON.stringify(frame) })
    }

    send(text) {
      const frame = JSON.parse(text)
      this.frames.push(frame)
      setTimeout(() => {
        if (frame.type === 'join_chat') this.hear({ type: 'chat_joined', data: { chat_id: 'c1' } })
        if (frame.type === 'ping') this.hear({ type: 'pong' })
        if (/message$/.test(frame.type) && canReceive) {
          const client_message_id = frame.data.client_message_id
          this.hear({ type: 'message_received', data: { message_id: `u${this.frames.length}`, client_message_id } })
        }
      })
    }

    close() {
      this.readyState = 3
    }

    drop() {
      this.readyState = 3
      this.onclose?.({ code: 1006, reason: '' })
    }
  }
}

/** From here on no message is acknowledged. */
export function keepSilent() {
  canReceive = false
}

/** How many sockets are open. */
export function openSockets() {
  return sockets.filter(({ readyState }) => readyState < 2).length
}

/** What was sent on the last socket, as JSON. */
export function sent() {
  return sockets.at(-1)?.frames.map((frame) => JSON.stringify(frame)) ?? []
}

/** The platform says something on the last socket. */
export function says(frame) {
  sockets.at(-1).hear(JSON.parse(frame))
}

/** The last socket breaks. */
export function breaks() {
  sockets.at(-1).drop()
}
