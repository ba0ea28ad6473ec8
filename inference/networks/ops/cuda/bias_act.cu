// clamp(activation(x + bias) * gain), its gradient, and the gradient of that.
//
// A gradient is computed from the result y where that tells enough, since the next layer keeps y anyway; swish needs x.
// With u = y / gain: dx = dy * gain * f'(u), and d(dx)/dy = dy * f''(u) / f'(u), which then takes the first way again.
#include "finish.cuh"
#include "launch.cuh"

namespace typeface {

enum Activation { kLinear, kRelu, kLrelu, kTanh, kSigmoid, kElu, kSelu, kSoftplus, kSwish };

constexpr float kSlope = 0.2f, kScale = 1.0507009873554805f, kScaledAlpha = 1.7580993408473768f;  // lrelu; selu

HD float logistic(float x) { return 1 / (1 + expf(-x)); }

HD float value(int activation, float x) {
  switch (activation) {
    case kRelu: return x < 0 ? 0 : x;
    case kLrelu: return x < 0 ? x * kSlope : x;
    case kTanh: return tanhf(x);
    case kSigmoid: return logistic(x);
    case kElu: return x < 0 ? expm1f(x) : x;
    case kSelu: return x < 0 ? kScaledAlpha * expm1f(x) : kScale * x;
    case kSoftplus: return x > 20 ? x : log1pf(expf(x));
    case kSwish: return x * logistic(x);
  }
  return x;
}

// f' as a function of u = f(x), of x for swish.
HD float slope(int activation, float u) {
  switch (activation) {
    case kRelu: return u > 0 ? 1 : 0;
    case kLrelu: return u > 0 ? 1 : kSlope;
    case kTanh: return 1 - u * u;
    case kSigmoid: return u * (1 - u);
    case kElu: return u > 0 ? 1 : u + 1;
    case kSelu: return u > 0 ? kScale : u + kScaledAlpha;
    case kSoftplus: return -expm1f(-u);
    case kSwish: {
      const float s = logistic(u);
      return s * (1 + u * (1 - s));
    }
  }
  return 1;
}

// The derivative of `slope` by its argument.
HD float bend(int activation, float u) {
  switch (activation) {
    case kTanh: return -2 * u;
    case kSigmoid: return 1 - 2 * u;
    case kElu:
    case kSelu: return u < 0 ? 1 : 0;
    case kSoftplus: return expf(-u);
    case kSwish: {
      const float s = logistic(u);
      return s * (1 - s) * (2 + u * (1 - 2 * s));
    }
  }
  return 0;
}

// What Python passes; the same struct as in binding.py.
struct PointwiseCall {
  void* out;
  const void* x;        // order 0: x; 1 and 2: dy
  const void* with;     // order 2: the gradient that arrives at dx
  const void* known;    // orders 1 and 2: y (x for swish), or null where nothing depends on it
  const float* bias;    // order 0: [channels], or null
  int64_t count, inner, channels;  // element i has channel i / inner % channels
  float gain, clamp;               // clamp below 0: none
  int32_t dtype, order, activation;
};

template <class T, int V, int Order, int Fixed>
struct Pointwise : PointwiseCall {
  static constexpr int kThreads = 256, kTile = 0;
  int32_t channel_step;  // 1: the numbers of a pack are neighbouring channels; 0: all of one channel

  HD void run(Site site, float*) const {
    const int64_t i = (int64_t(site.block) * kThreads + site.thread) * V;
    if (i >= count) return;
    const auto a = fetch<V>(static_cast<const T*>(x) + i);
    Pack<T, V> b{}, r{}, result;
    if (Order == 2) b = fetch<V>(static_cast<const T*>(with) + i);
    if (Order > 0 && known) r = fetch<V>(static_cast<const T*>(known) + i);
    const float* shift = Order == 0 && bias ? bias + channel(i) : nullptr;
    UNROLL for (int k = 0; k < V; ++k) {
      float v = widen(a.at[k]);
      if (Order == 0) v = bounded(value(kind(), shift ? v + shift[k * channel_step] : v) * gain, clamp);
      if (Order == 1) v = gradient(v, widen(r.at[k]));
      if (Order == 2) v = second(v * widen(b.at[k]), widen(r.at[k]));
      narrow(v, result.at[k]);
    }
    put(static_cast<T*>(out) + i, result);
  }

