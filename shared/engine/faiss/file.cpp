#include "file.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/invlists/InvertedLists.h>

#include <cmath>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "failure.h"

// Our own, instead of faiss/impl/index_read.cpp and index_write.cpp, for three reasons. Those write a size_t as it is in
// memory: 8 bytes on a native machine, 4 here, so that files would not agree. They trust what they read. And they name
// every type that Faiss has, which makes the module five times as large.

using namespace faiss;
using idx_t = Index::idx_t;

// The host moves the bytes, so that no second copy of an index lies in this memory, which never shrinks.
extern "C" {
__attribute__((import_module("host"), import_name("pull"))) void hostPull(void* to, size_t bytes);
__attribute__((import_module("host"), import_name("push"))) void hostPush(const void* from, size_t bytes);
}

namespace {

constexpr uint32_t fourcc(const char (&name)[5]) {
  return uint32_t(name[0]) | uint32_t(name[1]) << 8 | uint32_t(name[2]) << 16 | uint32_t(name[3]) << 24;
}

void require(bool holds, const char* what) {
  if (!holds) throw Failure(BAD_ARTIFACT, std::string("The Faiss index contradicts itself: ") + what + ". Publish the model again.");
}

template <class T>
constexpr bool AS_IS = std::is_trivially_copyable_v<T> && !std::is_same_v<T, size_t> && !std::is_same_v<T, bool>;

class Reader {
  size_t left;

 public:
  static constexpr bool READS = true;

  explicit Reader(size_t size) : left(size) {}

  size_t bytesLeft() const { return left; }

  /** Before any memory is asked for. */
  void expect(uint64_t count, uint64_t each = 1) const {
    if (count <= left / each) return;
    throw Failure(TRUNCATED, "The Faiss index ends too early: its next part takes " + std::to_string(count) + " × " +
                                 std::to_string(each) + " bytes, and " + std::to_string(left) + " are left. Publish the model again.");
  }

  void bytes(void* to, uint64_t count) {
    expect(count);
    if (count > 0) hostPull(to, count);
    left -= count;
  }

  void value(size_t& size) { size = wide(); }

  void value(bool& flag) {
    uint8_t byte;
    bytes(&byte, 1);
    require(byte <= 1, "a flag is neither 0 nor 1");
    flag = byte == 1;
  }

  template <class T>
  std::enable_if_t<AS_IS<T>> value(T& value) {
    bytes(&value, sizeof(T));
  }

  template <class T>
  void vector(std::vector<T>& values, size_t unit = 1) {
    const uint64_t count = wide();
    expect(count, (std::is_same_v<T, size_t> ? 8 : sizeof(T)) * unit);
    values.resize(count * unit);
    if constexpr (std::is_same_v<T, size_t>) {
      for (size_t& size : values) size = wide();
    } else {
      bytes(values.data(), values.size() * sizeof(T));
    }
  }

 private:
  uint64_t wide() {
    uint64_t value;
    bytes(&value, sizeof(value));
    require(value <= SIZE_MAX, "a size is out of range");
    return value;
  }
};

class Writer {
 public:
  static constexpr bool READS = false;

  void bytes(const void* from, uint64_t count) {
    if (count > 0) hostPush(from, count);
  }

  void value(const size_t& size) {
    const uint64_t wide = size;
    bytes(&wide, sizeof(wide));
  }

  void value(const bool& flag) {
    const uint8_t byte = flag;
    bytes(&byte, 1);
  }

  template <class T>
  std::enable_if_t<AS_IS<T>> value(const T& value) {
    bytes(&value, sizeof(T));
  }

