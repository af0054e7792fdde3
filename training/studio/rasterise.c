// Z-buffer of triangles with perspective-correct barycentric coordinates; the twin of rasterise.py's tensor form.
#include <math.h>
#include <stdint.h>

// points [N, 3]: x, y pixels (top-left pixel centre at 0.5, 0.5), z depth; outputs [side, side].
void rasterise(const float *points, const int32_t *faces, int32_t face_count, int32_t side, int32_t *index,
               float *weights, float *depth) {
  for (int32_t i = 0; i < side * side; i++) {
    index[i] = -1;
    depth[i] = INFINITY;
  }
  for (int32_t f = 0; f < face_count; f++) {
    const float *a = points + 3 * faces[3 * f], *b = points + 3 * faces[3 * f + 1], *c = points + 3 * faces[3 * f + 2];
    if (a[2] <= 0 || b[2] <= 0 || c[2] <= 0) continue;
    const float area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if (fabsf(area) < 1e-9f) continue;
    int32_t x0 = (int32_t)ceilf(fminf(a[0], fminf(b[0], c[0])) - 0.5f), x1 = (int32_t)floorf(fmaxf(a[0], fmaxf(b[0], c[0])) - 0.5f);
    int32_t y0 = (int32_t)ceilf(fminf(a[1], fminf(b[1], c[1])) - 0.5f), y1 = (int32_t)floorf(fmaxf(a[1], fmaxf(b[1], c[1])) - 0.5f);
    if (x0 < 0) x0 = 0;
    if (y0 < 0) y0 = 0;
    if (x1 > side - 1) x1 = side - 1;
    if (y1 > side - 1) y1 = side - 1;
    const float ia = 1 / (area * a[2]), ib = 1 / (area * b[2]), ic = 1 / (area * c[2]);
    for (int32_t y = y0; y <= y1; y++) {
      for (int32_t x = x0; x <= x1; x++) {
        const float px = x + 0.5f, py = y + 0.5f;
        const float wa = ((b[0] - px) * (c[1] - py) - (b[1] - py) * (c[0] - px)) * ia;
        const float wb = ((c[0] - px) * (a[1] - py) - (c[1] - py) * (a[0] - px)) * ib;
        const float wc = ((a[0] - px) * (b[1] - py) - (a[1] - py) * (b[0] - px)) * ic;
        if (wa < 0 || wb < 0 || wc < 0) continue;
        const float z = 1 / (wa + wb + wc);
        const int32_t at = y * side + x;
        if (z >= depth[at]) continue;
        depth[at] = z;
        index[at] = f;
        weights[3 * at] = wa * z;
        weights[3 * at + 1] = wb * z;
        weights[3 * at + 2] = wc * z;
      }
    }
  }
}
