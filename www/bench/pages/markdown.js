// The second control: what somebody who knows browsers writes in an hour around `marked`.
// Only the open block is parsed, once per frame; a finished one is appended and never touched again.
// Nothing is made safe: what an answer says as HTML would be HTML.
import { Lexer, Parser } from './marked.js'
import { bubble, converse, followTheEnd, oncePerFrame } from './chat.js'

await converse(() => {
  const finished = bubble()
  const open = document.createElement('div')
  finished.append(open)
  /** What follows the last finished block. */
  let rest = ''
  let hasEnded = false
  const paint = oncePerFrame(() => {
    const blocks = new Lexer().lex(rest)
    // The last block may still grow, and with it the blank lines after it.
    const last = hasEnded ? blocks.length : blocks.findLastIndex(({ type }) => type !== 'space')
    const done = blocks.slice(0, Math.max(last, 0))
    open.insertAdjacentHTML('beforebegin', Parser.parse(done))
    rest = rest.slice(done.reduce((length, { raw }) => length + raw.length, 0))
    open.innerHTML = hasEnded ? '' : Parser.parse(blocks.slice(done.length))
    followTheEnd()
  })
  return {
    said(delta) {
      rest += delta
      paint()
    },
    ended() {
      hasEnded = true
      paint()
    },
  }
})
