// Insert zeros, pad, filter, keep every so-manyth sample. The gradient is the same with other numbers.
//
// out[o] = gain * sum_k taps[k] * padded[o * down + k], padded[j] = x[(j - pad) / up] where up divides j - pad.
#include "finish.cuh"
#include "launch.cuh"

namespace typeface {

// What Python passes; the same struct as in binding.py.
struct FilterCall {
  void* out;
  const void* x;
  const float* taps;                                  // [kh, kw]
  Finish finish;                                      // of the result, which saves a pass over it
  int32_t n, c, h, w, oh, ow;                         // [n, c, h, w] to [n, c, oh, ow]
  int32_t kh, kw, ux, uy, dx, dy, px, py;             // pad on the left and at the top; below 0 crops
  int32_t flip, last, dtype;                          // flip: taps as they stand; last: channels_last
  float gain;
};

HD float tap(const FilterCall& f, int ky, int kx) {
  return f.taps[f.flip ? ky * f.kw + kx : (f.kh - 1 - ky) * f.kw + f.kw - 1 - kx];
}

// `picture` is a plane unless channels come last; `to` is where the number goes.
template <class T>
HD float ended(const FilterCall& f, float v, bool last, int64_t picture, int channel, int64_t to) {
  if (!f.finish.scale) return v;
  const int64_t n = last ? picture : picture / f.c;
  if (!last) channel = int(picture % f.c);
  return finished<T>(f.finish, v, n, channel, to - n * f.c * f.oh * f.ow);
}

template <int U>
HD bool is_sample(int j) { return U == 1 || (j & (U - 1)) == 0; }  // U is 1 or 2

template <int U>
HD int sample(int j) { return U == 1 ? j : j >> 1; }  // rounds down, below 0 too

HD bool inside(int i, int size) { return uint32_t(i) < uint32_t(size); }

HD int floor_mod(int a, int b) { const int r = a % b; return r < 0 ? r + b : r; }

// Which part of which row of the output a thread makes. Narrow rows share a block, wide ones take several.
struct Rows {
  static constexpr int kThreads = 128;
  uint32_t rows, items;          // rows: of all pictures; items: parts of a row
  uint32_t rows_a_block, blocks_a_row;

  static Rows of(int64_t rows, int64_t items) {
    const bool wide = items > kThreads;
    return {uint32_t(rows), uint32_t(items), wide ? 1 : uint32_t(kThreads / items),
            wide ? uint32_t(ceil_div(items, kThreads)) : 1};
  }
  int64_t blocks() const { return ceil_div(rows, rows_a_block) * blocks_a_row; }

  HD bool find(Site site, uint32_t& row, uint32_t& item) const {
    if (blocks_a_row > 1) {
      row = site.block / blocks_a_row;
      item = site.block % blocks_a_row * kThreads + site.thread;
      return item < items;
    }
    row = site.block * rows_a_block + site.thread / items;
    item = site.thread % items;
    return site.thread < rows_a_block * items && row < rows;
  }
};

// A thread's place: row `y` of the output, from column `x`, channel `channel` of picture (or plane) `picture`.
struct Spot {
  int64_t picture;
  int y, x, channel;
};

template <class T, int V, bool Last>
struct Walk : FilterCall {
  static constexpr int kThreads = Rows::kThreads, kTile = 0;
  Rows rows;

