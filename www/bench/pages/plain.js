// The first control: an answer is one text node that grows once per frame. Nothing can be quicker and be read.
import { bubble, converse, followTheEnd, oncePerFrame } from './chat.js'

await converse(() => {
  const text = document.createTextNode('')
  bubble().append(text)
  let fresh = ''
  const paint = oncePerFrame(() => {
    text.appendData(fresh)
    fresh = ''
    followTheEnd()
  })
  return {
    said(delta) {
      fresh += delta
      paint()
    },
    ended() {},
  }
})
