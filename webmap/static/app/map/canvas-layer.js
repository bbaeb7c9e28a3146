// One canvas over the whole view, moved and scaled by Leaflet like its own renderers, painted by us.
import { MAX_ZOOM, MIN_ZOOM } from "./tiles.js";
import { mercator } from "./geodesy.js";

const L = window.L;

export const CanvasLayer = L.Renderer.extend({
  options: { padding: 0.15 },

  initialize(paint, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this.paint = paint;
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.className = "map-canvas";
    this._container.setAttribute("aria-hidden", "true");
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    cancelAnimationFrame(this._frame);
    this._container.remove();
    delete this._container;
  },

  _updatePaths() {},

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    const canvas = this._container;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    this._ratio = ratio;
    this._draw();
  },

  redraw() {
    cancelAnimationFrame(this._frame);
    if (!this._map) return;
    this._frame = requestAnimationFrame(() => this._map && !this._map._animatingZoom && this._draw());
  },

  _draw() {
    cancelAnimationFrame(this._frame);
    const context = this._context;
    context.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
    this.paint(context, this.view());
  },

  view() {
    const map = this._map;
    const size = this._bounds.getSize();
    const zoom = this._zoom;
    const scale = 256 * 2 ** zoom;
    const corner = map._getNewPixelOrigin(this._center, zoom).add(this._bounds.min);
    const tileZoom = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, Math.floor(zoom + 0.01)));
    const shown = this.locate(L.point(0, 0));
    const { x: w, y: h } = map.getSize();
    return {
      shown: { x: shown.x, y: shown.y, w, h },
      width: size.x, height: size.y, ratio: this._ratio, zoom, scale, tileZoom,
      lat: this._center.lat, x: corner.x, y: corner.y,
      project: (lon, lat) => { const p = mercator(lon, lat, scale); return [p[0] - corner.x, p[1] - corner.y]; },
    };
  },

  // From a point of the map's container to one of the canvas.
  locate(point) {
    return this._map.containerPointToLayerPoint(point).subtract(this._bounds.min);
  },
});
