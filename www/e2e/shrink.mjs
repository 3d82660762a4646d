/**
 * Makes the pictures of a folder smaller, for `npm run gallery`: a palette of the 256 colours that are seen most, and
 * every other pixel in the nearest of them. What that changes, nobody sees, and no comparison of pictures takes for a
 * difference.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** As Playwright writes them: 8 bits for each of red, green, blue and perhaps alpha, not interlaced. */
function read(file) {
  const chunks = []
  for (let at = SIGNATURE.length; at < file.length; ) {
    const length = file.readUInt32BE(at)
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  const head = chunks.find(({ type }) => type === 'IHDR').data
  const depth = { 2: 3, 6: 4 }[head[9]]
  if (!depth) return undefined
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)]
  const raw = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)))
  return { width, height, colours: coloursOf(raw, width, height, depth) }
}

/** Every pixel as one number. */
function coloursOf(raw, width, height, depth) {
  const stride = width * depth
  const lines = Buffer.alloc(stride * height)
  const at = (x, y) => (x < 0 || y < 0 ? 0 : lines[y * stride + x])
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)]
    for (let x = 0; x < stride; x += 1) {
      const [left, up, corner] = [at(x - depth, y), at(x, y - 1), x < depth ? 0 : at(x - depth, y - 1)]
      const guess = [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter]
      lines[y * stride + x] = raw[y * (stride + 1) + 1 + x] + guess
    }
  }
  return Array.from({ length: width * height }, (_, pixel) => lines.readUIntBE(pixel * depth, 3))
}

/** Paeth's guess (PNG specification, 9.4). */
function nearest(left, up, corner) {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function write({ width, height, colours }) {
  const counts = new Map()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  // In an order that the picture alone decides, so that the same picture is the same file.
  const palette = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || a - b).slice(0, 256)
  const places = new Map(palette.map((colour, place) => [colour, place]))
  const placeOf = (colour) => {
    if (!places.has(colour)) places.set(colour, closest(palette, colour))
    return places.get(colour)
  }
  const lines = Buffer.alloc((width + 1) * height)
  colours.forEach((colour, pixel) => (lines[pixel + Math.floor(pixel / width) + 1] = placeOf(colour)))
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3], 8)
  const bytes = Buffer.from(palette.flatMap(partsOf))
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', bytes), chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}

const partsOf = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]

function closest(palette, colour) {
  const parts = partsOf(colour)
  const far = palette.map((other) => partsOf(other).reduce((sum, part, index) => sum + (part - parts[index]) ** 2, 0))
  return far.indexOf(Math.min(...far))
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

const folder = process.argv[2]
for (const name of readdirSync(folder).filter((name) => name.endsWith('.png'))) {
  const picture = read(readFileSync(join(folder, name)))
  // One that has a palette was made smaller before.
  if (picture) writeFileSync(join(folder, name), write(picture))
}
