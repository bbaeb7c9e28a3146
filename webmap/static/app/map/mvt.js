// Vector tiles as plain objects: the libraries read, this only lays the result out as the scenes draw it.
import { VectorTile } from "../../vendor/@mapbox/vector-tile/index.js";
import { PbfReader } from "../../vendor/pbf/index.js";

const POLYGON = 3;

// Rings and lines as flat [x, y, x, y, …] in tile units; a closed ring does not repeat its first point.
function flat(line, closed) {
  const part = [];
  const n = closed ? line.length - 1 : line.length;
  for (let i = 0; i < n; i += 1) part.push(line[i].x, line[i].y);
  return part;
}

function plain(feature) {
  const closed = feature.type === POLYGON;
  return { id: feature.id ?? 0, type: feature.type, props: feature.properties, parts: feature.loadGeometry().map((line) => flat(line, closed)) };
}

export function decode(buffer) {
  const layers = {};
  for (const [name, layer] of Object.entries(new VectorTile(new PbfReader(buffer)).layers)) {
    const features = [];
    for (let i = 0; i < layer.length; i += 1) features.push(plain(layer.feature(i)));
    layers[name] = { name, extent: layer.extent, features };
  }
  return layers;
}
