// Mapbox Vector Tile 2.1, read into plain objects. Only what our own tiles use.
class Reader {
  constructor(bytes, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
    this.end = end;
  }
  varint() {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }
  block() {
    const length = this.varint();
    const part = new Reader(this.bytes, this.at, this.at + length);
    this.at += length;
    return part;
  }
  skip(wire) {
    if (wire === 0) this.varint();
    else if (wire === 1) this.at += 8;
    else if (wire === 2) this.at += this.varint();
    else this.at += 4;
  }
  fields(handle) {
    while (this.at < this.end) {
      const tag = this.varint();
      if (!handle(tag >> 3, tag & 7)) this.skip(tag & 7);
    }
  }
  string() {
    const part = this.block();
    return decoder.decode(part.bytes.subarray(part.at, part.end));
  }
}

const decoder = new TextDecoder();

function readValue(reader) {
  let value = null;
  reader.fields((field) => {
    if (field === 1) value = reader.string();
    else if (field === 2) { value = reader.view.getFloat32(reader.at, true); reader.at += 4; }
    else if (field === 3) { value = reader.view.getFloat64(reader.at, true); reader.at += 8; }
    else if (field === 4 || field === 5) value = reader.varint();
    else if (field === 6) { const n = reader.varint(); value = n % 2 ? -(n + 1) / 2 : n / 2; }
    else if (field === 7) value = Boolean(reader.varint());
    else return false;
    return true;
  });
  return value;
}

// Rings and lines as flat [x, y, x, y, …] in tile units; a closed ring does not repeat its first point.
function readGeometry(reader) {
  const parts = [];
  let part = null;
  let x = 0;
  let y = 0;
  const signed = () => { const n = reader.varint(); return (n >>> 1) ^ -(n & 1); };
  while (reader.at < reader.end) {
    const command = reader.varint();
    const kind = command & 7;
    if (kind === 7) continue;
    for (let count = command >> 3; count > 0; count -= 1) {
      x += signed();
      y += signed();
      if (kind === 1) parts.push((part = []));
      part.push(x, y);
    }
  }
  return parts;
}

function readFeature(reader, keys, values) {
  const feature = { id: 0, type: 0, props: {}, parts: [] };
  reader.fields((field) => {
    if (field === 1) feature.id = reader.varint();
    else if (field === 2) {
      const tags = reader.block();
      while (tags.at < tags.end) {
        const key = keys[tags.varint()];
        feature.props[key] = values[tags.varint()];
      }
    } else if (field === 3) feature.type = reader.varint();
    else if (field === 4) feature.parts = readGeometry(reader.block());
    else return false;
    return true;
  });
  return feature;
}

function readLayer(reader) {
  const layer = { name: "", extent: 4096, features: [] };
  const keys = [];
  const values = [];
  const raw = [];
  reader.fields((field) => {
    if (field === 1) layer.name = reader.string();
    else if (field === 2) raw.push(reader.block());
    else if (field === 3) keys.push(reader.string());
    else if (field === 4) values.push(readValue(reader.block()));
    else if (field === 5) layer.extent = reader.varint();
    else return false;
    return true;
  });
  layer.features = raw.map((part) => readFeature(part, keys, values));
  return layer;
}

export function decode(buffer) {
  const layers = {};
  const reader = new Reader(new Uint8Array(buffer));
  reader.fields((field) => {
    if (field !== 3) return false;
    const layer = readLayer(reader.block());
    layers[layer.name] = layer;
    return true;
  });
  return layers;
}