  HD int kind() const { return Fixed < 0 ? activation : Fixed; }

  HD int64_t channel(int64_t i) const {
    if (count <= 0xffffffff) return uint32_t(i) / uint32_t(inner) % uint32_t(channels);
    return i / inner % channels;
  }

  // As y is kept, rounded: where the clamp held, y is this number exactly.
  HD float limit() const {
    T kept;
    narrow(clamp, kept);
    return widen(kept);
  }

  HD bool held(float r) const {
    if (clamp < 0) return false;
    return fabsf(kind() == kSwish ? value(kSwish, r) * gain : r) >= limit();
  }

  HD float argument(float r) const { return kind() == kSwish || gain == 0 ? r : r / gain; }
  HD float gradient(float dy, float r) const { return held(r) ? 0 : dy * gain * slope(kind(), argument(r)); }
  HD float second(float both, float r) const {
    if (held(r)) return 0;
    return both * bend(kind(), argument(r)) * (kind() == kSwish ? gain : 1);
  }
};

template <class T, int V, int Order>
int pointwise(const PointwiseCall& call, int32_t step, Queue queue) {
  const int64_t blocks = ceil_div(call.count, 256 * V);
  switch (call.activation) {
    case kLinear: return launch(Pointwise<T, V, Order, kLinear>{call, step}, blocks, queue);
    case kLrelu: return launch(Pointwise<T, V, Order, kLrelu>{call, step}, blocks, queue);
  }
  return launch(Pointwise<T, V, Order, -1>{call, step}, blocks, queue);
}

template <class T, int V>
int in_order(const PointwiseCall& call, int32_t step, Queue queue) {
  switch (call.order) {
    case 0: return pointwise<T, V, 0>(call, step, queue);
    case 1: return pointwise<T, V, 1>(call, step, queue);
    case 2: return pointwise<T, V, 2>(call, step, queue);
  }
  return -1;
}

// What Python passes; the same struct as in binding.py.
struct FinishCall {
  void* out;
  const void* x;
  Finish finish;
  int64_t count, picture;              // numbers in all, and in one picture
  int32_t channels, inner, last, dtype;  // inner: pixels
};

template <class T, int V>
struct Finished : FinishCall {
  static constexpr int kThreads = 256, kTile = 0;

  HD void run(Site site, float*) const {
    const int64_t i = (int64_t(site.block) * kThreads + site.thread) * V;
    if (i >= count) return;
    const int64_t n = count <= 0xffffffff ? uint32_t(i) / uint32_t(picture) : i / picture;
    const int64_t at = i - n * picture;  // a picture has less than 2^32 numbers
    const int channel = int(last ? uint32_t(at) % uint32_t(channels) : uint32_t(at) / uint32_t(inner));
    const auto v = fetch<V>(static_cast<const T*>(x) + i);
    Pack<T, V> result;
    UNROLL for (int k = 0; k < V; ++k)
      narrow(finished<T>(finish, widen(v.at[k]), n, last ? channel + k : channel, at + k), result.at[k]);
    put(static_cast<T*>(out) + i, result);
  }
};

}  // namespace typeface

EXPORT int typeface_finish(const typeface::FinishCall* call, int device, void* stream) {
  using namespace typeface;
  const Queue queue{device, stream};
  if (call->picture > 0xffffffff) return kTooLarge;
  return for_type(call->dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    constexpr int V = kVector<T>;
    const bool whole = (call->last ? call->channels : call->inner) % V == 0;
    if (whole && aligned(call->x) && aligned(call->out))
      return launch(Finished<T, V>{*call}, ceil_div(call->count, 256 * V), queue);
    return launch(Finished<T, 1>{*call}, ceil_div(call->count, 256), queue);
  });
}

EXPORT int typeface_bias_act(const typeface::PointwiseCall* call, int device, void* stream) {
  using namespace typeface;
  const Queue queue{device, stream};
  return for_type(call->dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    constexpr int V = kVector<T>;
    const bool neighbours = call->inner == 1 && call->channels % V == 0;
    const bool whole = call->count % V == 0 && aligned(call->out) && aligned(call->x) && aligned(call->with) &&
                       aligned(call->known);
    if (whole && (!call->bias || neighbours || call->inner % V == 0))
      return in_order<T, V>(*call, neighbours, queue);
    return in_order<T, 1>(*call, 0, queue);
  });
}