  // Columns come in strips of `width`.
  HD bool spot(Site site, int width, Spot& at) const {
    uint32_t row, item;
    if (!rows.find(site, row, item)) return false;
    const uint32_t packs = Last ? uint32_t(c) / V : 1;
    at = {row / uint32_t(oh), int(row % uint32_t(oh)), int(item / packs) * width, int(item % packs) * V};
    return true;
  }
  HD int64_t offset(const Spot& at, int y, int x, int height, int width) const {
    return ((at.picture * height + y) * width + x) * (Last ? c : 1) + at.channel;
  }
  HD const T* input(const Spot& at, int y, int x) const {
    return static_cast<const T*>(this->x) + offset(at, y, x, h, w);
  }
  HD void write(const Spot& at, int x, const float (&sum)[V]) const {
    Pack<T, V> result;
    const int64_t to = offset(at, at.y, x, oh, ow);
    UNROLL for (int e = 0; e < V; ++e)
      narrow(ended<T>(*this, sum[e] * gain, Last, at.picture, at.channel + e, to + e), result.at[e]);
    put(static_cast<T*>(out) + to, result);
  }
};

// Any factors and taps: one output a thread, only the taps that meet samples.
template <class T, int V, bool Last>
struct Any : Walk<T, V, Last> {
  HD void run(Site site, float*) const {
    Spot at;
    if (!this->spot(site, 1, at)) return;
    const int by = at.y * this->dy - this->py, bx = at.x * this->dx - this->px;
    const int ky0 = floor_mod(-by, this->uy), kx0 = floor_mod(-bx, this->ux);
    float sum[V] = {};
    for (int ky = ky0, iy = (by + ky0) / this->uy; ky < this->kh; ky += this->uy, ++iy) {
      if (!inside(iy, this->h)) continue;
      for (int kx = kx0, ix = (bx + kx0) / this->ux; kx < this->kw; kx += this->ux, ++ix) {
        if (!inside(ix, this->w)) continue;
        const float factor = tap(*this, ky, kx);
        const auto v = fetch<V>(this->input(at, iy, ix));
        UNROLL for (int e = 0; e < V; ++e) sum[e] += factor * widen(v.at[e]);
      }
    }
    this->write(at, at.x, sum);
  }
};

constexpr int kSide = 4;  // of the everyday filter

// 4x4 taps, up U and down D: four neighbouring outputs a thread, which read each sample once.
template <class T, int V, bool Last, int U, int D>
struct Strip : Walk<T, V, Last> {
  static constexpr int kOuts = 4, kReach = (kOuts - 1) * D + kSide;

  HD void run(Site site, float*) const {
    Spot at;
    if (!this->spot(site, kOuts, at)) return;
    float sum[kOuts][V] = {};
    const int bx = at.x * D - this->px;
    ROLLED for (int ky = 0; ky < kSide; ++ky) {
      const int jy = at.y * D - this->py + ky, iy = sample<U>(jy);
      if (is_sample<U>(jy) && inside(iy, this->h)) line(at, ky, iy, bx, sum);
    }
    UNROLL for (int r = 0; r < kOuts; ++r)
      if (at.x + r < this->ow) this->write(at, at.x + r, sum[r]);
  }

  HD void line(const Spot& at, int ky, int iy, int bx, float (&sum)[kOuts][V]) const {
    float factor[kSide];
    UNROLL for (int k = 0; k < kSide; ++k) factor[k] = tap(*this, ky, k);
    UNROLL for (int j = 0; j < kReach; ++j) {
      const int ix = sample<U>(bx + j);
      if (!is_sample<U>(bx + j) || !inside(ix, this->w)) continue;
      const auto v = fetch<V>(this->input(at, iy, ix));
      UNROLL for (int r = 0; r < kOuts; ++r) {
        const int k = j - r * D;
        if (k < 0 || k >= kSide) continue;
        UNROLL for (int e = 0; e < V; ++e) sum[r][e] += factor[k] * widen(v.at[e]);
      }
    }
  }
};

// 4x4 taps on planes: a block makes 32 x 16 outputs from samples that it has brought together. Lanes lie along x.
template <class T, int U, int D>
struct Tile : FilterCall {
  static constexpr int kThreads = 128, kWide = 32, kTall = 16, kOuts = 4;
  static constexpr int kColumns = ((kWide - 1) * D + kSide - 1) / U + 2;
  static constexpr int kLines = ((kTall - 1) * D + kSide - 1) / U + 2;
  static constexpr int kTile = kColumns * kLines;
  uint32_t across, tiles;  // tiles in a row of tiles, in a plane

  HD void origin(Site site, int& ox, int& oy) const {
    const uint32_t tile = site.block % tiles;
    ox = int(tile % across) * kWide;
    oy = int(tile / across) * kTall;
  }

  HD void load(Site site, float* shared) const {
    int ox, oy;
    origin(site, ox, oy);
    const int ix0 = sample<U>(ox * D - px), iy0 = sample<U>(oy * D - py);
    const T* plane = static_cast<const T*>(x) + int64_t(site.block / tiles) * h * w;
    for (int i = site.thread; i < kTile; i += kThreads) {
      const int ix = ix0 + i % kColumns, iy = iy0 + i / kColumns;
      shared[i] = inside(ix, w) && inside(iy, h) ? widen(plane[int64_t(iy) * w + ix]) : 0;
    }
  }

