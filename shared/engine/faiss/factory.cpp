#include "factory.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>

#include <algorithm>
#include <string_view>

#include "failure.h"

using namespace faiss;

namespace {

constexpr MetricType METRIC = METRIC_INNER_PRODUCT;
constexpr int MOST_CELLS = 1 << 20;

struct {
  const char* name;
  ScalarQuantizer::QuantizerType type;
} const SCALAR_TYPES[] = {
    {"SQ8", ScalarQuantizer::QT_8bit},
    {"SQ6", ScalarQuantizer::QT_6bit},
    {"SQ4", ScalarQuantizer::QT_4bit},
    {"SQfp16", ScalarQuantizer::QT_fp16},
};

class Parser {
  const std::string factory;
  std::string_view rest;
  const int rank;

 public:
  Parser(const std::string& text, int rank) : factory(text), rest(factory), rank(rank) {}

  std::unique_ptr<Index> parse() {
    std::unique_ptr<Index> base = parseBase();
    if (rest.empty()) return base;
    std::unique_ptr<Index> fine;
    if (take(",RFlat")) {
      fine = std::make_unique<IndexFlat>(rank, METRIC);
    } else if (take(",Refine(")) {
      fine = parseCode();
      if (!take(")")) fail();
    }
    if (!fine || !rest.empty()) fail();
    auto refine = std::make_unique<IndexRefine>(base.get(), fine.get());
    refine->own_fields = refine->own_refine_index = true;
    base.release();
    fine.release();
    return refine;
  }

 private:
  std::unique_ptr<Index> parseBase() {
    if (take("IVF")) return parseCells(number(1, MOST_CELLS));
    if (take("HNSW")) {
      const int neighbours = digit() ? number(2, 512) : 32;
      if (rest.substr(0, 3) != ",SQ") {
        take(",Flat");
        return std::make_unique<IndexHNSWFlat>(rank, neighbours, METRIC);
      }
      take(",");
      return std::make_unique<IndexHNSWSQ>(rank, scalarType(), neighbours, METRIC);
    }
    return parseCode();
  }

  std::unique_ptr<IndexIVF> parseCells(int cells) {
    auto quantizer = std::make_unique<IndexFlat>(rank, METRIC);
    std::unique_ptr<IndexIVF> index;
    if (take(",Flat")) {
      index = std::make_unique<IndexIVFFlat>(quantizer.get(), rank, cells, METRIC);
    } else if (take(",PQ")) {
      const auto [parts, bits] = product(8);
      index = std::make_unique<IndexIVFPQ>(quantizer.get(), rank, cells, parts, bits, METRIC);
    } else if (take(",")) {
      index = std::make_unique<IndexIVFScalarQuantizer>(quantizer.get(), rank, cells, scalarType(), METRIC);
    } else {
      fail();
    }
    quantizer.release();
    index->own_fields = true;
    index->cp.spherical = true; // as Faiss's own factory has it for inner products
    return index;
  }

  std::unique_ptr<Index> parseCode() {
    if (take("Flat")) return std::make_unique<IndexFlat>(rank, METRIC);
    if (take("PQ")) {
      const auto [parts, bits] = product(12);
      return std::make_unique<IndexPQ>(rank, parts, bits, METRIC);
    }
    return std::make_unique<IndexScalarQuantizer>(rank, scalarType(), METRIC);
  }

  ScalarQuantizer::QuantizerType scalarType() {
    for (const auto& [name, type] : SCALAR_TYPES) {
      if (take(name)) return type;
    }
    fail();
  }

  std::pair<int, int> product(int mostBits) {
    const int parts = number(1, 1 << 16);
    const int bits = take("x") ? number(1, mostBits) : 8;
    take("np");
    if (rank % parts != 0) {
      throw Failure(BAD_QUERY, factory + " cuts each row into " + std::to_string(parts) + " equal parts: " +
                                   std::to_string(rank) + " dimensions do not divide so. Choose another number of parts.");
    }
    return {parts, bits};
  }

  bool take(std::string_view word) {
    if (rest.substr(0, word.size()) != word) return false;
    rest.remove_prefix(word.size());
    return true;
  }

  bool digit() const { return !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; }

  int number(int least, int most) {
    int64_t value = 0;
    if (!digit()) fail();
    while (digit() && value <= most) {
      value = value * 10 + (rest[0] - '0');
      rest.remove_prefix(1);
    }
    if (value < least || value > most) {
      throw Failure(BAD_QUERY, "A number in " + factory + " is out of range: it goes from " + std::to_string(least) +
                                   " to " + std::to_string(most) + ".");
    }
    return int(value);
  }

  [[noreturn]] void fail() const {
    throw Failure(BAD_QUERY, "\"" + factory + "\" is no index that this build of Faiss makes. It makes Flat, SQ8, SQ6, SQ4, SQfp16, " +
                                 "PQ16 and the like, each also as IVF256,…, and HNSW32 or HNSW32,SQ8, all also with ,RFlat or ,Refine(…) behind.");
  }
};

std::string describeProduct(const ProductQuantizer& pq) {
  return "PQ" + std::to_string(pq.M) + (pq.nbits == 8 ? "" : "x" + std::to_string(pq.nbits));
}

std::string describeScalar(const ScalarQuantizer& sq) {
  for (const auto& [name, type] : SCALAR_TYPES) {
    if (type == sq.qtype) return name;
  }
  return "SQ"; // readable, but the factory has no name for it
}

} // namespace

std::unique_ptr<Index> makeIndex(const std::string& factory, int rank) {
  return Parser(factory, rank).parse();
}

Index::idx_t leastRows(const Index& index) {
  using idx_t = Index::idx_t;
  if (auto* refine = dynamic_cast<const IndexRefine*>(&index)) {
    return std::max(leastRows(*refine->base_index), leastRows(*refine->refine_index));
  }
  if (auto* ivfpq = dynamic_cast<const IndexIVFPQ*>(&index)) return std::max(idx_t(ivfpq->nlist), idx_t(ivfpq->pq.ksub));
  if (auto* ivf = dynamic_cast<const IndexIVF*>(&index)) return ivf->nlist;
  if (auto* pq = dynamic_cast<const IndexPQ*>(&index)) return pq->pq.ksub;
  return index.is_trained ? 0 : 1;
}

std::string describe(const Index& index) {
  if (auto* refine = dynamic_cast<const IndexRefine*>(&index)) {
    const std::string fine = describe(*refine->refine_index);
    return describe(*refine->base_index) + (fine == "Flat" ? ",RFlat" : ",Refine(" + fine + ")");
  }
  if (auto* hnsw = dynamic_cast<const IndexHNSW*>(&index)) {
    return "HNSW" + std::to_string(hnsw->hnsw.nb_neighbors(0) / 2) + "," + describe(*hnsw->storage);
  }
  if (auto* ivf = dynamic_cast<const IndexIVF*>(&index)) {
    const std::string cells = "IVF" + std::to_string(ivf->nlist) + ",";
    if (auto* sq = dynamic_cast<const IndexIVFScalarQuantizer*>(ivf)) return cells + describeScalar(sq->sq);
    if (auto* pq = dynamic_cast<const IndexIVFPQ*>(ivf)) return cells + describeProduct(pq->pq);
    return cells + "Flat";
  }
  if (auto* sq = dynamic_cast<const IndexScalarQuantizer*>(&index)) return describeScalar(sq->sq);
  if (auto* pq = dynamic_cast<const IndexPQ*>(&index)) return describeProduct(pq->pq);
  return "Flat";
}
