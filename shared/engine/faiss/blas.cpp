// Faiss asks BLAS for one thing when it trains and compares by inner product: products of matrices.

#include <faiss/impl/FaissException.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

typedef float float4 __attribute__((vector_size(16), aligned(4)));

constexpr int TILE_ROWS = 8;
constexpr int TILE_COLUMNS = 4;

/** Element (row, column) of op(matrix), which is column-major. */
inline float at(const float* matrix, int stride, bool transposed, int row, int column) {
  return transposed ? matrix[size_t(row) * stride + column] : matrix[size_t(column) * stride + row];
}

/** Σ a[i][row] · b[i][column] over `depth`, of 8 rows and 4 columns. */
struct Tile {
  float4 low[TILE_COLUMNS] = {}, high[TILE_COLUMNS] = {};

  Tile(int depth, const float* a, const float* b) {
    for (int i = 0; i < depth; i++, a += TILE_ROWS, b += TILE_COLUMNS) {
      const float4 first = *(const float4*)a, second = *(const float4*)(a + 4);
      for (int column = 0; column < TILE_COLUMNS; column++) {
        const float factor = b[column];
        low[column] += first * factor;
        high[column] += second * factor;
      }
    }
  }
};

} // namespace

/** c = alpha · op(a) · op(b) + beta · c. All column-major; op(a) is m × k, op(b) is k × n. */
extern "C" int sgemm_(const char* transa, const char* transb, int* m, int* n, int* k, const float* alpha, const float* a,
                      int* lda, const float* b, int* ldb, float* beta, float* c, int* ldc) {
  const int rows = *m, columns = *n, depth = *k;
  const float scale = *alpha, keep = *beta;
  const bool turnA = (*transa | 32) != 'n', turnB = (*transb | 32) != 'n';
  const int tilesDown = (rows + TILE_ROWS - 1) / TILE_ROWS;

  // op(a) in panels of 8 rows, the last padded with zeros, and op(b) in panels of 4 columns: a tile reads both from end to end.
  std::vector<float> panelsA(size_t(tilesDown) * TILE_ROWS * depth), panelB(TILE_COLUMNS * depth);
  for (int tile = 0; tile < tilesDown; tile++) {
    float* panel = panelsA.data() + size_t(tile) * TILE_ROWS * depth;
    const int height = std::min(TILE_ROWS, rows - tile * TILE_ROWS);
    for (int r = 0; r < height; r++) {
      for (int i = 0; i < depth; i++) panel[i * TILE_ROWS + r] = at(a, *lda, turnA, tile * TILE_ROWS + r, i);
    }
  }
  for (int column = 0; column < columns; column += TILE_COLUMNS) {
    const int width = std::min(TILE_COLUMNS, columns - column);
    for (int i = 0; i < depth; i++) {
      for (int x = 0; x < width; x++) panelB[i * TILE_COLUMNS + x] = at(b, *ldb, turnB, i, column + x);
    }
    for (int tile = 0; tile < tilesDown; tile++) {
      const Tile product(depth, panelsA.data() + size_t(tile) * TILE_ROWS * depth, panelB.data());
      const int height = std::min(TILE_ROWS, rows - tile * TILE_ROWS);
      for (int x = 0; x < width; x++) {
        float* out = c + size_t(column + x) * *ldc + tile * TILE_ROWS;
        const float4 low = product.low[x] * scale, high = product.high[x] * scale;
        if (height == TILE_ROWS && keep == 0) {
          *(float4*)out = low;
          *(float4*)(out + 4) = high;
        } else {
          for (int r = 0; r < height; r++) out[r] = (r < 4 ? low[r] : high[r - 4]) + (keep == 0 ? 0 : keep * out[r]);
        }
      }
    }
  }
  return 0;
}

// Faiss names these where it makes rotations and principal components, which no index of ours has.

namespace {
[[noreturn]] int missing(const char* function) {
  throw faiss::FaissException(std::string("this build has no ") + function);
}
} // namespace

extern "C" {
int ssyrk_(const char*, const char*, int*, int*, float*, float*, int*, float*, float*, int*) { missing("ssyrk"); }
int dsyev_(const char*, const char*, int*, double*, int*, double*, double*, int*, int*) { missing("dsyev"); }
int sgeqrf_(int*, int*, float*, int*, float*, float*, int*, int*) { missing("sgeqrf"); }
int sorgqr_(int*, int*, int*, float*, int*, float*, float*, int*, int*) { missing("sorgqr"); }
}