  HD void run(Site site, const float* shared) const {
    int ox0, oy0;
    origin(site, ox0, oy0);
    const int ox = ox0 + site.thread % kWide, oy = oy0 + site.thread / kWide * kOuts;
    const int bx = ox * D - px, by = oy * D - py;
    const int ix0 = sample<U>(ox0 * D - px), iy0 = sample<U>(oy0 * D - py);
    float factor[kSide][kSide], sum[kOuts] = {};
    UNROLL for (int k = 0; k < kSide * kSide; ++k) factor[k / kSide][k % kSide] = tap(*this, k / kSide, k % kSide);
    UNROLL for (int j = 0; j < (kOuts - 1) * D + kSide; ++j) {
      if (!is_sample<U>(by + j)) continue;
      const float* line = shared + (sample<U>(by + j) - iy0) * kColumns;
      UNROLL for (int kx = 0; kx < kSide; ++kx) {
        if (!is_sample<U>(bx + kx)) continue;
        const float v = line[sample<U>(bx + kx) - ix0];
        UNROLL for (int r = 0; r < kOuts; ++r)
          if (j - r * D >= 0 && j - r * D < kSide) sum[r] += factor[j - r * D][kx] * v;
      }
    }
    if (ox >= ow) return;
    const int64_t plane = site.block / tiles, to = (plane * oh + oy) * ow + ox;
    UNROLL for (int r = 0; r < kOuts; ++r) {
      const int64_t at = to + int64_t(r) * ow;
      if (oy + r < oh) narrow(ended<T>(*this, sum[r] * gain, false, plane, 0, at), static_cast<T*>(out)[at]);
    }
  }
};

template <class T, int V, bool Last, class K>
int walk(const FilterCall& call, int width, Queue queue) {
  K kernel;
  static_cast<FilterCall&>(kernel) = call;
  const int64_t rows = int64_t(call.n) * (Last ? 1 : call.c) * call.oh;
  if (rows > kMostBlocks) return kTooLarge;
  kernel.rows = Rows::of(rows, ceil_div(call.ow, width) * (Last ? call.c / V : 1));
  return launch(kernel, kernel.rows.blocks(), queue);
}

template <class T, int U, int D>
int tiled(const FilterCall& call, Queue queue) {
  using K = Tile<T, U, D>;
  K kernel;
  static_cast<FilterCall&>(kernel) = call;
  kernel.across = uint32_t(ceil_div(call.ow, K::kWide));
  kernel.tiles = kernel.across * uint32_t(ceil_div(call.oh, K::kTall));
  return launch(kernel, int64_t(call.n) * call.c * kernel.tiles, queue);
}

template <class T, int V, bool Last, int U, int D>
int everyday(const FilterCall& call, Queue queue) {
  if constexpr (!Last)
    if (call.ow >= 16 && call.oh >= 8) return tiled<T, U, D>(call, queue);
  return walk<T, V, Last, Strip<T, V, Last, U, D>>(call, 4, queue);
}

template <class T, int V, bool Last>
int filtered(const FilterCall& call, Queue queue) {
  if (call.kh == kSide && call.kw == kSide && call.ux == call.uy && call.dx == call.dy) {
    if (call.ux == 1 && call.dx == 1) return everyday<T, V, Last, 1, 1>(call, queue);
    if (call.ux == 2 && call.dx == 1) return everyday<T, V, Last, 2, 1>(call, queue);
    if (call.ux == 1 && call.dx == 2) return everyday<T, V, Last, 1, 2>(call, queue);
  }
  return walk<T, V, Last, Any<T, V, Last>>(call, 1, queue);
}

}  // namespace typeface

EXPORT int typeface_upfirdn2d(const typeface::FilterCall* call, int device, void* stream) {
  using namespace typeface;
  const Queue queue{device, stream};
  if (call->n <= 0 || call->c <= 0 || call->oh <= 0 || call->ow <= 0) return 0;
  return for_type(call->dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    constexpr int V = kVector<T>;
    if (!call->last) return filtered<T, 1, false>(*call, queue);
    if (call->c % V == 0 && aligned(call->x) && aligned(call->out)) return filtered<T, V, true>(*call, queue);
    return filtered<T, 1, true>(*call, queue);
  });
}

// What a code of the other functions means.
EXPORT const char* typeface_describe(int code) {
  if (code == -1) return "an unknown type or order";
  if (code == typeface::kTooLarge) return "more numbers than one launch takes";
#ifdef __CUDACC__
  return cudaGetErrorString(static_cast<cudaError_t>(code));
#else
  return "no error";
#endif
}
