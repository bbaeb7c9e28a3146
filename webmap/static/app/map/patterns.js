// Textures: what is not covered is hatched, what is unknown is dotted, so that no meaning rests on colour alone.
const RATIO = Math.min(window.devicePixelRatio || 1, 3);

function tile(size, draw) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const context = canvas.getContext("2d");
  context.scale(RATIO, RATIO);
  draw(context);
  return canvas;
}

// Diagonal lines rising to the right; drawn thrice so that they meet over the edges of the tile.
function hatch(step, width, colour, ground) {
  return tile(step, (c) => {
    if (ground) { c.fillStyle = ground; c.fillRect(0, 0, step, step); }
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.lineCap = "square";
    for (const shift of [-step, 0, step]) {
      c.beginPath();
      c.moveTo(shift, step);
      c.lineTo(shift + step, 0);
      c.stroke();
    }
  });
}

function dots(step, radius, colour, ground) {
  return tile(step, (c) => {
    if (ground) { c.fillStyle = ground; c.fillRect(0, 0, step, step); }
    c.fillStyle = colour;
    for (const [x, y] of [[step / 4, step / 4], [(step * 3) / 4, (step * 3) / 4]]) {
      c.beginPath();
      c.arc(x, y, radius, 0, 2 * Math.PI);
      c.fill();
    }
  });
}

// Two ways across: nobody passes here. Falling to the right too, so that it is never taken for a gap.
function lattice(step, width, colour, ground) {
  return tile(step, (c) => {
    c.fillStyle = ground;
    c.fillRect(0, 0, step, step);
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.beginPath();
    c.moveTo(0, 0);
    c.lineTo(step, step);
    c.moveTo(step, 0);
    c.lineTo(0, step);
    c.stroke();
  });
}

const SOURCES = {
  gap: hatch(13, 1.8, "#B26200", ""),
  zero: hatch(12, 1.7, "#C77A1E", "#FDF3DF"),
  barrier: lattice(9, 1.1, "rgb(87 79 68 / .75)", "rgb(255 252 246 / .6)"),
  unknown: dots(9, 1.05, "#6A6A6A", ""),
  mostly_unknown: dots(8, 0.95, "#6A6A6A", "#FAF8F2"),
};

// Anchored to the ground, so that a texture does not swim when the map is moved.
export function pattern(context, name, view) {
  const source = SOURCES[name];
  const result = context.createPattern(source, "repeat");
  const size = source.width / RATIO;
  const shift = (value) => -(((value % size) + size) % size);
  result.setTransform(new DOMMatrix().translate(shift(view.x), shift(view.y)).scale(1 / RATIO));
  return result;
}