  template <class T>
  void vector(const std::vector<T>& values, size_t unit = 1) {
    value(size_t(values.size() / unit));
    if constexpr (std::is_same_v<T, size_t>) {
      for (const size_t& size : values) value(size);
    } else {
      bytes(values.data(), values.size() * sizeof(T));
    }
  }
};

// Each layout is said once, for reading and writing; the checks matter to what was read.

template <class File>
void header(File& file, Index& index) {
  idx_t unused = 1 << 20; // where older releases had fields
  file.value(index.d);
  file.value(index.ntotal);
  file.value(unused);
  file.value(unused);
  file.value(index.is_trained);
  file.value(index.metric_type);
  if (index.metric_type != METRIC_INNER_PRODUCT) {
    throw Failure(UNSUPPORTED_VERSION, "This Faiss index compares by metric " + std::to_string(int(index.metric_type)) +
                                           "; this engine reads inner-product indexes (0).");
  }
  require(index.d >= 1 && index.d <= 65536, "its number of dimensions is out of range");
  require(index.ntotal >= 0 && index.ntotal <= INT32_MAX, "its number of rows is out of range");
  require(index.is_trained, "it was never trained");
}

template <class File>
void scalarQuantizer(File& file, ScalarQuantizer& sq, const Index& index) {
  size_t codeSize = sq.code_size;
  file.value(sq.qtype);
  file.value(sq.rangestat);
  file.value(sq.rangestat_arg);
  file.value(sq.d);
  file.value(codeSize);
  file.vector(sq.trained);
  if constexpr (File::READS) {
    const auto type = sq.qtype;
    if (type < ScalarQuantizer::QT_8bit || type > ScalarQuantizer::QT_6bit) {
      throw Failure(UNSUPPORTED_VERSION, "This Faiss index has a scalar quantiser of type " + std::to_string(int(type)) +
                                             ", which this engine does not read.");
    }
    require(sq.d == size_t(index.d), "its quantiser has other dimensions");
    sq.set_derived_sizes();
    require(sq.code_size == codeSize, "its quantiser has codes of another size");
    const bool untrained = type == ScalarQuantizer::QT_fp16 || type == ScalarQuantizer::QT_8bit_direct;
    const bool uniform = type == ScalarQuantizer::QT_8bit_uniform || type == ScalarQuantizer::QT_4bit_uniform;
    require(sq.trained.size() == (untrained ? 0 : uniform ? 2 : 2 * sq.d), "its quantiser has another number of ranges");
  }
}

template <class File>
void productQuantizer(File& file, ProductQuantizer& pq, const Index& index) {
  file.value(pq.d);
  file.value(pq.M);
  file.value(pq.nbits);
  if constexpr (File::READS) {
    require(pq.d == size_t(index.d), "its quantiser has other dimensions");
    require(pq.M >= 1 && pq.d % pq.M == 0, "its quantiser does not divide the dimensions");
    require(pq.nbits >= 1 && pq.nbits <= 16, "its quantiser has codes of another size");
    std::vector<float> centroids;
    file.vector(centroids);
    require(centroids.size() == pq.d << pq.nbits, "its quantiser has another number of centroids");
    pq.set_derived_values();
    pq.centroids = std::move(centroids);
  } else {
    file.vector(pq.centroids);
  }
}

/** @param unit bytes that Faiss counts as one here. */
template <class File>
void flatCodes(File& file, IndexFlatCodes& index, size_t unit = 1) {
  file.vector(index.codes, unit);
  require(index.codes.size() == uint64_t(index.ntotal) * index.code_size, "it has another number of codes than its header says");
}

template <class File>
void body(File& file, IndexFlat& index) {
  header(file, index);
  index.code_size = index.d * sizeof(float);
  flatCodes(file, index, sizeof(float));
}

template <class File>
void body(File& file, IndexScalarQuantizer& index) {
  header(file, index);
  scalarQuantizer(file, index.sq, index);
  index.code_size = index.sq.code_size;
  flatCodes(file, index);
}

template <class File>
void body(File& file, IndexPQ& index) {
  header(file, index);
  productQuantizer(file, index.pq, index);
  index.code_size = index.pq.code_size;
  flatCodes(file, index);
  file.value(index.search_type);
  file.value(index.encode_signs);
  file.value(index.polysemous_ht);
  if (index.search_type != IndexPQ::ST_PQ) throw Failure(UNSUPPORTED_VERSION, "This Faiss index compares codes with codes, which this engine does not.");
}

std::unique_ptr<Index> part(Reader& file);
void part(Writer& file, Index& index);

/** An index within an index. */
template <class File>
void inner(File& file, Index*& index) {
  if constexpr (File::READS) {
    index = part(file).release();
  } else {
    part(file, *index);
  }
}

/** Maps rows to cells, for updates: dropped, since a published index has none. */
template <class File>
void directMap(File& file) {
  char type = 0;
  std::vector<idx_t> rows;
  file.value(type);
  file.vector(rows);
  if constexpr (File::READS) {
    require(type >= 0 && type <= 2, "its direct map is of no known kind");
    if (type == 2) file.vector(rows, 2);
  }
}

template <class File>
void cellsHeader(File& file, IndexIVF& index) {
  header(file, index);
  file.value(index.nlist);
  file.value(index.nprobe);
  inner(file, index.quantizer);
  directMap(file);
  if constexpr (File::READS) {
    index.own_fields = true;
    const Index& quantizer = *index.quantizer;
    require(dynamic_cast<const IndexFlat*>(&quantizer) || dynamic_cast<const IndexHNSWFlat*>(&quantizer), "its cells are no table of centroids");
    require(quantizer.d == index.d, "its cells have other dimensions");
    require(index.nlist >= 1 && uint64_t(quantizer.ntotal) == index.nlist, "it has another number of cells than its header says");
    require(index.nprobe >= 1, "it visits no cell");
  }
}

void readCells(Reader& file, IndexIVF& index) {
  uint32_t kind, layout;
  size_t cells, codeSize;
  file.value(kind);
  if (kind != fourcc("ilar")) throw Failure(UNSUPPORTED_VERSION, "This Faiss index keeps its cells outside of the file or in blocks, which this engine does not read.");
  file.value(cells);
  file.value(codeSize);
  require(cells == index.nlist, "it has another number of cells than its header says");
  require(codeSize == index.code_size, "its cells have codes of another size");

  std::vector<size_t> sizes, sparse;
  file.value(layout);
  if (layout == fourcc("full")) {
    file.vector(sizes);
    require(sizes.size() == cells, "it has another number of cells than its header says");
  } else {
    require(layout == fourcc("sprs"), "its cells are laid out in no known way");
    sizes.resize(cells);
    file.vector(sparse);
    require(sparse.size() % 2 == 0, "its cells are laid out in no known way");
    for (size_t i = 0; i < sparse.size(); i += 2) {
      require(sparse[i] < cells, "it has more cells than its header says");
      sizes[sparse[i]] = sparse[i + 1];
    }
  }

  uint64_t rows = 0;
  for (const size_t size : sizes) rows += size;
  require(rows == uint64_t(index.ntotal), "its cells hold another number of rows than its header says");
  file.expect(rows, codeSize + sizeof(idx_t));

  auto* lists = new ArrayInvertedLists(cells, codeSize);
  index.invlists = lists;
  index.own_invlists = true;
  std::vector<bool> seen(rows);
  for (size_t cell = 0; cell < cells; cell++) {
    lists->codes[cell].resize(sizes[cell] * codeSize);
    lists->ids[cell].resize(sizes[cell]);
    file.bytes(lists->codes[cell].data(), lists->codes[cell].size());
    file.bytes(lists->ids[cell].data(), sizes[cell] * sizeof(idx_t));
    for (const idx_t row : lists->ids[cell]) {
      require(row >= 0 && row < index.ntotal && !seen[row], "a row is in two cells, or is none");
      seen[row] = true;
    }
  }
}

void writeCells(Writer& file, IndexIVF& index) {
  const InvertedLists& lists = *index.invlists;
  std::vector<size_t> sizes, sparse;
  for (size_t cell = 0; cell < index.nlist; cell++) {
    sizes.push_back(lists.list_size(cell));
    if (sizes[cell] > 0) sparse.insert(sparse.end(), {cell, sizes[cell]});
  }
  const bool full = sparse.size() / 2 > index.nlist / 2;
  file.value(fourcc("ilar"));
  file.value(lists.nlist);
  file.value(lists.code_size);
  file.value(full ? fourcc("full") : fourcc("sprs"));
  file.vector(full ? sizes : sparse);
  for (size_t cell = 0; cell < index.nlist; cell++) {
    file.bytes(lists.get_codes(cell), uint64_t(sizes[cell]) * lists.code_size);
    file.bytes(lists.get_ids(cell), sizes[cell] * sizeof(idx_t));
  }
}

void cells(Reader& file, IndexIVF& index) { readCells(file, index); }
void cells(Writer& file, IndexIVF& index) { writeCells(file, index); }

template <class File>
void body(File& file, IndexIVFFlat& index) {
  cellsHeader(file, index);
  index.code_size = index.d * sizeof(float);
  cells(file, index);
}

template <class File>
void body(File& file, IndexIVFScalarQuantizer& index) {
  cellsHeader(file, index);
  scalarQuantizer(file, index.sq, index);
  file.value(index.code_size);
  file.value(index.by_residual);
  require(index.code_size == index.sq.code_size, "its cells have codes of another size");
  cells(file, index);
}

template <class File>
void body(File& file, IndexIVFPQ& index) {
  cellsHeader(file, index);
  file.value(index.by_residual);
  file.value(index.code_size);
  productQuantizer(file, index.pq, index);
  require(index.code_size == index.pq.code_size, "its cells have codes of another size");
  require(index.pq.nbits <= 8, "its quantiser has codes of another size");
  cells(file, index);
}

/** A search follows these numbers without looking where they lead. */
void checkGraph(const HNSW& graph, const Index& index) {
  const auto& perLevel = graph.cum_nneighbor_per_level;
  const size_t rows = index.ntotal;
  const int levels = int(perLevel.size()) - 1;
  require(levels >= 1 && perLevel[0] == 0 && perLevel.back() <= 1 << 20, "its graph has levels of no known size");
  for (int level = 0; level < levels; level++) require(perLevel[level] < perLevel[level + 1], "its graph has levels of no known size");
  require(graph.levels.size() == rows && graph.offsets.size() == rows + 1 && graph.offsets[0] == 0, "its graph has another number of rows");
  require(graph.neighbors.size() == graph.offsets[rows], "its graph has another number of neighbours");
  require(graph.efSearch >= 1 && graph.efSearch <= 1 << 24 && graph.efConstruction >= 1, "its graph visits no row, or too many");
  if (graph.upper_beam != 1) throw Failure(UNSUPPORTED_VERSION, "This Faiss index searches the upper levels of its graph in a way that this engine does not.");

  if (rows == 0) {
    require(graph.entry_point == -1 && graph.max_level == -1, "its graph begins at no row");
    return;
  }
  for (size_t row = 0; row < rows; row++) {
    const int height = graph.levels[row];
    require(height >= 1 && height <= levels, "a row of its graph is on no level");
    require(graph.offsets[row] + perLevel[height] == graph.offsets[row + 1], "a row of its graph has another number of neighbours");
  }
  require(graph.entry_point >= 0 && size_t(graph.entry_point) < rows, "its graph begins at no row");
  require(graph.max_level >= 0 && graph.levels[graph.entry_point] == graph.max_level + 1, "its graph begins on another level");
  for (size_t row = 0; row < rows; row++) {
    for (int level = 0; level < graph.levels[row]; level++) {
      size_t begin, end;
      graph.neighbor_range(row, level, &begin, &end);
      for (size_t i = begin; i < end; i++) {
        const auto neighbour = graph.neighbors[i];
        require(neighbour >= -1 && neighbour < index.ntotal && (neighbour < 0 || graph.levels[neighbour] > level), "its graph leads to no row");
      }
    }
  }
}

template <class File, class Storage>
void graph(File& file, IndexHNSW& index) {
  HNSW& graph = index.hnsw;
  header(file, index);
  file.vector(graph.assign_probas);
  file.vector(graph.cum_nneighbor_per_level);
  file.vector(graph.levels);
  file.vector(graph.offsets);
  file.vector(graph.neighbors);
  file.value(graph.entry_point);
  file.value(graph.max_level);
  file.value(graph.efConstruction);
  file.value(graph.efSearch);
  file.value(graph.upper_beam);
  inner(file, index.storage);
  if constexpr (File::READS) {
    index.own_fields = true;
    checkGraph(graph, index);
    require(dynamic_cast<Storage*>(index.storage), "its graph is over rows of another kind");
    require(index.storage->d == index.d && index.storage->ntotal == index.ntotal, "its graph is over other rows");
  }
}

template <class File>
void body(File& file, IndexHNSWFlat& index) {
  graph<File, IndexFlat>(file, index);
}

template <class File>
void body(File& file, IndexHNSWSQ& index) {
  graph<File, IndexScalarQuantizer>(file, index);
}

template <class File>
void body(File& file, IndexRefine& index) {
  header(file, index);
  inner(file, index.base_index);
  inner(file, index.refine_index);
  file.value(index.k_factor);
  if constexpr (File::READS) {
    index.own_fields = index.own_refine_index = true;
    const Index& base = *index.base_index;
    const Index& fine = *index.refine_index;
    require(dynamic_cast<const IndexFlatCodes*>(&fine) && !dynamic_cast<const IndexRefine*>(&base), "its parts do not fit each other");
    require(base.d == index.d && fine.d == index.d && base.ntotal == index.ntotal && fine.ntotal == index.ntotal, "its parts do not fit each other");
    require(std::isfinite(index.k_factor) && index.k_factor >= 1, "it refines no row");
  }
}

int depth = 0;

template <class T>
std::unique_ptr<Index> readAs(Reader& file) {
  auto index = std::make_unique<T>();
  body(file, *index);
  return index;
}

std::unique_ptr<Index> readPart(Reader& file) {
  uint32_t type;
  file.value(type);
  switch (type) {
    case fourcc("IxFI"): return readAs<IndexFlat>(file);
    case fourcc("IxSQ"): return readAs<IndexScalarQuantizer>(file);
    case fourcc("IxPq"): return readAs<IndexPQ>(file);
    case fourcc("IwFl"): return readAs<IndexIVFFlat>(file);
    case fourcc("IwSq"): return readAs<IndexIVFScalarQuantizer>(file);
    case fourcc("IwPQ"): return readAs<IndexIVFPQ>(file);
    case fourcc("IHNf"): return readAs<IndexHNSWFlat>(file);
    case fourcc("IHNs"): return readAs<IndexHNSWSQ>(file);
    case fourcc("IxRF"): return readAs<IndexRefine>(file);
  }
  char name[5] = {};
  memcpy(name, &type, 4);
  bool known = name[0] == 'I';
  for (int i = 1; i < 4; i++) known = known && ((name[i] >= '0' && name[i] <= '9') || ((name[i] | 32) >= 'a' && (name[i] | 32) <= 'z'));
  if (known) throw Failure(UNSUPPORTED_VERSION, std::string("This is a Faiss index of type ") + name + ", which this build of Faiss does not read.");
  throw Failure(BAD_MAGIC, "This is not a Faiss index.");
}

std::unique_ptr<Index> part(Reader& file) {
  require(++depth <= 4, "its parts are nested too deeply"); // refine(cells(graph(flat)))
  std::unique_ptr<Index> index = readPart(file);
  depth--;
  return index;
}

template <class T>
bool writeAs(Writer& file, Index& index, uint32_t type) {
  auto* typed = dynamic_cast<T*>(&index);
  if (!typed) return false;
  file.value(type);
  body(file, *typed);
  return true;
}

void part(Writer& file, Index& index) {
  writeAs<IndexFlat>(file, index, fourcc("IxFI")) || writeAs<IndexScalarQuantizer>(file, index, fourcc("IxSQ")) ||
      writeAs<IndexPQ>(file, index, fourcc("IxPq")) || writeAs<IndexIVFFlat>(file, index, fourcc("IwFl")) ||
      writeAs<IndexIVFScalarQuantizer>(file, index, fourcc("IwSq")) || writeAs<IndexIVFPQ>(file, index, fourcc("IwPQ")) ||
      writeAs<IndexHNSWFlat>(file, index, fourcc("IHNf")) || writeAs<IndexHNSWSQ>(file, index, fourcc("IHNs")) ||
      writeAs<IndexRefine>(file, index, fourcc("IxRF"));
}

} // namespace

std::unique_ptr<Index> readIndex(size_t size) {
  Reader file(size);
  std::unique_ptr<Index> index = part(file);
  require(file.bytesLeft() == 0, "bytes follow its end");
  return index;
}

void writeIndex(Index& index) {
  Writer file;
  part(file, index);
}
