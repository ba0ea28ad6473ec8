// How a styled layer ends: clamp(leaky_relu(scale * v + shift)), with scale the demodulation and shift bias and noise.
#pragma once

#include "number.cuh"

namespace typeface {

// What Python passes; the same struct as in binding.py.
struct Finish {
  const float* scale;             // [n, c], rows `scale_row` apart; null: no finish
  const void* shift;              // [c], or if mapped [c, h, w] in the order of the result; its type is the result's
  int32_t scale_row, mapped;
  float slope, clamp;             // clamp below 0: none
};

HD float bounded(float v, float clamp) {  // lets what is not a number through
  if (clamp < 0) return v;
  return v > clamp ? clamp : v < -clamp ? -clamp : v;
}

// `at` is where the number lies in its picture.
template <class T>
HD float finished(const Finish& f, float v, int64_t picture, int channel, int64_t at) {
  v = v * f.scale[picture * f.scale_row + channel] + widen(static_cast<const T*>(f.shift)[f.mapped ? at : channel]);
  return bounded(v < 0 ? v * f.slope : v, f.clamp);
}

}  // namespace typeface
