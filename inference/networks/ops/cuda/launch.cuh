// A kernel is a struct with `kThreads`, `kTile` (floats shared by a block, or 0), `load` and `run`: what one thread
// does before and after the block has met. Here it runs over a grid: on a GPU, or, built without nvcc, in plain loops
// over blocks and threads, so that tests exercise the very same arithmetic of indices where there is no GPU.
#pragma once

#include "number.cuh"

#ifdef _WIN32
#define EXPORT extern "C" __declspec(dllexport)
#else
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

namespace typeface {

struct Site {
  uint32_t block, thread;
};

// Where a launch goes.
struct Queue {
  int device;
  void* stream;
};

constexpr int kTooLarge = -2;  // more blocks than a grid has; other codes are CUDA's
constexpr int64_t kMostBlocks = 0x7fffffff;

inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

#ifdef __CUDACC__
template <class K>
__global__ void __launch_bounds__(K::kThreads) entry(const K kernel) {
  const Site site{blockIdx.x, threadIdx.x};
  if constexpr (K::kTile > 0) {
    __shared__ float tile[K::kTile];
    kernel.load(site, tile);
    __syncthreads();
    kernel.run(site, tile);
  } else {
    kernel.run(site, nullptr);
  }
}

template <class K>
int launch(const K& kernel, int64_t blocks, Queue queue) {
  if (blocks > kMostBlocks) return kTooLarge;
  int current = -1;
  cudaGetDevice(&current);
  if (current != queue.device)
    if (const cudaError_t code = cudaSetDevice(queue.device)) return code;
  entry<K><<<unsigned(blocks), K::kThreads, 0, static_cast<cudaStream_t>(queue.stream)>>>(kernel);
  return cudaGetLastError();
}
#else
template <class K>
int launch(const K& kernel, int64_t blocks, Queue) {
  if (blocks > kMostBlocks) return kTooLarge;
  float tile[K::kTile > 0 ? K::kTile : 1];
  for (uint32_t block = 0; block < blocks; ++block) {
    for (uint32_t i = 0; i < K::kTile; ++i) tile[i] = NAN;  // what nobody has loaded must not be read
    if constexpr (K::kTile > 0)
      for (uint32_t thread = 0; thread < K::kThreads; ++thread) kernel.load({block, thread}, tile);
    for (uint32_t thread = 0; thread < K::kThreads; ++thread) kernel.run({block, thread}, tile);
  }
  return 0;
}
#endif

}  // namespace typeface
