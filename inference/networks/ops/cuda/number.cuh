// Numbers as they lie in memory, and as they are computed with: always float.
// nvcc compiles these sources for a GPU; a C++ compiler compiles the same arithmetic for the tests (launch.cuh).
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#define HD __host__ __device__ __forceinline__
#define UNROLL _Pragma("unroll")
#define ROLLED _Pragma("unroll 1")
#else
#define HD inline
#define UNROLL
#define ROLLED
#endif

namespace typeface {

#ifdef __CUDACC__
using Half = __half;
using Brain = __nv_bfloat16;
HD float widen(Half v) { return __half2float(v); }
HD float widen(Brain v) { return __bfloat162float(v); }
HD void narrow(float v, Half& to) { to = __float2half_rn(v); }
HD void narrow(float v, Brain& to) { to = __float2bfloat16_rn(v); }
#else
struct Half { uint16_t bits; };
struct Brain { uint16_t bits; };

inline float as_float(uint32_t bits) { float v; std::memcpy(&v, &bits, 4); return v; }
inline uint32_t as_bits(float v) { uint32_t bits; std::memcpy(&bits, &v, 4); return bits; }

inline float widen(Half v) {
  const uint32_t sign = uint32_t(v.bits & 0x8000) << 16, rest = uint32_t(v.bits & 0x7fff) << 13;
  if (rest >= 0x0f800000) return as_float(sign | rest | 0x7f800000);  // infinite, or not a number
  return as_float(sign | as_bits(as_float(rest) * 0x1p112f));         // moves the exponent; subnormals as well
}
inline float widen(Brain v) { return as_float(uint32_t(v.bits) << 16); }

inline void narrow(float v, Half& to) {
  const uint32_t bits = as_bits(v), size = bits & 0x7fffffff;
  uint32_t half;
  if (size > 0x7f800000) half = 0x7e00;
  else if (size >= 0x477ff000) half = 0x7c00;                                             // 65520 and up
  else if (size < 0x38800000) half = as_bits(as_float(size) + 0.5f) - 0x3f000000;         // subnormal: the sum rounds
  else half = (size - 0x38000000 + 0xfff + ((size >> 13) & 1)) >> 13;                     // to nearest, ties to even
  to.bits = uint16_t((bits >> 16 & 0x8000) | half);
}
inline void narrow(float v, Brain& to) {
  const uint32_t bits = as_bits(v);
  to.bits = uint16_t(std::isnan(v) ? 0x7fc0 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
#endif

HD float widen(float v) { return v; }
HD void narrow(float v, float& to) { to = v; }

// V numbers that move with one load or store.
template <class T, int V>
struct alignas(sizeof(T) * V) Pack {
  T at[V];
};

template <int V, class T>
HD Pack<T, V> fetch(const T* from) { return *reinterpret_cast<const Pack<T, V>*>(from); }

template <class T, int V>
HD void put(T* to, const Pack<T, V>& pack) { *reinterpret_cast<Pack<T, V>*>(to) = pack; }

template <class T>
constexpr int kVector = 16 / sizeof(T);  // numbers in the widest load

inline bool aligned(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer) % 16 == 0; }

// Calls `go` with a null pointer of the type that `dtype` names: 0 float32, 1 float16, 2 bfloat16.
template <class Go>
int for_type(int dtype, Go go) {
  switch (dtype) {
    case 0: return go(static_cast<float*>(nullptr));
    case 1: return go(static_cast<Half*>(nullptr));
    case 2: return go(static_cast<Brain*>(nullptr));
  }
  return -1;
}

}  // namespace typeface
