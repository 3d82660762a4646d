/** How an answer makes itself known while nobody looks: the title, a sound, a notification. */
import { wordOf } from './language'
import type { Seat } from './seat'

/** An answer came: where nobody looks the title says how many, and what the visitor turned on is heard or shown. */
export function alertOf({ options, hostElement: host, handle, life, shell }: Seat): void {
  const { dataset } = host
  const { isOpen, unread } = handle.getState()
  if (isOpen && !document.hidden) return
  if (dataset['sound'] === 'on') chime().catch(() => undefined)
  if (!document.hidden) return
  hint(Math.max(unread, 1), life.signal)
  if (dataset['notifications'] === 'on' && Notification.permission === 'granted') {
    try {
      // Whoever sees the screen need not know what was said.
      const title = options.title ?? shell.widget.querySelector('.title')?.textContent ?? ''
      const note = new Notification(title, { tag: `miptech-chat-${handle.id}`, body: wordOf(options, { en: 'New answer', it: 'Nuova risposta', ar: 'إجابة جديدة' }) })
      note.onclick = () => {
        window.focus()
        handle.open()
        note.close()
      }
    } catch {
      // Some phones know notifications of service workers only.
    }
  }
}

const MARK = /^\(\d+\) /

/** In the title until somebody looks, or the widget is gone; whatever else the page writes there stays. */
function hint(count: number, signal: AbortSignal): void {
  const plain = (): string => document.title.replace(MARK, '')
  const end = (): void => {
    document.title = plain()
  }
  document.title = `(${count}) ${plain()}`
  document.addEventListener('visibilitychange', end, { once: true, signal })
  signal.addEventListener('abort', end, { once: true })
}

/** Two soft notes, a fifth apart. */
async function chime(): Promise<void> {
  const audio = new AudioContext()
  // Before anybody touched the page a browser may keep it asleep, and leaves whoever wakes it without an answer.
  await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, WAKES_WITHIN_MS))])
  // A sound that comes late says nothing any more.
  if (audio.state !== 'running') return audio.close()
  const end = audio.currentTime + 0.5
  for (const [at, pitch] of [
    [0, 587],
    [0.12, 880],
  ] as const) {
    const tone = new OscillatorNode(audio, { frequency: pitch })
    const volume = new GainNode(audio, { gain: 0 })
    volume.gain.setTargetAtTime(0.06, audio.currentTime + at, 0.01)
    volume.gain.setTargetAtTime(0, audio.currentTime + at + 0.06, 0.06)
    tone.connect(volume).connect(audio.destination)
    tone.start(audio.currentTime + at)
    tone.stop(end)
    if (at) tone.onended = () => void audio.close()
  }
}

/** Far longer than it takes where it is allowed, and still at the time of the answer; our choice. */
const WAKES_WITHIN_MS = 500
