// Included before ScalarQuantizer.cpp, one line of which build.sh changes to call this.
#pragma once

#include <cstdint>
#include <cstring>

/** As `(float)byte`, but by way of integers: clang 14 makes SIMD of it, so that 8-bit codes are read twice as fast. */
static inline float byteToFloat(uint8_t byte) {
  const uint32_t bits = 0x4b000000 | byte; // 2^23 + byte
  float value;
  memcpy(&value, &bits, sizeof(value));
  return value - 8388608.0f;
}
