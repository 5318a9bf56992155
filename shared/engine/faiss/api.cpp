#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexRefine.h>
#include <faiss/impl/FaissException.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "factory.h"
#include "failure.h"
#include "file.h"
#include "search.h"

// What faissIndex.ts calls. One instance of this module holds one index: letting go of the instance gives back all of
// its memory, and what breaks one index breaks no other.

#define EXPORT(name) __attribute__((export_name(#name)))

using namespace faiss;
using idx_t = Index::idx_t;

namespace {

std::unique_ptr<Index> theIndex;

/** The factory string on its way in, a message on its way out: UTF-8, ends with a 0. */
char theText[1024];

std::vector<float> theMatrix;
std::vector<float> theQuery;

/** Bit `row & 7` of byte `row >> 3`. */
std::vector<uint8_t> theExcluded;

Found theFound;
std::vector<uint32_t> theRows;

Code fail(Code code, const std::string& message) {
  const size_t length = std::min(message.size(), sizeof(theText) - 1);
  memcpy(theText, message.data(), length);
  theText[length] = 0;
  return code;
}

/** @param unexpected what an exception of Faiss's own means here. */
template <class Work>
Code answer(Code unexpected, Work work) {
  try {
    work();
    return OK;
  } catch (const Failure& failure) {
    return fail(failure.code, failure.message);
  } catch (const FaissException& error) {
    return fail(unexpected, "Faiss says: " + error.msg);
  } catch (const std::bad_alloc&) {
    return fail(OUT_OF_MEMORY, "There is not enough memory for this index here.");
  } catch (const std::length_error&) {
    return fail(OUT_OF_MEMORY, "There is not enough memory for this index here.");
  } catch (const std::exception& error) {
    return fail(unexpected, std::string("Faiss says: ") + error.what());
  }
}

void hold(std::unique_ptr<Index> index) {
  theQuery.resize(index->d);
  theExcluded.resize((index->ntotal + 31) / 32 * 4);
  theIndex = std::move(index);
}

/** Of the rows that there are; the last byte may have room for more. */
std::vector<uint8_t> allowedBits() {
  std::vector<uint8_t> bits;
  for (const uint8_t excluded : theExcluded) bits.push_back(~excluded);
  for (size_t row = theIndex->ntotal; row < bits.size() * 8; row++) bits[row / 8] &= ~(1 << row % 8);
  return bits;
}

idx_t count(const std::vector<uint8_t>& bits) {
  idx_t sum = 0;
  for (const uint8_t byte : bits) sum += __builtin_popcount(byte);
  return sum;
}

/** The base of a refined index is what has knobs, besides the refining itself. */
Index& coarse() {
  auto* refine = dynamic_cast<IndexRefine*>(theIndex.get());
  return refine ? *refine->base_index : *theIndex;
}

template <class T>
T& tunable(Index& index, const char* knob, const char* types) {
  auto* typed = dynamic_cast<T*>(&index);
  if (!typed) throw Failure(BAD_QUERY, std::string(knob) + " is of " + types + " indexes; this one is " + describe(*theIndex) + ".");
  return *typed;
}

} // namespace

namespace api {

EXPORT(text) char* text() { return theText; }
EXPORT(textBytes) size_t textBytes() { return sizeof(theText); }
EXPORT(rows) int rows() { return int(theIndex->ntotal); }
EXPORT(rank) int rank() { return theIndex->d; }
EXPORT(query) float* query() { return theQuery.data(); }
EXPORT(excluded) uint8_t* excluded() { return theExcluded.data(); }
EXPORT(foundRows) uint32_t* foundRows() { return theRows.data(); }
EXPORT(foundScores) float* foundScores() { return theFound.scores.data(); }
EXPORT(foundCount) size_t foundCount() { return theRows.size(); }

/** Where `build` finds the rows, or null where memory is short. */
EXPORT(matrix) float* matrix(size_t values) {
  return answer(BAD_QUERY, [&] { theMatrix.resize(values); }) == OK ? theMatrix.data() : nullptr;
}

/** Trains the index that the text names on the matrix, and adds the rows to it. */
EXPORT(build) Code build(int rows, int rank) {
  return answer(BAD_QUERY, [&] {
    std::unique_ptr<Index> index = makeIndex(theText, rank);
    const idx_t least = leastRows(*index);
    if (rows < least) {
      throw Failure(BAD_QUERY, ::describe(*index) + " is trained on " + std::to_string(least) + " rows or more, not on " +
                                   std::to_string(rows) + ". Choose an index with fewer cells, or Flat or SQ8.");
    }
    if (!index->is_trained) index->train(rows, theMatrix.data());
    index->add(rows, theMatrix.data());
    std::vector<float>().swap(theMatrix);
    hold(std::move(index));
  });
}

EXPORT(read) Code read(size_t bytes) {
  return answer(BAD_ARTIFACT, [&] { hold(readIndex(bytes)); });
}

EXPORT(write) Code write() {
  return answer(BAD_ARTIFACT, [] { writeIndex(*theIndex); });
}

EXPORT(describe) Code describe() {
  return answer(BAD_ARTIFACT, [] { fail(OK, ::describe(*theIndex)); });
}

EXPORT(search) Code search(int k, bool filtered) {
  return answer(BAD_QUERY, [&] {
    std::vector<uint8_t> bits;
    if (filtered) bits = allowedBits();
    IDSelectorBitmap selector(bits.size(), bits.data());
    const Allowed allowed{filtered ? &selector : nullptr, filtered ? count(bits) : theIndex->ntotal};
    theFound = ::search(*theIndex, theQuery.data(), std::min(idx_t(k), allowed.count), allowed);
    theRows.assign(theFound.rows.begin(), theFound.rows.end());
  });
}

EXPORT(setNprobe) Code setNprobe(int nprobe) {
  return answer(BAD_QUERY, [&] { tunable<IndexIVF>(coarse(), "nprobe", "IVF").nprobe = nprobe; });
}

EXPORT(setEfSearch) Code setEfSearch(int efSearch) {
  return answer(BAD_QUERY, [&] { tunable<IndexHNSW>(coarse(), "efSearch", "HNSW").hnsw.efSearch = efSearch; });
}

EXPORT(setKFactor) Code setKFactor(float factor) {
  return answer(BAD_QUERY, [&] { tunable<IndexRefine>(*theIndex, "kFactor", "refined (RFlat, Refine)").k_factor = factor; });
}

} // namespace api
